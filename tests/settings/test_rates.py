"""Rates of currencies: entered, changed, deleted, and what follows for figures."""

from datetime import date
from decimal import Decimal

import pytest

from crm_app.accounts.models import Organisation
from crm_app.extensions import db
from crm_app.measures import asking
from crm_app.measures.scope import Scope
from crm_app.pipeline.models import Closing
from crm_app.settings import organisation as work
from crm_app.web.money import Rate
from tests import make
from tests.meanwhile import meanwhile

SENT = {"currency": "USD", "day": "2026-01-01", "rate": "0.925"}


@pytest.fixture
def owner(browser_of, olivia):
    return browser_of(olivia)


def _rate(currency="USD", day=date(2026, 1, 1), rate="0.925"):
    kept = Rate(currency=currency, day=day, rate=Decimal(rate))
    db.session.add(kept)
    db.session.commit()
    return kept


def _won_value(user, year=2026):
    period = db.session.get(Organisation, 1).calendar().parse("year", str(year))
    return asking.ask("won_value", period, Scope(user))


def test_rates_stand_latest_first(owner):
    _rate(day=date(2026, 1, 1), rate="0.9")
    _rate("GBP", day=date(2026, 3, 1), rate="1.15")
    _rate(day=date(2026, 2, 1), rate="0.95")

    page = owner.page("/settings/rates")

    assert (
        page.text.index("1 GBP = 1.15 EUR") < page.text.index("1 USD = 0.95 EUR") < page.text.index("1 USD = 0.9 EUR")
    )


def test_a_rate_that_was_missing_puts_deals_into_the_figures(owner, olivia, alice):
    make.won(alice, value=100_00, currency="USD", on=date(2026, 2, 1))
    make.won(alice, value=50_00, on=date(2026, 2, 1))
    before = _won_value(olivia)
    told = owner.page("/settings/rates")

    response = owner.send("/settings/rates", SENT)
    after = _won_value(olivia)

    assert "1 closed deal in USD has no exchange rate" in told.text
    assert response.status_code == 303
    assert after.value - before.value == Decimal("9250")
    assert "has no exchange rate for its day and is left out of all figures." not in owner.page("/settings/rates").text


def test_changing_and_deleting_a_rate_values_closings_anew(owner, olivia, alice):
    make.won(alice, value=100_00, currency="USD", on=date(2026, 2, 1))
    kept = _rate()

    owner.send(f"/settings/rates/{kept.id}", SENT | {"rate": "2"})
    changed = _won_value(olivia).value
    asked = owner.page(f"/settings/rates/{kept.id}/deletion")
    owner.send(f"/settings/rates/{kept.id}/deletion")

    assert changed == Decimal(200_00)
    assert "Delete this rate?" in asked.text
    assert _won_value(olivia).value in (None, 0)
    assert db.session.scalars(db.select(Rate)).all() == []


def test_a_rate_moved_to_another_currency_leaves_the_old_one_without(owner, alice):
    deal = make.won(alice, value=100_00, currency="USD", on=date(2026, 2, 1))
    kept = _rate()
    owner.send(f"/settings/rates/{kept.id}", SENT)
    assert deal.closings[0].base_amount == 92_50

    owner.send(f"/settings/rates/{kept.id}", SENT | {"currency": "GBP"})

    assert deal.closings[0].base_amount is None


def test_another_currency_of_the_organisation_values_everything_anew(owner, alice):
    deal = make.won(alice, value=100_00, on=date(2026, 2, 1))
    _rate(rate="0.5")
    form = owner.page("/settings/organisation")
    firm = {"name": "Halden", "time_zone": "Europe/Berlin", "calendar_name": "gregorian", "fiscal_start": "1"}
    firm |= {e.get("name"): e.get("value") for e in form.all("input", type="hidden") if e.get("name") != "csrf_token"}

    response = owner.send("/settings/organisation", firm | {"currency": "USD", "weekend": "6"})

    assert response.status_code == 303
    assert deal.closings[0].base_amount == 200_00


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"rate": "0"}, "A rate must be greater than zero."),
        ({"rate": "-1"}, "A rate must be greater than zero."),
        ({"rate": "0.00000000000001"}, "A rate must be greater than zero."),
        ({"rate": "much"}, "Enter a number"),
        ({"rate": ""}, "Fill this in."),
        ({"rate": "99999999999999"}, "Must be at most"),
        ({"day": "31/02/2017"}, "Enter a date with the year first"),
        ({"day": ""}, "Fill this in."),
        ({"currency": "QQQ"}, "Not a valid choice"),
        ({"currency": "EUR"}, "Not a valid choice"),
        ({"day": "2025-05-05"}, "There is already a rate for this day: 0.8."),
    ],
)
def test_a_rate_that_cannot_be_is_refused(owner, sent, message):
    _rate(day=date(2025, 5, 5), rate="0.8")

    response = owner.send("/settings/rates", SENT | sent)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert len(db.session.scalars(db.select(Rate)).all()) == 1


