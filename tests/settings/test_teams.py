"""Looking after the teams."""

import pytest
from sqlalchemy import select

from crm_app.accounts.models import Team
from crm_app.extensions import db, utc_now
from crm_app.goals.models import Goal
from tests import make

LIST, NEW = "/settings/teams", "/settings/teams/new"


@pytest.fixture
def owner(browser_of, olivia):
    return browser_of(olivia)


def _facts(**facts):
    return {"name": "North", "region": "West", "manager_id": "0", "members": []} | facts


def test_without_teams_the_page_offers_the_first(owner):
    assert "There are no teams yet." in owner.page(LIST).text


def test_teams_are_listed_with_manager_region_and_members(owner, charlie, alice):
    page = owner.page(LIST)

    row = page.text_of(page.all("tbody")[0])
    assert "North" in row and "Charlie Chen" in row and "West" in row and "1" in row


def test_a_team_is_made_with_its_members_and_its_manager_sees_what_they_own(owner, browser_of, alice):
    boss = make.user("Erin Esser", role="manager")
    deal = make.deal(alice, "Alice's deal")
    assert browser_of(boss).get(f"/pipeline/{deal.id}").status_code == 404

    response = owner.send(NEW, _facts(manager_id=str(boss.id), members=[str(alice.id)]))

    assert (response.status_code, response.location) == (303, LIST)
    team = db.session.scalar(select(Team))
    assert (team.name, team.region, team.manager, alice.team) == ("North", "West", boss, team)
    assert "Alice's deal" in browser_of(boss).page("/search/?q=alice").text


def test_a_team_is_changed_and_whoever_is_ticked_leaves_the_team_they_were_in(owner, charlie, alice, bob, olivia):
    south = make.team("South")

    owner.send(f"{LIST}/{south.id}", _facts(name="Süd", members=[str(alice.id), str(bob.id)]))

    assert {person.name for person in (alice, bob) if person.team is south} == {"Alice Adler", "Bob Brandt"}
    assert south.name == "Süd"
    owner.send(f"{LIST}/{south.id}", _facts(name="Süd", members=[str(bob.id)]))
    assert alice.team is None


def test_the_form_shows_who_is_in_the_team(owner, charlie, alice, bob):
    page = owner.page(f"{LIST}/{alice.team_id}")

    ticked = {e.get("value") for e in page.all("input", name="members") if e.get("checked") is not None}
    assert ticked == {str(alice.id)}
    assert {page.text_of(e) for e in page.all("option", selected="")} == {"Charlie Chen"}


def test_members_stand_first_and_others_say_which_team_they_would_leave(owner, charlie, alice, bob):
    south = make.team("<South>")
    bob.team = south
    db.session.commit()

    page = owner.page(f"{LIST}/{south.id}")

    text = page.text.replace("\u2068", "").replace("\u2069", "")
    assert page.all("input", name="members")[0].get("value") == str(bob.id)
    assert "now in North" in text
    assert "now in <South>" not in text


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"name": ""}, "Fill this in."),
        ({"name": " north "}, "There is already a team with this name."),
        ({"name": "X", "manager_id": "999"}, "Not a valid choice"),
        ({"name": "X", "members": ["999"]}, "Choose one from the list."),
        ({"name": "X", "members": ["x"]}, "Invalid"),
    ],
)
def test_what_cannot_be_is_refused(owner, charlie, facts, words):
    response = owner.send(NEW, _facts(**facts))

    assert response.status_code == 422
    assert words in response.get_data(as_text=True)
    assert db.session.query(Team).count() == 1


@pytest.mark.parametrize("name", ["\ufdfa" * 40, "\ufdfa" * 60])
def test_a_second_team_of_a_name_whose_letters_become_many_is_refused(owner, name):
    make.team("\ufdfa" * 40)

    response = owner.send(NEW, _facts(name=name))

    assert response.status_code == 422
    assert "There is already a team with this name." in response.get_data(as_text=True)


def test_a_rep_cannot_be_put_in_charge(owner, alice):
    assert owner.send(NEW, _facts(manager_id=str(alice.id))).status_code == 422


def test_a_team_that_was_never_used_can_go(owner):
    team = make.team("South")

    assert "It will be deleted permanently." in owner.page(f"{LIST}/{team.id}/deletion").text
    assert owner.send(f"{LIST}/{team.id}/deletion").status_code == 303
    assert db.session.query(Team).count() == 0


def test_a_team_with_members_goals_or_past_deals_stays(owner, alice):
    full, aimed, past = make.team("Full"), make.team("Aimed"), make.team("Past")
    alice.team = past
    make.won(alice)
    alice.team = full
    db.session.add(Goal(measure="won_value", unit="month", calendar="gregorian", team=aimed))
    db.session.commit()

    for team in (full, aimed, past):
        response = owner.send(f"{LIST}/{team.id}/deletion", {"sure": "1"})
        assert response.status_code == 422, team.name

    page = owner.page(f"{LIST}/{full.id}/deletion")
    assert "Full cannot be deleted" in page.text_of(page.one("h1")) and "Delete this" not in page.text
    assert db.session.query(Team).count() == 3
    assert db.session.query(Goal).count() == 1


@pytest.mark.parametrize("role", ["manager", "rep", "agent", "viewer"])
def test_nobody_but_owners_gets_there(browser_of, charlie, alice, role):
    browser, team = browser_of(make.user("Somebody", role=role)), alice.team

    for url in (LIST, NEW, f"{LIST}/{team.id}", f"{LIST}/{team.id}/deletion"):
        assert browser.get(url).status_code == 403
        if url != LIST:
            assert browser.send(url, _facts(name="Changed")).status_code == 403

    assert [row.name for row in db.session.scalars(select(Team))] == ["North"]


def test_the_number_of_statements_stays_the_same(owner, statements):
    def run(url):
        with statements() as seen:
            owner.page(url)
        return len(seen)

    team = make.team("North", manager=make.user("Boss", role="manager"))
    few = [run(LIST), run(f"{LIST}/{team.id}")]
    for number in range(20):
        make.user(f"P {number}", team=make.team(f"T {number}", manager=make.user(f"B {number}", role="manager")))

    assert [run(LIST), run(f"{LIST}/{team.id}")] == few
    assert max(few) <= 12


def test_an_unknown_team_is_not_found(owner):
    assert owner.get(f"{LIST}/999").status_code == 404
    assert owner.send(f"{LIST}/999/deletion").status_code == 404


def test_whoever_left_while_the_form_was_open_is_told_of_in_the_readers_language(owner, olivia, bob):
    olivia.language, bob.disabled_at = "fa", utc_now()
    db.session.commit()

    answer = owner.send(NEW, _facts(members=[str(bob.id)]))

    assert answer.status_code == 422
    assert "یکی از موارد فهرست را انتخاب کنید." in answer.get_data(as_text=True)
    assert "is not a valid choice" not in answer.get_data(as_text=True)
    assert db.session.scalar(select(Team)) is None
