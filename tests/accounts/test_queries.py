"""Who sees whose records: the owner of the record, a colleague, a stranger, a manager."""

import pytest

from crm_app.accounts import queries
from crm_app.accounts.models import User
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make


def _seen_by(user):
    """The titles that a condition on the owner's column lets through."""
    return {deal.title for deal in db.session.query(Deal).where(queries.owned_within(Deal.owner_id, user))}


@pytest.fixture
def deals(alice, bob, charlie):
    """Alice is in Charlie's team, Bob in none; Dora, another member of it; one deal is nobody's."""
    dora = make.user("Dora Diaz", team=alice.team)
    for owner, title in (
        (alice, "Alice's"),
        (bob, "Bob's"),
        (charlie, "Charlie's"),
        (dora, "Dora's"),
        (None, "nobody's"),
    ):
        make.deal(owner, title)
    return dora


def test_a_rep_sees_what_they_own(deals, alice):
    assert _seen_by(alice) == {"Alice's"}


def test_a_colleague_of_the_same_team_sees_only_their_own(deals):
    assert _seen_by(deals) == {"Dora's"}


def test_a_stranger_to_the_team_sees_only_their_own(deals, bob):
    assert _seen_by(bob) == {"Bob's"}


def test_a_manager_sees_their_own_and_their_teams(deals, charlie):
    assert _seen_by(charlie) == {"Alice's", "Charlie's", "Dora's"}


def test_a_manager_of_another_team_sees_only_their_own(deals):
    other = make.user("Erin Esser", role="manager")
    make.team("South", manager=other)

    assert _seen_by(other) == set()


def test_a_manager_of_two_teams_sees_both(deals, charlie, bob):
    bob.team = make.team("South", manager=charlie)
    db.session.commit()

    assert _seen_by(charlie) == {"Alice's", "Bob's", "Charlie's", "Dora's"}


def test_who_leads_a_team_without_being_a_manager_sees_their_own(deals, charlie):
    charlie.role = "rep"

    assert _seen_by(charlie) == {"Charlie's"}


@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_owners_and_viewers_see_everything(deals, role):
    assert len(_seen_by(make.user("Olive", role=role))) == 5


def test_an_agent_sees_by_ownership_alone(deals):
    assert _seen_by(make.user("Agnes", role="agent")) == set()


def test_reps_see_everything_where_the_organisation_says_so(deals, organisation, bob, charlie):
    organisation.reps_see_all = True
    db.session.commit()

    assert len(_seen_by(bob)) == 5
    assert queries.sees_everything(bob)
    assert not queries.sees_everything(charlie)
    assert not queries.sees_everything(make.user("Agnes", role="agent"))


def _assignable(user):
    return {person.name for person in db.session.scalars(queries.assignable_by(user))}


def test_a_record_may_be_given_to_people_who_sell_and_whose_records_one_sees(alice, bob, charlie, olivia, vera):
    make.user("Agnes", role="agent")
    make.user("Gone", disabled_at=alice.created_at)

    assert _assignable(alice) == {"Alice Adler"}
    assert _assignable(charlie) == {"Alice Adler", "Charlie Chen"}
    assert _assignable(olivia) == {"Alice Adler", "Bob Brandt", "Charlie Chen", "Olivia Owen"}


def test_everyone_knows_the_names_of_all_colleagues(alice, bob, charlie):
    known = db.session.scalars(queries.by_name(queries.visible_to(bob)))

    assert [person.name for person in known] == ["Alice Adler", "Bob Brandt", "Charlie Chen"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("alice", {"Alice Adler"}),
        ("ADL", {"Alice Adler"}),
        ("بهار", {"بهار کریمی"}),
        ("كريمي", {"بهار کریمی"}),
        ("王", {"王小明"}),
        ("halden.example", {"Alice Adler", "بهار کریمی", "王小明"}),
        ("%", set()),
        ("", {"Alice Adler", "بهار کریمی", "王小明"}),
    ],
)
def test_people_are_found_in_every_script(alice, text, found):
    make.user("بهار کریمی")
    make.user("王小明")

    people = db.session.scalars(queries.matching(queries.visible_to(alice), text))

    assert {person.name for person in people} == found


def test_the_last_owner_is_the_last_who_can_sign_in(olivia):
    make.user("Without password", role="owner", email=None)
    make.user("Disabled", role="owner", disabled_at=olivia.created_at)
    assert queries.is_last_owner(olivia)

    second = make.user("Second", role="owner")
    assert not queries.is_last_owner(olivia)
    assert not queries.is_last_owner(second)


def test_nobody_grants_more_than_they_have(alice, charlie, olivia):
    assert queries.grantable_by(olivia) == ["owner", "manager", "rep", "agent", "viewer"]
    assert "owner" not in queries.grantable_by(charlie)
    assert queries.grantable_by(alice) == ["rep", "agent", "viewer"]
    assert isinstance(alice, User)
