"""Looking after the people who work here."""

import re

import pytest
from sqlalchemy import select

from crm_app.accounts import links, passwords
from crm_app.accounts.models import PasswordLink, User
from crm_app.activity.models import Event
from crm_app.extensions import db
from crm_app.pipeline.models import Stay
from tests import make

LIST, NEW = "/settings/people", "/settings/people/new"
DORA = {
    "name": "Dora Diaz",
    "email": "Dora@Halden.example",
    "role": "rep",
    "team_id": "0",
    "language": "en",
    "password": "",
}


@pytest.fixture
def owner(browser_of, olivia):
    return browser_of(olivia)


def _names(page):
    return [page.text_of(e.find(".//bdi")) for e in page.all("th", scope="row")]


def _link(response):
    return re.search(r'value="(http[^"]+/accounts/password/[^"]+)"', response.get_data(as_text=True))[1]


def test_everyone_is_listed_with_role_team_and_state(owner, alice, charlie, bob):
    bob.disable()

    page = owner.page(LIST)

    assert _names(page) == ["Alice Adler", "Bob Brandt", "Charlie Chen", "Olivia Owen"]
    assert "North" in page.text and "Manager" in page.text and "disabled" in page.text
    assert "4 users" in page.text


@pytest.mark.parametrize("sort", ["name", "-name", "email", "-role", "role", "team", "-team", "added", "x", "'"])
def test_the_list_is_sorted_by_a_click(owner, alice, charlie, bob, sort):
    names = _names(owner.page(f"{LIST}?sort={sort}"))

    assert sorted(names) == ["Alice Adler", "Bob Brandt", "Charlie Chen", "Olivia Owen"]
    if sort == "-role":
        assert names[-1] == "Olivia Owen"


def test_the_list_is_searched(owner, alice, bob):
    assert _names(owner.page(f"{LIST}?q=adl")) == ["Alice Adler"]
    assert "Nothing here matches." in owner.page(f"{LIST}?q=zzz").text


def test_the_list_goes_on_page_by_page(owner):
    with make.at_once():
        for number in range(60):
            make.user(f"Person {number:02}")

    first = owner.page(LIST)
    url = first.one("a", rel="next").get("href")
    rest = re.findall(r"<bdi[^>]*>([^<]+)</bdi></a>", owner.part(url).html)

    assert len(_names(first)) == 50
    assert len(rest) == 11
    assert set(_names(first)).isdisjoint(rest)


def test_the_number_of_statements_stays_the_same(owner, statements):
    def run():
        with statements() as seen:
            owner.page(LIST)
        return len(seen)

    make.user("One", team=make.team("North"))
    few = run()
    with make.at_once():
        for number in range(30):
            make.user(f"Person {number}", team=make.team(f"Team {number}"))

    assert run() == few <= 12


def test_somebody_is_added_and_their_link_shown_once(owner, browser_of, olivia):
    response = owner.send(NEW, DORA)

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    dora = db.session.scalar(select(User).where(User.email == "dora@halden.example"))
    assert (dora.name, dora.role, dora.password_hash) == ("Dora Diaz", "rep", None)
    assert "/accounts/password/" not in owner.page(f"/settings/people/{dora.id}").html
    response = browser_of().send(_link(response).replace("http://localhost", ""), {"password": "seven quiet herons"})
    assert response.status_code == 303


