"""The same filters on the board and in the list: source, expected close, time in stage."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm_app.extensions import utc_now
from crm_app.pipeline import expecting
from crm_app.web.reader import Reader, read_as
from tests import make

BOARD, LIST, FORECAST = "/pipeline/board", "/pipeline/deals", "/pipeline/forecast"
# A Wednesday.
TODAY = date(2026, 11, 25)


def shown(client, url, query):
    page = client.page(f"{url}?{query}")
    cards = [e for e in page.all("h3") if "card__title" in (e.get("class") or "")]
    rows = page.all("th", scope="row")
    return sorted(page.text_of(e) for e in cards + rows), page


@pytest.mark.parametrize("url", [BOARD, LIST])
@pytest.mark.parametrize(
    ("query", "found", "chip"),
    [
        ("source=Fair", ["Late"], "Source Fair"),
        ("close=late", ["Late"], "Expected close Overdue"),
        ("close=never", ["Undated"], "Expected close No date"),
        ("clock=rotting", ["Late"], "Time in stage Rotting"),
        ("clock=snoozed", ["Sleeping"], "Time in stage Snoozed"),
        ("clock=fresh", ["Soon", "Undated"], "Time in stage Neither rotting nor snoozed"),
    ],
)
def test_deals_are_narrowed_and_a_chip_says_so(client, alice, url, query, found, chip):
    today = make.today()
    make.deal(alice, "Late", at="Proposal", created=40, source="Fair", expected_close=today - timedelta(days=3))
    make.deal(alice, "Soon", at="Proposal", source="Fairs", expected_close=today + timedelta(days=300))
    make.deal(alice, "Undated", at="Proposal")
    make.deal(alice, "Sleeping", at="Proposal", snoozed_until=today + timedelta(days=2), expected_close=today)

    titles, page = shown(client, url, query)

    assert titles == found
    assert chip in [page.text_of(e) for e in page.all("span", class_="chip")]


@pytest.mark.parametrize("url", [BOARD, LIST, FORECAST])
@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("is.2026-03-10", ["First of its day", "Last of its day"]),
        ("from.2026-03-10", ["First of its day", "Last of its day", "Next day"]),
        ("until.2026-03-09", ["Day before"]),
        ("within.today", []),
        ("empty", ["Unknown"]),
        ("filled", ["Day before", "First of its day", "Last of its day", "Next day"]),
    ],
)
def test_a_deal_was_created_on_the_day_that_it_was_where_the_reader_is(
    client, organisation, alice, url, condition, found
):
    """In Tehran a day begins at 20:30 UTC."""
    organisation.time_zone = "Asia/Tehran"
    instants = {
        "Day before": datetime(2026, 3, 9, 20, 29, tzinfo=UTC),
        "First of its day": datetime(2026, 3, 9, 20, 30, tzinfo=UTC),
        "Last of its day": datetime(2026, 3, 10, 20, 29, tzinfo=UTC),
        "Next day": datetime(2026, 3, 10, 20, 30, tzinfo=UTC),
    }
    for title, instant in instants.items():
        make.deal(alice, title, at="Proposal", created=instant)
    make.deal(alice, "Unknown", at="Proposal", created=instants["First of its day"], created_is_known=False)

    titles, page = shown(client, url, f"where=created.{condition}")

    assert titles == found
    assert [page.text_of(e) for e in page.all("span", class_="chip")]


@pytest.mark.parametrize("url", [BOARD, LIST])
def test_days_narrow_from_and_up_to_themselves(client, alice, url):
    for day in (1, 2, 3, 4):
        make.deal(alice, f"On {day}", expected_close=date(2027, 3, day))

    titles, page = shown(client, url, "close_from=2027-03-02&close_to=2027-03-03")

    assert titles == ["On 2", "On 3"]
    assert "Expected close ≥ 2 Mar 2027" in page.text and "Expected close ≤ 3 Mar 2027" in page.text


@pytest.mark.parametrize("url", [BOARD, LIST])
@pytest.mark.parametrize("query", ["clock=asleep", "close=yesterday", "close_from=soon", "source="])
def test_what_no_filter_knows_counts_as_not_given(client, alice, url, query):
    make.deal(alice, "There")

    titles, page = shown(client, url, query)

    assert titles == ["There"]
    assert not page.all("a", class_="chip__remove")


@pytest.mark.parametrize("url", [BOARD, LIST])
def test_who_left_is_asked_for_by_name_still(browser_of, olivia, alice, bob, url):
    make.deal(alice, "Hers")
    make.deal(bob, "His")
    bob.disabled_at = utc_now()

    titles, page = shown(browser_of(olivia), url, f"owner={bob.id}")

    assert titles == ["His"]
    assert "Owner Bob Brandt" in [page.text_of(e) for e in page.all("span", class_="chip")]


@pytest.mark.parametrize("url", [BOARD, LIST])
@pytest.mark.parametrize(
    ("query", "chip"),
    [
        ("owner=4321", "Owner not known to you"),
        ("team=4321", "Team not known to you"),
        ("product=4321", "Product not known to you"),
    ],
)
def test_a_filter_by_what_is_gone_finds_nothing_and_says_so(client, alice, url, query, chip):
    make.deal(alice, "There")

    titles, page = shown(client, url, query)

    assert titles == []
    assert chip in [page.text_of(e) for e in page.all("span", class_="chip")]


def test_a_list_of_a_retired_stage_shows_no_deals_of_others(client, alice):
    make.deal(alice, "There")
    gone = make.stage("Proposal")
    gone.retired_at = utc_now()

    titles, page = shown(client, LIST, f"stage={gone.id}")
    _, unknown = shown(client, LIST, "stage=4321&pipeline=4321")

    assert titles == []
    assert "Stage Proposal" in [page.text_of(e) for e in page.all("span", class_="chip")]
    assert "Stage not known to you" in [unknown.text_of(e) for e in unknown.all("span", class_="chip")]


@pytest.mark.parametrize(
    ("word", "start", "end"),
    [
        ("this_week", date(2026, 11, 22), date(2026, 11, 29)),
        ("next_week", date(2026, 11, 29), date(2026, 12, 6)),
        ("this_month", date(2026, 11, 1), date(2026, 12, 1)),
        ("next_month", date(2026, 12, 1), date(2027, 1, 1)),
        ("this_quarter", date(2026, 10, 1), date(2027, 1, 1)),
        ("next_quarter", date(2027, 1, 1), date(2027, 4, 1)),
    ],
)
def test_words_mean_the_weeks_and_months_of_the_reader(organisation, word, start, end):
    read_as(Reader(time_zone="Europe/Berlin"))

    assert expecting.days_of(word, TODAY) == (start, end)


def test_a_persian_reader_means_persian_months_and_weeks(organisation):
    read_as(Reader(language="fa", calendar="jalali", time_zone="Asia/Tehran"))

    assert expecting.days_of("this_month", TODAY) == (date(2026, 11, 22), date(2026, 12, 22))
    assert expecting.days_of("this_week", TODAY) == (date(2026, 11, 21), date(2026, 11, 28))


def test_a_field_that_asks_for_a_source_is_told_the_known_ones(client, alice, bob):
    for source in ("Web", "Fair", "Fair", ""):
        make.deal(alice, source=source)
    make.deal(bob, source="His secret")

    part = client.part("/pipeline/sources")

    assert [option.get("value") for option in part.all("option")] == ["Fair", "Web"]
    assert "Fair" in client.page("/pipeline/sources").text
