"""Many users at once: another team, another role, out and in again, under the rules of a single one."""

import pytest

from crm_app.accounts.models import User
from crm_app.extensions import db
from crm_app.pipeline.models import Stay
from tests import html, make
from tests.bulk.picking import confirmed, last_change, pick, undo

PEOPLE = "/settings/people"


@pytest.fixture
def owner(browser_of, olivia):
    return browser_of(olivia)


@pytest.fixture
def staff(olivia):
    return [make.user(name) for name in ("Rita", "Rolf", "Rosa")]


def told(client):
    return html.Page(client.get(PEOPLE).get_data(as_text=True)).text


def test_only_an_owner_picks_users(browser_of, olivia, charlie, staff):
    page = browser_of(olivia).page(PEOPLE)

    assert len(page.all("input", name="pick")) == User.query.count()
    assert {one.get("formaction").rpartition("/")[2] for one in page.one("form", id="bulk").iter("button")
            if (one.get("formaction") or "").startswith("/bulk/users/")} >= {
        "team_id", "role", "disabling", "enabling"}  # fmt: skip
    refused = browser_of(charlie).send("/bulk/users/team_id", confirmed(*staff, team_id=0))
    assert refused.status_code == 404 and last_change() is None


def test_a_team_gets_many_members_with_their_open_deals_and_gives_them_back(owner, staff):
    make.pipeline()
    old, new = make.team("Old"), make.team("New")
    staff[0].team, staff[2].team = old, new
    deal = make.deal(staff[0])
    db.session.commit()

    owner.send("/bulk/users/team_id", confirmed(*staff, team_id=new.id), htmx=True)

    made = last_change()
    assert {one.team for one in staff} == {new} and (made.done, made.same, made.refused) == (2, 1, 0)
    assert db.session.query(Stay).filter_by(deal_id=deal.id).one().team_id == new.id
    assert "New" in owner.page(f"/bulk/{made.id}").text

    undo(owner, made)

    assert [one.team for one in staff] == [old, None, new]
    assert db.session.query(Stay).filter_by(deal_id=deal.id).one().team_id == old.id


def test_a_team_that_is_not_there_is_refused_in_the_form(owner, staff):
    response = owner.send("/bulk/users/team_id", confirmed(*staff, team_id=999), htmx=True)

    assert response.status_code == 422 and last_change() is None


def test_a_role_is_given_to_many_but_not_to_oneself(owner, olivia, staff):
    make.user("Otto", role="owner")

    owner.send("/bulk/users/role", confirmed(olivia, *staff, role="viewer"), htmx=True)

    made = last_change()
    assert (olivia.role, {one.role for one in staff}) == ("owner", {"viewer"})
    assert (made.done, made.refused) == (3, 1)

    undo(owner, made)

    assert {one.role for one in staff} == {"rep"}


def test_the_last_owner_stays_one_whoever_is_picked_with_them(browser_of, olivia):
    """Two who may both go by themselves may not go together."""
    others = [make.user(name, role="owner") for name in ("Otto", "Odile")]
    olivia.password_hash = None
    db.session.commit()

    browser_of(olivia).send("/bulk/users/role", confirmed(*others, role="rep"), htmx=True)

    made = last_change()
    assert sorted(one.role for one in others) == ["owner", "rep"]
    assert (made.done, made.refused) == (1, 1)


def test_many_are_disabled_at_once_but_not_oneself_and_let_in_again(owner, olivia, staff, browser_of):
    rita = browser_of(staff[0])
    assert rita.get("/").status_code == 200

    owner.send("/bulk/users/disabling", confirmed(olivia, *staff), htmx=True)

    made = last_change()
    assert (made.done, made.refused) == (3, 1) and olivia.is_active
    assert rita.get("/").status_code == 302

    undo(owner, made)
    assert all(one.is_active for one in staff)

    owner.send("/bulk/users/disabling", confirmed(*staff), htmx=True)
    owner.send("/bulk/users/enabling", confirmed(*staff, olivia), htmx=True)
    made = last_change()
    assert all(one.is_active for one in staff) and (made.done, made.same) == (3, 1)


def test_who_was_changed_since_keeps_what_they_have(owner, olivia, staff):
    team = make.team("New")
    owner.send("/bulk/users/team_id", confirmed(*staff, team_id=team.id), htmx=True)
    made = last_change()
    person = staff[1]
    facts = {"name": person.name, "email": person.email, "role": "rep", "team_id": 0}
    assert owner.send(f"/settings/people/{person.id}", facts).status_code == 303
    person.language = "fa"

    undo(owner, made)

    assert [one.team for one in staff] == [None, None, None]
    assert (made.undone, made.kept) == (2, 1)


def test_what_somebody_else_changed_after_it_was_picked_is_left(browser_of, olivia, staff):
    picked = pick(*staff)
    other = make.user("Otto", role="owner")
    facts = {"name": "Rita", "email": staff[0].email, "role": "agent", "team_id": 0}
    browser_of(other).send(f"/settings/people/{staff[0].id}", facts)

    browser_of(olivia).send("/bulk/users/role", picked | {"confirmed": "1", "role": "viewer"}, htmx=True)

    assert [one.role for one in staff] == ["agent", "viewer", "viewer"]
    assert last_change().newer == 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_picked_users_are_taken_along(owner, staff, form):
    response = owner.send(f"/bulk/users/export.{form}", pick(*staff[:2]))

    assert response.status_code == 303
    assert owner.get(response.location).status_code == 200