def test_a_change_that_cannot_be_leaves_the_rate_alone(owner):
    kept = _rate()

    response = owner.send(f"/settings/rates/{kept.id}", SENT | {"rate": "0"})

    assert response.status_code == 422
    assert kept.rate == Decimal("0.925")


def test_persian_digits_and_jalali_days_are_understood(owner, olivia):
    owner.send("/settings/rates", {"currency": "USD", "day": "۱۴۰۵/۰۱/۰۱", "rate": "۰٫۹۲"})

    assert db.session.scalars(db.select(Rate)).one().day == date(2026, 3, 21)


def test_only_owners_see_and_change_rates(browser_of, alice, charlie, vera):
    kept = _rate()
    agent = make.user("Agnes", role="agent")

    for person in (alice, charlie, vera, agent):
        browser = browser_of(person)
        for path in ("", f"/{kept.id}", f"/{kept.id}/deletion"):
            assert browser.get(f"/settings/rates{path}").status_code == 403
            assert browser.send(f"/settings/rates{path}", SENT).status_code == 403
    assert db.session.scalars(db.select(Rate)).all() == [kept]


def test_an_unknown_rate_is_not_found(owner):
    assert owner.get("/settings/rates/999").status_code == 404
    assert owner.send("/settings/rates/999/deletion").status_code == 404


def test_rates_are_paged_in_few_statements(owner, statements):
    def needed():
        with statements() as seen:
            owner.page("/settings/rates")
        return len(seen)

    for day in range(1, 4):
        _rate(day=date(2026, 1, day))
    few = needed()
    for day in range(1, 31):
        _rate(day=date(2025, 4, day))
        _rate(day=date(2025, 6, day))

    assert needed() == few <= 12
    following = owner.page("/settings/rates").one("a", rel="next").get("href")
    assert "1 USD" in owner.part(following).text


def test_the_smallest_of_currencies_keeps_its_rate_when_the_organisation_changes_its_own(organisation, alice):
    organisation.currency = "IRR"
    make.won(alice, value=1_180_000_000_000, currency="IRR", on=date(2026, 2, 1))
    euro = make.won(alice, value=1_000_000_00, currency="EUR", on=date(2026, 2, 1))
    _rate("EUR", rate="1180000")

    for currency in ("EUR", "IRR", "EUR"):
        work.change(organisation, currency=currency)
        db.session.commit()
        worth = 1_000_000_00 if currency == "EUR" else 1_180_000_000_000
        assert set(db.session.scalars(db.select(Closing.base_amount))) == {worth}
    assert euro.closings[0].base_amount == 1_000_000_00


def test_a_tiny_rate_is_kept_as_typed(owner):
    owner.send("/settings/rates", {"currency": "IRR", "day": "2026-01-01", "rate": "0.00000084745763"})
    kept = db.session.scalars(db.select(Rate)).one()
    form = owner.page(f"/settings/rates/{kept.id}")

    assert kept.rate == Decimal("0.00000084745763")
    assert form.one("input", name="rate").get("value") == "0.00000084745763"
    assert "1 IRR = 0.00000084745763 EUR" in owner.page("/settings/rates").text


@pytest.mark.postgresql
@pytest.mark.parametrize("is_changed_first", [True, False])
def test_a_deal_closed_while_a_rate_changes_is_worth_what_the_new_rate_says(owner, browser_of, alice, is_changed_first):
    rate, deal, browser = _rate().id, make.deal(alice, value=1000_00, currency="USD").id, browser_of(alice)
    facts = {"amount": "1000", "currency": "USD", "day": make.today().isoformat()}

    def change():
        return owner.send(f"/settings/rates/{rate}", SENT | {"rate": "0.5"}).status_code

    def win():
        return browser.send(f"/pipeline/deals/{deal}/won", facts, htmx=True).status_code

    if is_changed_first:
        met = meanwhile(change, win, held_at="FROM closings")
    else:
        met = meanwhile(win, change, held_at="INSERT INTO closings")

    assert met == ((303, 200, True) if is_changed_first else (200, 303, True))
    assert db.session.query(Closing).one().base_amount == 500_00


def test_the_largest_rate_is_shown_with_all_its_figures(owner):
    owner.send("/settings/rates", SENT | {"rate": "999,999,998.12"})

    page = owner.page("/settings/rates")
    twin = owner.send("/settings/rates", SENT | {"rate": "1"})

    assert "1 USD = 999,999,998.12 EUR" in page.text
    assert (twin.status_code, "999,999,998.12" in twin.get_data(as_text=True)) == (422, True)
