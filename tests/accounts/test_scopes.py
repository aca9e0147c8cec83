"""What somebody may see is asked by statements that are made once; it changes the moment that their rights do."""

import pytest
from sqlalchemy import select

from crm_app.accounts.queries import once_for_each_scope
from crm_app.contacts.queries import companies_visible_to
from crm_app.extensions import db
from crm_app.pipeline.queries import visible_to
from tests import make


def seen(statement):
    return {record.name for record in db.session.scalars(statement)}


@pytest.fixture
def records(alice, charlie):
    """One of Alice's, and one of somebody's whom she does not work with."""
    other = make.user("Otto Other")
    make.pipeline()
    for owner, name in ((alice, "Hers"), (other, "His")):
        make.company(owner, name)
        make.deal(owner, name)
    return other


@pytest.mark.parametrize("visible", [companies_visible_to, visible_to])
def test_a_statement_is_made_once_for_all_who_may_see_the_same(app, alice, records, visible):
    with app.test_request_context("/", method="POST"):
        assert visible(alice) is visible(alice)
        assert visible(alice) is not visible(records)


@pytest.mark.parametrize("visible", [companies_visible_to, visible_to])
def test_a_new_role_sees_otherwise_at_once(app, alice, records, visible):
    with app.test_request_context("/", method="POST"):
        assert seen(visible(alice)) == {"Hers"}
    for role, expected in (("owner", {"Hers", "His"}), ("rep", {"Hers"}), ("manager", {"Hers"})):
        alice.role = role
        db.session.commit()
        with app.test_request_context("/", method="POST"):
            assert seen(visible(alice)) == expected


def test_reps_see_all_from_the_moment_that_the_organisation_says_so(app, organisation, alice, records):
    with app.test_request_context("/", method="POST"):
        assert seen(visible_to(alice)) == {"Hers"}
    organisation.reps_see_all = True
    db.session.commit()
    with app.test_request_context("/", method="POST"):
        assert seen(visible_to(alice)) == {"Hers", "His"}


def test_a_manager_sees_those_who_are_in_the_team_now(app, alice, charlie, records):
    with app.test_request_context("/", method="POST"):
        before = seen(visible_to(charlie))
    records.team = alice.team
    db.session.commit()
    with app.test_request_context("/", method="POST"):
        assert seen(visible_to(charlie)) - before == {"His"}


def test_what_was_made_is_not_made_again(app, alice):
    asked = []

    @once_for_each_scope
    def nothing(user):
        asked.append(user.role)
        return select(1)

    with app.test_request_context("/", method="POST"):
        for role in ("rep", "rep", "owner", "rep"):
            alice.role = role
            nothing(alice)
    assert asked == ["rep", "owner"]
