"""The forecast: a column for each month with all its open deals, and totals that are those of a recount."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from crm_app.extensions import db
from crm_app.web.money import Money, Rate
from crm_app.web.periods import Calendar
from tests import make
from tests.pipeline.test_board import second_pipeline, titles

FORECAST = "/pipeline/forecast"


def month(number=0, calendar="gregorian"):
    """The current month, or the one so many months later or earlier."""
    months = Calendar(calendar, ZoneInfo("Europe/Berlin"))
    found = months.period("month", make.today())
    for _step in range(abs(number)):
        found = months.next(found) if number > 0 else months.previous(found)
    return found


def head(page, key):
    return page.text_of(page.one("header", id=f"month-{key}-head"))


def names(page):
    return [page.text_of(e).rsplit(" ", 2)[0] for e in page.all("h2") if (e.get("class") or "") == "column__name"]


def standing(page):
    """The titles of each column that has some."""
    found = {}
    for section in page.all("section"):
        cards = [page.text_of(e) for e in section.iter("h3") if e.get("class") == "card__title"]
        if cards:
            found[section.get("id").removeprefix("month-")] = cards
    return found


def test_each_open_deal_stands_in_the_month_in_which_it_should_close(client, alice):
    make.deal(alice, "Long ago", expected_close=month(-1).last_day)
    make.deal(alice, "Begins", expected_close=month().start)
    make.deal(alice, "Ends", expected_close=month(5).last_day)
    make.deal(alice, "Far", expected_close=month(6).start)
    make.deal(alice, "Whenever")
    make.won(alice, title="Won", expected_close=month().start)

    page = client.page(FORECAST)

    assert standing(page) == {
        "before": ["Long ago"],
        month().key: ["Begins"],
        month(5).key: ["Ends"],
        "later": ["Far"],
        "none": ["Whenever"],
    }


def test_columns_are_named_from_late_to_no_date(client, alice, browser_of):
    alice.language, alice.calendar = "en", "jalali"
    make.pipeline()

    page = client.page(FORECAST)

    assert [names(page)[0], *names(page)[-2:]] == ["Overdue", "Later", "No date"]
    assert [e.get("id") for e in page.all("section") if e.get("id")] == [
        "month-before",
        *(f"month-{month(n, 'jalali').key}" for n in range(6)),
        "month-later",
        "month-none",
    ]


def test_cards_stand_by_their_day_and_then_in_the_order_they_came(client, alice):
    days = {"C": 20, "A": 4, "B": 20, "D": 11}
    for title, day in days.items():
        make.deal(alice, title, expected_close=month(1).start + timedelta(days=day), rank=-ord(title))

    assert standing(client.page(FORECAST)) == {month(1).key: ["A", "D", "C", "B"]}


def test_what_is_overdue_in_the_current_month_stays_in_it_and_says_so(client, alice):
    day = make.today() - timedelta(days=1)
    make.deal(alice, "Overdue", expected_close=day)

    page = client.page(FORECAST)

    assert standing(page) == {month().key if day >= month().start else "before": ["Overdue"]}
    assert page.text_of(page.one("span", class_="mark mark--overdue")) == "Overdue 1 d"


def test_a_card_tells_its_stage(client, alice):
    make.deal(alice, "Staged", at="Proposal", expected_close=month(1).start)

    page = client.page(FORECAST)

    assert page.text_of(page.one("p", class_="card__stage truncate")) == "Proposal"
    assert not client.page("/pipeline/board").all("p", class_="card__stage truncate")


def test_totals_are_those_of_a_recount_in_every_currency(client, alice, bob):
    db.session.add_all(
        [
            Rate(currency="USD", day=date(2020, 1, 1), rate=Decimal("0.5")),
            Rate(currency="IRR", day=date(2020, 1, 1), rate=Decimal("0.00002")),
        ]
    )
    worth = {"EUR": Decimal(1), "USD": Decimal("0.5"), "IRR": Decimal("0.00002") * 100}
    counted = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    for number in range(120):
        close, key = ((None, "none"), *((month(n).last_day, month(n).key) for n in (1, 2)))[number % 3]
        stage = ("New lead", "Proposal", "Negotiation")[number // 3 % 3]
        currency, value = ("EUR", "USD", "IRR")[number // 9 % 3], 1_000_000 * (number + 1)
        make.deal(alice, at=stage, value=value, currency=currency, expected_close=close)
        counted[key][0] += 1
        counted[key][1] += value * worth[currency]
        counted[key][2] += value * worth[currency] * make.stage(stage).probability / 100
    make.deal(bob, value=10**9, expected_close=month(1).last_day)
    make.deal(alice, at=second_pipeline().stages[0], value=10**9, expected_close=month(1).last_day)

    page = client.page(FORECAST)

    from crm_app.web import formats

    for key, (count, value, weighted) in counted.items():
        short = [formats.money(Money(int(one), "EUR"), short=True) for one in (value, weighted)]
        assert head(page, key).endswith(f"{count} deals {short[0]} ≈ {short[1]} weighted")
        assert len(standing(page)[key]) == 12
    whole = formats.money(Money(int(sum(one[1] for one in counted.values())), "EUR"), short=True)
    assert page.text_of(page.one("span", id="board-summary")).startswith(f"{whole} open")


def test_a_currency_without_a_rate_is_named_and_its_deals_still_count(client, alice):
    make.deal(alice, value=1000_00, expected_close=month(1).start)
    make.deal(alice, value=1000_00, currency="GBP", expected_close=month(1).start)

    page = client.page(FORECAST)

    assert "2 deals €1,000" in head(page, month(1).key)
    assert "There is no exchange rate for GBP" in page.text


@pytest.mark.parametrize("when", ["none", "day"])
def test_further_cards_follow_where_the_last_one_stood(client, alice, when):
    with make.at_once():
        for number in range(45):
            day = None if when == "none" else month(1).start + timedelta(days=number // 4)
            make.deal(alice, f"Card {number:02}", expected_close=day)

    page = client.page(FORECAST)
    seen = titles(page)
    while more := page.all("a", class_="column__more"):
        page = client.part(more[0].get("href"))
        seen += titles(page)

    assert seen == [f"Card {number:02}" for number in range(45)]


def test_further_cards_are_a_page_where_no_script_runs(client, alice):
    for number in range(13):
        make.deal(alice, f"Card {number:02}", expected_close=month(1).start)

    more = client.page(FORECAST).one("a", class_="column__more")
    page = client.page(more.get("href"))

    assert titles(page) == ["Card 12"]
    assert page.text_of(page.one("h1")) in head(client.page(FORECAST), month(1).key)
    assert page.all("a", href=f"{FORECAST}?pipeline={make.pipeline().id}&from={month().key}")


@pytest.mark.parametrize("after", ["", "x", "none.1", "2027-13-01.5", "1.2.3", "2027-01-01." + "9" * 30])
def test_a_broken_place_in_a_column_begins_at_its_top(client, alice, after):
    make.deal(alice, "Only", expected_close=month(1).start)

    assert titles(client.page(f"{FORECAST}/months/{month(1).key}?after={after}")) == ["Only"]


@pytest.mark.parametrize("key", ["x", "2020-01", "9999-99", "12"])
def test_a_month_that_is_not_shown_is_not_found(client, alice, key):
    make.pipeline()

    assert client.get(f"{FORECAST}/months/{key}").status_code == 404


def test_one_looks_ahead_month_by_month(client, alice):
    make.deal(alice, "Soon", expected_close=month(1).start)
    make.deal(alice, "Far", expected_close=month(7).start)

    page = client.page(FORECAST)
    for _step in range(2):
        page = client.page(page.one("a", aria_label="Next period").get("href"))

    assert standing(page) == {"before": ["Soon"], month(7).key: ["Far"]}
    assert names(page)[0] == "Earlier"
    back = page.one("a", aria_label="Previous period").get("href")
    assert standing(client.page(back)) == {month(1).key: ["Soon"], "later": ["Far"]}


def test_nothing_lies_before_the_current_month(client, alice):
    make.pipeline()

    assert not client.page(FORECAST).all("a", aria_label="Previous period")


@pytest.mark.parametrize("query", ["from=x", "from=2001-01", "from=" + "9" * 300, "from=2999-01", "owner=x&pipeline=x"])
def test_what_cannot_be_read_in_the_address_counts_as_not_given(client, alice, query):
    make.deal(alice, "Here", expected_close=month().start)

    assert standing(client.page(f"{FORECAST}?{query}")) == {month().key: ["Here"]}


def test_the_filters_of_the_board_hold_here_and_go_along_in_all_directions(client, alice):
    make.deal(alice, "Wanted", value=500_00, expected_close=month(1).start)
    make.deal(alice, "Too small", value=499_99, expected_close=month(1).start)
    here = make.pipeline().id

    page = client.page(f"{FORECAST}?least=500&from={month().key}")

    assert standing(page) == {month(1).key: ["Wanted"]}
    assert "1 deal €500" in head(page, month(1).key)
    assert [page.text_of(e) for e in page.all("span", class_="chip")] == ["Value ≥ €500", "Views"]
    form = next(page.one("div", id="board-filters").iter("form"))
    hidden = {one.get("name"): one.get("value") for one in form.iter("input") if one.get("type") == "hidden"}
    assert (form.get("action"), hidden) == (FORECAST, {"pipeline": str(here), "from": month().key})
    away = page.one("a", class_="chip__remove").get("href")
    assert away == f"{FORECAST}?pipeline={here}&from={month().key}"
    ways = [e.get("href") for e in page.one("nav", class_="switcher").iter("a")]
    assert ways == [f"/pipeline/{way}?pipeline={here}&least=500" for way in ("board", "deals", "forecast")]
    for way in ways:
        links = [e.get("href") for e in client.page(way).one("nav", class_="switcher").iter("a")]
        assert all("least=500" in link and f"pipeline={here}" in link for link in links)


def test_the_months_stay_when_a_filter_is_added_and_when_a_view_is_saved(client, alice):
    make.deal(alice, "Anne's", expected_close=month(1).start)
    here = f"least=1&from={month(1).key}"

    page = client.page(f"{FORECAST}?{here}")

    asking = next(e.get("href") for e in page.one("div", id="condition").iter("a") if "field=title" in e.get("href"))
    form = client.page(asking)
    sent = {one.get("name"): one.get("value") for one in form.one("form", id="condition").iter("input")}
    narrowed = client.get("/lists/deals/condition", query_string=sent | {"operator": "has", "value": "Anne"}).location
    assert {f"from={month(1).key}", "least=1"} < set(narrowed.partition("?")[2].split("&"))
    saved = page.one("div", id="views").find(".//form")
    data = {one.get("name"): one.get("value") for one in saved.iter("input") if one.get("name") != "csrf_token"}
    answer = client.send(saved.get("action"), data | {"name": "Mine"})
    assert set(answer.location.partition("?")[2].split("&")) == set(here.split("&"))


def test_pipelines_are_tabs_and_keep_the_months(client, alice):
    first, other = make.pipeline(), second_pipeline()
    make.deal(alice, "A", expected_close=month(1).start)
    make.deal(alice, "B", at=other.stages[0], expected_close=month(1).start)

    page = client.page(f"{FORECAST}?pipeline={other.id}&from={month(1).key}")

    assert standing(page) == {month(1).key: ["B"]}
    links = {page.text_of(e): e.get("href") for e in page.one("nav", class_="tabs").iter("a")}
    assert links[f"{first.name} 1"] == f"{FORECAST}?pipeline={first.id}&from={month(1).key}"


def test_colleagues_deals_are_in_no_card_count_or_total(client, alice, bob):
    make.deal(alice, "Mine", value=100_00, expected_close=month(1).start)
    make.deal(bob, "His", value=900_00, expected_close=month(1).start)

    page = client.page(FORECAST)

    assert "His" not in page.text
    assert "1 deal €100" in head(page, month(1).key)


def test_a_viewer_reads_the_forecast_and_finds_nothing_to_move_with(browser_of, alice, vera):
    make.deal(alice, "Seen", expected_close=month(1).start)

    page = browser_of(vera).page(FORECAST)

    assert titles(page) == ["Seen"]
    assert not page.all("a", class_="card__menu btn btn--quiet btn--icon")
    assert not [e for e in page.all("form") if e.get("data-board-move") is not None]
    assert page.one("div", id="board").get("data-board") is None


def test_an_agent_has_no_forecast(browser_of, organisation):
    make.pipeline()
    browser = browser_of(make.user("Aaron", role="agent"))

    assert browser.get(FORECAST).status_code == 403
    assert browser.get(f"{FORECAST}/months/{month().key}").status_code == 403


def test_a_deal_in_the_bin_is_in_no_month(client, alice):
    make.deal(alice, "Binned", expected_close=month(1).start).delete()
    db.session.commit()

    assert titles(client.page(FORECAST)) == []


def test_an_empty_forecast_says_what_belongs_on_it(client, alice):
    make.pipeline()

    assert "No open deals here." in client.page(FORECAST).text
    assert "No deals match these filters." in client.page(f"{FORECAST}?q=nothing").text


def test_many_deals_cost_no_more_statements(client, alice, statements):
    company = make.company(alice)
    make.deal(alice, company=company, expected_close=month(1).start)
    client.page(FORECAST)
    with statements() as few:
        client.page(FORECAST)

    with make.at_once():
        for number in range(60):
            owner = make.user(f"Seller {number}", role="rep", team=alice.team) if number % 20 == 0 else alice
            close = None if number % 7 == 0 else month().start + timedelta(days=number * 5 - 40)
            stage = ("New lead", "Proposal", "Qualified")[number % 3]
            make.deal(owner, at=stage, value=100, company=make.company(alice), expected_close=close)
    with statements() as many:
        client.page(FORECAST)

    assert len(few) == len(many) <= 12