def test_somebody_is_added_with_a_first_password(owner):
    response = owner.send(NEW, DORA | {"password": "seven quiet herons"})

    assert (response.status_code, response.location) == (303, LIST)
    dora = db.session.scalar(select(User).where(User.email == "dora@halden.example"))
    assert passwords.is_right(dora.password_hash, "seven quiet herons")
    assert db.session.query(PasswordLink).count() == 0


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"name": ""}, "Fill this in."),
        ({"email": ""}, "Fill this in."),
        ({"email": "no address"}, "This is not a valid email address."),
        ({"role": "god"}, "Not a valid choice"),
        ({"team_id": "999"}, "Not a valid choice"),
        ({"team_id": "x"}, "Invalid Choice"),
        ({"password": "short"}, "At least 10 characters."),
        ({"name": "x" * 201}, "No more than 200 characters."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(owner, facts, words):
    response = owner.send(NEW, DORA | facts)

    assert response.status_code == 422
    assert words in response.get_data(as_text=True)
    assert db.session.query(User).count() == 1


def test_an_address_belongs_to_one_person(owner, alice):
    response = owner.send(NEW, DORA | {"email": alice.email.upper()})

    assert response.status_code == 422
    assert "Another user already has this email address." in response.get_data(as_text=True)


def test_name_address_role_and_team_are_changed(owner, alice):
    north = make.team("North")
    facts = {"name": "Alice Ahrens", "email": "a@halden.example", "role": "manager", "team_id": str(north.id)}

    response = owner.send(f"{LIST}/{alice.id}", facts)

    assert response.status_code == 303
    assert (alice.name, alice.email, alice.role, alice.team) == ("Alice Ahrens", "a@halden.example", "manager", north)
    event = db.session.scalar(select(Event).where(Event.subject_table == "users"))
    assert event.particulars["changes"]["role"] == ["rep", "manager"]


def test_the_page_shows_what_stands(owner, alice, charlie):
    page = owner.page(f"{LIST}/{alice.id}")

    chosen = {page.text_of(e) for e in page.all("option", selected="")}
    assert chosen >= {"Rep", "North"}
    assert page.one("input", name="email").get("value") == alice.email


def test_open_deals_follow_their_owner_into_another_team(owner, alice, bob):
    deal, north, bobs = make.deal(alice), make.team("North"), make.deal(bob)
    deal.move_to(make.stage("Proposal"))
    won = make.won(alice)

    owner.send(
        f"{LIST}/{alice.id}", {"name": alice.name, "email": alice.email, "role": "rep", "team_id": str(north.id)}
    )

    stays = {stay.deal_id: stay.team_id for stay in db.session.scalars(select(Stay).where(Stay.left_at.is_(None)))}
    assert (stays[deal.id], stays[bobs.id]) == (north.id, bob.team_id)
    assert deal.stays[0].team_id is None
    assert won.closings[0].team_id is None


def test_a_new_address_ends_the_link_sent_to_the_old_one(owner, browser_of, alice):
    token = links.new_password_link(alice)

    owner.send(f"{LIST}/{alice.id}", {"name": "A", "email": "new@halden.example", "role": "rep", "team_id": "0"})

    assert browser_of().get(f"/accounts/password/{token}").status_code == 410


def test_who_can_sign_in_keeps_an_address(owner, alice):
    response = owner.send(f"{LIST}/{alice.id}", {"name": "A", "email": "", "role": "rep", "team_id": "0"})

    assert response.status_code == 422
    assert alice.email


def test_the_last_owner_stays_owner_and_enabled(owner, olivia):
    facts = {"name": olivia.name, "email": olivia.email, "role": "rep", "team_id": "0"}

    demoted = owner.send(f"{LIST}/{olivia.id}", facts)
    disabled = owner.send(f"{LIST}/{olivia.id}/standing", {"state": "disabled"})

    assert demoted.status_code == disabled.status_code == 422
    assert "the only owner who can sign in" in demoted.get_data(as_text=True)
    assert "You cannot disable yourself." in disabled.get_data(as_text=True)
    assert olivia.is_owner and olivia.is_active


def test_one_of_two_owners_may_be_demoted(owner, olivia):
    second = make.user("Second", role="owner")
    facts = {"name": second.name, "email": second.email, "role": "viewer", "team_id": "0"}

    assert owner.send(f"{LIST}/{second.id}", facts).status_code == 303
    assert second.role == "viewer"


def test_disabling_signs_out_at_once_and_enabling_lets_in_again(owner, browser_of, alice):
    browser = browser_of(alice)

    assert owner.send(f"{LIST}/{alice.id}/standing", {"state": "disabled"}).status_code == 303
    assert browser.get("/settings/").status_code == 302
    sign_in = {"email": alice.email, "password": make.PASSWORD}
    assert browser_of().send("/accounts/sign-in", sign_in).status_code == 422

    owner.send(f"{LIST}/{alice.id}/standing", {"state": "active"})
    assert browser_of().send("/accounts/sign-in", sign_in).status_code == 303


def test_a_state_that_is_none_is_refused(owner, alice):
    assert owner.send(f"{LIST}/{alice.id}/standing", {"state": "x"}).status_code == 400


def test_a_password_link_is_made_for_who_has_an_address_and_is_active(owner, browser_of, alice, bob):
    link = _link(owner.send(f"{LIST}/{alice.id}/password-link"))
    assert browser_of().get(link.replace("http://localhost", "")).status_code == 200
    assert browser_of(alice).get("/settings/").status_code == 200

    bob.email = None
    assert owner.send(f"{LIST}/{bob.id}/password-link").status_code == 422


def test_the_link_begins_with_the_address_that_is_set(app, owner, alice, monkeypatch):
    monkeypatch.setitem(app.config, "BASE_URL", "https://crm.halden.example")

    assert _link(owner.send(f"{LIST}/{alice.id}/password-link")).startswith("https://crm.halden.example/accounts/")


@pytest.mark.parametrize("role", ["manager", "rep", "agent", "viewer"])
def test_nobody_but_owners_gets_there(browser_of, olivia, role):
    browser = browser_of(make.user("Somebody", role=role))
    before = db.session.query(User).count()

    for url in (LIST, NEW, f"{LIST}/{olivia.id}"):
        assert browser.get(url).status_code == 403
    for url in (NEW, f"{LIST}/{olivia.id}", f"{LIST}/{olivia.id}/standing", f"{LIST}/{olivia.id}/password-link"):
        assert browser.send(url, DORA | {"state": "disabled"}).status_code == 403

    assert db.session.query(User).count() == before
    assert db.session.query(PasswordLink).count() == 0


def test_an_unknown_person_is_not_found(owner):
    for url in (f"{LIST}/999", f"{LIST}/999/standing", f"{LIST}/999/password-link"):
        assert owner.send(url).status_code == 404
