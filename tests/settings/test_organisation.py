"""What holds for the whole organisation."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm_app.activity.models import Event
from crm_app.extensions import db
from crm_app.pipeline.models import Closing
from crm_app.web.money import Rate, Rates
from tests import make

URL = "/settings/organisation"
FACTS = {
    "name": "Halden", "currency": "EUR", "time_zone": "Asia/Tehran", "calendar_name": "jalali", "fiscal_start": "4",
    "weekend": ["4"], "reps_see_all": "y", "shows_toman": "y",
}  # fmt: skip


@pytest.fixture
def owner(browser_of, olivia):
    return browser_of(olivia)


def test_the_page_shows_what_stands(owner, organisation):
    page = owner.page(URL)

    assert page.one("input", name="name").get("value") == "Halden Instruments"
    assert {"EUR", "Europe/Berlin", "gregorian", "1"} <= {e.get("value") for e in page.all("option", selected="")}
    ticked = {e.get("value") for e in page.all("input", name="weekend") if e.get("checked") is not None}
    assert ticked == {"5", "6"}


def test_the_days_off_say_what_goals_make_of_them(owner):
    assert (
        "What is still needed for a goal is spread over the other days. The target pace counts all days."
        in owner.page(URL).text
    )


def test_everything_is_changed_at_once(owner, organisation):
    response = owner.send(URL, FACTS)

    assert response.status_code == 303
    assert (organisation.name, organisation.time_zone, organisation.calendar_name) == (
        "Halden",
        "Asia/Tehran",
        "jalali",
    )
    assert (organisation.fiscal_start, organisation.weekend, organisation.reps_see_all) == (4, "4", True)
    changes = db.session.scalar(select(Event)).particulars["changes"]
    assert changes["name"] == ["Halden Instruments", "Halden"]
    assert "currency" not in changes


def test_what_is_not_ticked_is_off(owner, organisation):
    owner.send(
        URL, {name: value for name, value in FACTS.items() if name not in ("reps_see_all", "shows_toman", "weekend")}
    )

    assert (organisation.reps_see_all, organisation.shows_toman, organisation.weekend) == (False, False, "")


def test_reps_see_all_from_the_next_request(owner, browser_of, bob, alice):
    make.deal(alice, "Alice's deal")
    assert "Alice's deal" not in browser_of(bob).page("/search/?q=alice").text

    owner.send(URL, FACTS)

    assert "Alice's deal" in browser_of(bob).page("/search/?q=alice").text


@pytest.mark.parametrize(
    "facts",
    [{"name": ""}, {"currency": "XXY"}, {"currency": ""}, {"time_zone": "Mars/Olympus"}, {"calendar_name": "mayan"},
     {"fiscal_start": "13"}, {"fiscal_start": "x"}, {"weekend": ["7"]}],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(owner, organisation, facts):
    assert owner.send(URL, FACTS | facts).status_code == 422

    assert organisation.name == "Halden Instruments"
    assert db.session.query(Event).count() == 0


def test_in_another_currency_rates_and_closed_deals_say_the_same(owner, alice, organisation):
    db.session.add_all(
        [
            Rate(currency="USD", day=date(2020, 1, 1), rate=Decimal("0.5")),
            Rate(currency="GBP", day=date(2020, 1, 1), rate=Decimal(2)),
            Rate(currency="USD", day=date(2021, 1, 1), rate=Decimal("0.8")),
        ]
    )
    make.won(alice, value=100_00, currency="EUR", on=date(2020, 6, 1))
    make.won(alice, value=100_00, currency="USD", on=date(2021, 6, 1))

    owner.send(URL, FACTS | {"currency": "USD"})

    rates = Rates.load("USD")
    assert rates.on("EUR", date(2020, 6, 1)) == 2
    assert rates.on("GBP", date(2020, 6, 1)) == 4
    assert rates.on("GBP", date(2021, 6, 1)) == Decimal("2.5")
    assert rates.on("EUR", date(2021, 6, 1)) == Decimal("1.25")
    assert [closing.base_amount for closing in db.session.scalars(select(Closing).order_by(Closing.id))] == [
        200_00,
        100_00,
    ]


@pytest.mark.parametrize(
    ("currency", "words"),
    [("GBP", "1 exchange rate would be lost because there is no rate for GBP on 1 Jan 2020."),
     ("JPY", "3 exchange rates would be lost because there is no rate for JPY on 1 Jan 2020.")],
)  # fmt: skip
def test_no_rate_is_lost_to_a_currency_that_is_not_known_so_early(owner, organisation, currency, words):
    for code, day in (("USD", date(2020, 1, 1)), ("GBP", date(2020, 6, 1)), ("USD", date(2021, 1, 1))):
        db.session.add(Rate(currency=code, day=day, rate=Decimal(2)))
    facts = FACTS | {"currency": currency, "calendar_name": "gregorian"}

    refused = owner.send(URL, facts)

    assert refused.status_code == 422 and words in refused.text
    assert (organisation.currency, db.session.query(Rate).count()) == ("EUR", 3)
    db.session.add(Rate(currency=currency, day=date(2020, 1, 1), rate=Decimal(4)))
    assert owner.send(URL, facts).status_code == 303
    assert Rates.load(currency).on("USD", date(2020, 1, 1)) == Decimal("0.5")


def test_in_a_currency_without_rates_nothing_is_guessed(owner, alice):
    make.won(alice, value=100_00, currency="EUR")

    owner.send(URL, FACTS | {"currency": "JPY"})

    assert db.session.scalar(select(Closing.base_amount)) is None
    assert db.session.query(Rate).count() == 0


@pytest.mark.parametrize("role", ["manager", "rep", "agent", "viewer"])
def test_nobody_but_owners_gets_there(browser_of, organisation, role):
    browser = browser_of(make.user("Somebody", role=role))

    assert browser.get(URL).status_code == 403
    assert browser.send(URL, FACTS).status_code == 403
    assert organisation.name == "Halden Instruments"


def test_the_page_takes_few_statements(owner, statements):
    with statements() as seen:
        owner.page(URL)

    assert len(seen) <= 12


def _places(page):
    return [page.text_of(e) for e in page.all("h3")]


@pytest.mark.parametrize(
    ("role", "places"),
    [
        (
            "owner",
            [
                "Your preferences",
                "Sign-in and security",
                "Import",
                "Organisation",
                "Users",
                "Teams",
                "Pipelines",
                "Exchange rates",
                "Backups",
                "Health",
                "Audit log",
                "Demo company",
            ],
        ),
        ("manager", ["Your preferences", "Sign-in and security", "Import"]),
        ("agent", ["Your preferences", "Sign-in and security", "Import"]),
        ("viewer", ["Your preferences", "Sign-in and security"]),
    ],
)
def test_the_settings_show_each_person_what_they_may_change(browser_of, organisation, role, places):
    browser = browser_of(make.user("Somebody", role=role))

    page = browser.page("/settings/")

    assert _places(page) == places
    for heading in page.all("h3"):
        assert browser.get(heading.find("a").get("href")).status_code == 200


def test_targets_of_money_are_told_in_another_currency(owner, alice):
    db.session.add(Rate(currency="IRR", day=date(2026, 1, 1), rate=Decimal("0.00001")))
    early, late = date(2025, 12, 5), date(2026, 3, 5)
    value = make.goal(500_00, on=late, user=alice)
    untold, count = make.goal(500_00, on=early), make.goal(500, measure="won_deals", on=late)

    owner.send(URL, FACTS | {"currency": "IRR", "calendar_name": "gregorian"})

    assert value.targets[0].amount == 50_000_000
    change = db.session.scalar(value.targets[0].changes.select())
    assert (change.before, change.after) == (None, 50_000_000)
    # Nobody knows a rate for that day: the figure stays.
    assert untold.targets[0].amount == 500
    assert count.targets[0].amount == 500
