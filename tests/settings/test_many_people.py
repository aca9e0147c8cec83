"""Many users at once: another team, another role, out and in again, under the rules of a single one."""

import pytest

from crm_app.accounts.models import User
from crm_app.audit import AuditEntry
from crm_app.extensions import db
from crm_app.pipeline.models import Stay
from tests import make
from tests.bulk.picking import confirmed, last_change, pick, undo
from tests.exchange.importing import bring_in

PEOPLE = "/settings/people"


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


def test_the_audit_log_names_who_changed_many(owner, olivia, staff):
    owner.send("/bulk/users/role", confirmed(*staff, role="manager"), htmx=True)

    lines = db.session.query(AuditEntry).filter(AuditEntry.verb.startswith("users")).all()
    assert len(lines) == len(staff)
    assert {(line.actor_id, line.actor_name) for line in lines} == {(olivia.id, olivia.name)}


def test_a_role_that_is_none_is_refused_in_the_form(owner, staff):
    response = owner.send("/bulk/users/role", confirmed(*staff, role="emperor"), htmx=True)

    assert response.status_code == 422 and last_change() is None


@pytest.mark.parametrize("action", ["team_id", "role", "disabling", "enabling"])
def test_whoever_is_no_owner_changes_no_users_and_takes_no_change_back(owner, browser_of, charlie, staff, action):
    facts = {"team_id": 0, "role": "viewer"}
    owner.send("/bulk/users/role", confirmed(*staff, role="agent"), htmx=True)
    made = last_change()

    manager = browser_of(charlie)

    assert manager.send(f"/bulk/users/{action}", confirmed(*staff, **facts)).status_code == 404
    assert undo(manager, made).status_code == 404
    assert last_change() is made and {one.role for one in staff} == {"agent"}


def test_an_owner_who_is_one_no_more_takes_nothing_back(owner, olivia, staff):
    make.user("Otto", role="owner")
    owner.send("/bulk/users/role", confirmed(*staff, role="agent"), htmx=True)
    olivia.role = "manager"
    db.session.commit()

    assert undo(owner).status_code == 404
    assert {one.role for one in staff} == {"agent"}


def test_who_manages_a_team_goes_on_managing_it_by_name_as_on_their_own_page(owner):
    """The role alone says what they see; the team tells its manager until somebody names another."""
    bosses = [make.user(name, role="manager") for name in ("Max", "Mia")]
    teams = [make.team(name) for name in ("North", "South")]
    for team, boss in zip(teams, bosses, strict=True):
        team.manager = boss
    db.session.commit()
    mia = {"name": "Mia", "email": bosses[1].email, "role": "rep", "team_id": 0}

    owner.send("/bulk/users/role", confirmed(bosses[0], role="rep"), htmx=True)
    owner.send(f"/settings/people/{bosses[1].id}", mia)

    assert [one.role for one in bosses] == ["rep", "rep"] and [one.manager for one in teams] == bosses


def test_only_the_picked_users_are_taken_along(owner, staff):
    response = owner.send("/bulk/users/export.csv", pick(*staff[:2]))

    assert response.status_code == 303
    lines = owner.get(response.location).get_data(as_text=True).splitlines()
    assert sorted(line.partition(",")[0].lstrip("\ufeff") for line in lines) == ["Name", "Rita", "Rolf"]


def test_picked_users_are_taken_along_as_a_workbook(owner, staff):
    response = owner.send("/bulk/users/export.xlsx", pick(*staff[:2]))

    assert owner.get(response.location).data.startswith(b"PK")


def test_the_list_of_imports_offers_no_boxes(owner, olivia):
    bring_in("users", "name\nZoe\n", olivia)

    page = owner.page("/exchange/")

    assert len(page.all("tbody")) == 1 and not page.all("input", name="pick") and not page.all("form", id="bulk")
    assert "Select all on this page" not in owner.get("/exchange/").get_data(as_text=True)
