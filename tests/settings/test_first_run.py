"""The first run."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from crm_app.accounts import links, passwords
from crm_app.accounts.models import Organisation, SetupLink, User
from crm_app.extensions import db
from crm_app.pipeline.models import Pipeline

FACTS = {
    "language": "en",
    "organisation": "Halden",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "calendar": "gregorian",
    "name": "Olivia Owen",
    "email": "Olivia@Halden.example",
    "password": "seven quiet herons",
}


@pytest.fixture
def url(app):
    token = links.new_setup_link()
    db.session.commit()
    return f"/settings/first-run/{token}"


def test_the_page_asks_for_the_organisation_and_its_first_owner(browser_of, url):
    page = browser_of().page(url)

    assert {"organisation", "currency", "time_zone", "calendar", "language", "name", "email", "password"} <= {
        e.get("name") for e in page.elements if e.tag in ("input", "select")
    }


def test_the_first_owner_is_signed_in_to_an_organisation_with_a_pipeline(browser_of, url):
    client = browser_of()

    response = client.send(url, FACTS)

    assert (response.status_code, response.location) == (303, "/")
    firm, owner = db.session.query(Organisation).one(), db.session.query(User).one()
    assert (firm.name, firm.currency, firm.time_zone, firm.calendar_name) == (
        "Halden",
        "EUR",
        "Europe/Berlin",
        "gregorian",
    )
    assert (owner.name, owner.email, owner.role) == ("Olivia Owen", "olivia@halden.example", "owner")
    assert passwords.is_right(owner.password_hash, FACTS["password"])
    assert [stage.name for stage in db.session.query(Pipeline).one().stages][:2] == ["New lead", "Qualified"]
    assert "Welcome to Peyvand." in client.page("/").text


def test_the_link_works_once_and_then_never(browser_of, url):
    browser_of().send(url, FACTS)

    assert browser_of().get(url).status_code == 404
    assert browser_of().send(url, FACTS | {"email": "second@halden.example"}).status_code == 404
    assert db.session.query(SetupLink).count() == 0
    assert db.session.query(User).count() == 1


def test_once_there_is_an_organisation_even_a_new_link_is_gone(browser_of, url, organisation):
    assert browser_of().get(url).status_code == 404
    assert browser_of().send(url, FACTS).status_code == 404


def test_without_the_link_there_is_nothing(browser_of, url):
    assert browser_of().get("/settings/first-run/guessed").status_code == 404
    assert browser_of().send("/settings/first-run/guessed", FACTS).status_code == 404
    assert db.session.query(Organisation).count() == 0


def test_of_two_who_send_the_form_at_once_one_founds_the_organisation(browser_of, url):
    clients = [browser_of() for _ in range(4)]
    tokens = [client.csrf_token() for client in clients]

    def send(number):
        client = clients[number]
        data = FACTS | {"email": f"owner{number}@halden.example"}
        request = {"method": "POST", "data": data, "headers": {"X-CSRFToken": tokens[number]}}
        return super(type(client), client).open(url, **request).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(send, range(4)))

    assert answers == [303, 404, 404, 404]
    assert db.session.query(Organisation).count() == db.session.query(User).count() == 1


@pytest.mark.parametrize(
    "facts",
    [{"organisation": ""}, {"name": ""}, {"email": "x"}, {"password": "short"}, {"currency": "??"}, {"time_zone": "x"},
     {"calendar": "x"}, {"language": "tlh"}],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_the_link_still_works(browser_of, url, facts):
    response = browser_of().send(url, FACTS | facts)

    assert response.status_code == 422
    assert db.session.query(Organisation).count() == 0
    assert browser_of().get(url).status_code == 200


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fa", ("IRR", "Asia/Tehran", "jalali")),
        ("zh", ("CNY", "Asia/Shanghai", "gregorian")),
        ("en", ("USD", "Europe/London", "gregorian")),
    ],
)
def test_the_language_suggests_the_rest(browser_of, url, language, expected):
    client = browser_of()
    client.send("/accounts/language", {"language": language, "next": url})

    page = client.page(url)

    chosen = [e.get("value") for e in page.all("option", selected="")]
    assert set(expected) <= set(chosen) and language in chosen


def test_a_persian_organisation_rests_on_friday(browser_of, url):
    browser_of().send(url, FACTS | {"language": "fa", "calendar": "jalali"})

    assert db.session.query(Organisation).one().weekend == "4"
    assert db.session.query(User).one().language == "fa"


def test_a_newer_link_ends_the_older_one(browser_of, url):
    newer = links.new_setup_link()

    assert browser_of().get(url).status_code == 404
    assert browser_of().get(f"/settings/first-run/{newer}").status_code == 200


def test_a_link_that_was_used_leads_to_where_one_signs_in(browser_of, url):
    browser_of().send(url, FACTS)

    page = browser_of().get(url)

    assert page.status_code == 404 and "Peyvand has already been set up." in page.text
    assert '/sign-in"' in page.text


def test_a_link_that_was_replaced_tells_where_the_newest_is(browser_of, url):
    links.new_setup_link()
    db.session.commit()

    page = browser_of().get(url)

    assert page.status_code == 404 and "The latest set-up link is in its terminal or log" in page.text


def test_who_comes_before_it_is_set_up_is_told_how_to(browser_of):
    client = browser_of()

    at_first = client.page(client.get("/").location)

    assert "The latest set-up link is in its terminal or log" in at_first.text and not at_first.all(
        "input", type="password"
    )
