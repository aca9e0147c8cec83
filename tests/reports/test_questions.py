"""Each question's page and file: the same numbers, as far as the person sees them."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from crm_app.web import reader
from tests import make

QUESTIONS = ["pipeline", "goals", "won", "win-rate"]
IN_2026 = "since=2026-01-01&until=2026-12-31"


def rows_of(response):
    text = response.get_data(as_text=True).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def deals(alice, bob, charlie):
    """In 2026: Alice won two and lost one, Bob won one; each has one open."""
    product = make.product(name="GTX Pro")
    make.won(alice, value=100_00, on=date(2026, 2, 3), product=product)
    make.won(alice, value=250_00, on=date(2026, 5, 3))
    make.lost(alice, on=date(2026, 5, 4))
    make.won(bob, value=50_00, on=date(2026, 5, 5))
    make.deal(alice, value=1000_00, at="Proposal")
    make.deal(bob, value=70_00, at="Proposal")


def test_the_index_answers_each_question(browser_of, olivia, deals):
    page = browser_of(olivia).page("/reports/")
    for question in ("What is in the pipeline?", "How close are we to our goals?", "How often do we win?"):
        assert question in page.text
    assert len(page.all("section")) == 4
    assert "<svg" in page.html


def test_where_the_year_has_nothing_the_index_shows_the_last_year_that_has(browser_of, olivia, alice, statements):
    make.won(alice, value=100_00, on=date(2019, 5, 3))

    browser = browser_of(olivia)
    with statements() as seen:
        page = browser.page("/reports/")

    assert len(seen) <= 12, "\n".join(seen)
    assert "€100 from one deal in 2019" in page.text
    assert "1 of 1 in 2019" in page.text
    assert any("since=2019-01-01" in link.get("href") for link in page.all("a"))
    assert "Nothing yet" not in page.text_of(page.one("section", **{"aria-labelledby": "question-won"}))


def test_a_rep_without_a_team_to_compare_reads_of_themselves(browser_of, bob, deals):
    page = browser_of(bob).page("/reports/won?since=2026-01-01&until=2026-12-31&compare=none")
    assert "€50 from one deal in" in page.text

    make.won(bob, value=50_00)
    index = browser_of(bob).page("/reports/")

    assert "brought" not in index.text
    assert bob.name.split()[0] in index.text_of(index.one("section", **{"aria-labelledby": "question-win-rate"}))


def test_a_pipeline_of_deals_without_value_is_drawn_by_their_number(browser_of, olivia, alice):
    make.deal(alice, value=None, at="Proposal")

    page = browser_of(olivia).page("/reports/pipeline?compare=none")

    assert "1, none of them with a value yet" in page.text.replace(" , ", ", ")
    assert "Open deals by stage" in page.text
    assert "Nothing yet" not in page.html


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_has_answer_chart_table_definition_and_file(browser_of, olivia, deals, question):
    page = browser_of(olivia).page(f"/reports/{question}?{IN_2026}")
    assert page.all("p", class_="answer")
    assert 'role="img"' in page.html
    assert page.all("table")
    assert "How this is calculated" in page.text
    assert any("format=csv" in link.get("href", "") for link in page.all("a"))


@pytest.mark.parametrize("question", QUESTIONS)
def test_without_any_deal_a_question_is_still_answered(browser_of, olivia, question):
    make.pipeline()
    browser_of(olivia).page(f"/reports/{question}")


def test_the_won_value_is_told_apart_by_person(browser_of, olivia, deals):
    browser = browser_of(olivia)
    page = browser.page(f"/reports/won?{IN_2026}&by=owner&compare=none")
    assert "€400 from 3 deals" in page.text
    assert "88% of it from Alice Adler" in page.text
    rows = rows_of(browser.get(f"/reports/won?{IN_2026}&by=owner&compare=none&every=quarter&format=csv"))
    assert [(row["Owner"], row["Won value (EUR)"], row["Won deals"]) for row in rows] == [
        ("Alice Adler", "350", "2"),
        ("Bob Brandt", "50", "1"),
        ("Total", "400", "3"),
    ]


@pytest.mark.parametrize("by", ["owner", "team", "region", "product", "industry"])
def test_the_parts_make_the_whole_by_whatever_they_are_told_apart(browser_of, olivia, deals, by):
    rows = rows_of(browser_of(olivia).get(f"/reports/won?{IN_2026}&by={by}&compare=none&format=csv"))
    assert sum(int(row["Won value (EUR)"]) for row in rows[:-1]) == int(rows[-1]["Won value (EUR)"]) == 400


def test_the_win_rate_stands_with_its_interval_and_number(browser_of, olivia, deals):
    browser = browser_of(olivia)
    page = browser.page(f"/reports/win-rate?{IN_2026}&by=owner")
    assert "75.0%" in page.text
    assert "3 of 4" in page.text
    assert "n = 4" in page.text
    rows = rows_of(browser.get(f"/reports/win-rate?{IN_2026}&by=owner&compare=none&format=csv"))
    total = rows[-1]
    assert (total["Won"], total["Lost"], total["Win rate (%)"]) == ("3", "1", "75")
    assert (total["95% confidence interval (%) ≥"], total["95% confidence interval (%) ≤"]) == ("30.06", "95.44")


def test_one_closed_deal_is_told_of_as_one(browser_of, olivia, alice):
    make.won(alice, on=date(2026, 2, 3))
    assert "n = 1 deal won or lost." in browser_of(olivia).page(f"/reports/win-rate?{IN_2026}").text


def test_rates_are_ordered_by_what_they_are_at_least_and_few_deals_are_dimmed(browser_of, olivia, alice, bob):
    with make.at_once():
        for number in range(40):
            make.won(alice, value=1_00, on=date(2026, 3, 1 + number % 20))
    make.lost(alice, on=date(2026, 3, 5))
    for number in range(6):
        make.won(bob, value=1_00, on=date(2026, 3, 1 + number))
    page = browser_of(olivia).page(f"/reports/win-rate?{IN_2026}&by=owner")
    table = page.one("table")
    names = [page.text_of(head) for head in table.iter("th") if head.get("scope") == "row"]
    assert names == ["Alice Adler", "Bob Brandt", "Total"]
    dim = [row for row in table.iter("tr") if row.get("class") == "line--dim"]
    assert [page.text_of(row).split()[0] for row in dim] == ["Bob"]


def test_the_pipeline_counts_values_and_weights_each_stage(browser_of, olivia, deals):
    browser = browser_of(olivia)
    rows = {row["Stage"]: row for row in rows_of(browser.get("/reports/pipeline?compare=none&format=csv"))}
    proposal = make.stage("Proposal")
    assert (rows["Proposal"]["Deals"], rows["Proposal"]["Value (EUR)"]) == ("2", "1070")
    assert float(rows["Proposal"]["Weighted value (EUR)"]) == 1070 * proposal.probability / 100
    assert rows["New lead"]["Deals"] == "0"
    assert rows["Total"]["Value (EUR)"] == "1070"


def test_what_was_observed_of_a_stage_stands_beside_its_probability(browser_of, olivia, alice, bob, client):
    with make.at_once():
        for number in range(30):
            make.won(alice) if number < 24 else make.lost(alice)
    make.won(bob)
    make.deal(alice, value=1000_00, at="Proposal")
    first, proposal = make.stage("New lead"), make.stage("Proposal")

    def told(browser):
        return {row["Stage"]: row for row in rows_of(browser.get("/reports/pipeline?compare=none&format=csv"))}

    set_to = first.probability / 100
    seen = told(browser_of(olivia))
    assert float(seen["New lead"]["Observed probability (%)"]) == pytest.approx(100 * (25 + 20 * set_to) / 51, abs=0.01)
    assert float(seen["Proposal"]["Observed probability (%)"]) == proposal.probability
    assert float(seen["Total"]["Weighted by observed probability (EUR)"]) == 1000 * proposal.probability / 100
    own = told(client)["New lead"]["Observed probability (%)"]
    assert float(own) == pytest.approx(100 * (24 + 20 * set_to) / 50, abs=0.01), "of the deals that Alice sees"


def test_goals_stand_beside_actuals_period_by_period(browser_of, olivia, deals):
    make.goal(200_00, unit="quarter", on=date(2026, 1, 1))
    make.goal(100_00, unit="quarter", on=date(2026, 5, 1))
    browser = browser_of(olivia)
    rows = rows_of(browser.get(f"/reports/goals?{IN_2026}&every=quarter&format=csv"))
    assert [(row["Actual (EUR)"], row["Target (EUR)"], row["Reached (%)"]) for row in rows[:2]] == [
        ("100", "200", "50"),
        ("300", "100", "300"),
    ]
    assert "met the target in 1 of" in browser.page(f"/reports/goals?{IN_2026}&every=quarter").text


def test_a_goal_that_no_share_is_reached_of_is_told_by_its_target_and_the_difference(browser_of, olivia, deals):
    make.goal(65_00, measure="win_rate", unit="quarter")

    page = browser_of(olivia).page("/reports/goals?measure=win_rate&every=quarter")

    assert ", target 65.0%" in page.text and "Difference" in page.text
    assert "Reached" not in page.text


@pytest.mark.parametrize("measure", ["win_rate", "sales_cycle_days", "open_value", "new_deals"])
@pytest.mark.parametrize("calendar", ["gregorian", "jalali"])
def test_goals_of_any_measure_and_calendar_are_reported(browser_of, olivia, deals, measure, calendar):
    make.goal(50, measure=measure, calendar=calendar, unit="month")
    browser_of(olivia).page(f"/reports/goals?measure={measure}&calendar={calendar}&every=month")


def test_a_comparison_of_an_unfinished_period_is_cut_at_the_same_day(browser_of, olivia, deals):
    page = browser_of(olivia).page("/reports/won?period=this_year&compare=year")
    today = make.today()
    if (today.month, today.day) != (12, 31):
        assert "This period is not over, so it is compared with the first days of the other one," in page.text


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("compare", ["previous", "year", "none"])
@pytest.mark.parametrize("days", ["period=last_quarter", "since=2026-02-01&until=2026-02-10"])
def test_any_period_can_be_compared(browser_of, olivia, deals, question, compare, days):
    browser_of(olivia).page(f"/reports/{question}?{days}&compare={compare}")


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    "query",
    [
        "since=2026-02-30&until=x",
        "since=2026-05-01&until=2026-04-01",
        "since=0001-01-01&until=9999-12-31",
        "since=1900-01-01&until=2199-12-30&every=month",
        "period=soon&compare=never&by=mood&every=hour",
        "owner=abc&team=-1&product=99999999999999999999&pipeline=0",
        "measure=nonsense&calendar=mayan",
        "since=1600-12-01&until=1601-01-01&calendar=jalali",
    ],
)
def test_a_filter_without_sense_counts_as_not_given(browser_of, olivia, deals, question, query):
    browser_of(olivia).page(f"/reports/{question}?{query}")


def test_who_closed_too_few_to_tell_stands_last_however_often_they_won(browser_of, olivia, alice, bob, charlie):
    for _number in range(4):
        make.won(alice, on=date(2026, 5, 3))
    for number in range(5):
        make.won(bob, on=date(2026, 5, 3)) if number < 2 else make.lost(bob, on=date(2026, 5, 4))
        make.won(charlie, on=date(2026, 5, 3)) if number < 3 else make.lost(charlie, on=date(2026, 5, 4))

    rows = rows_of(browser_of(olivia).get(f"/reports/win-rate?{IN_2026}&by=owner&compare=none&format=csv"))

    assert [row["Owner"] for row in rows[:3]] == [charlie.name, bob.name, alice.name]


def test_days_typed_win_over_a_named_period_until_another_is_chosen(browser_of, olivia, deals, monkeypatch):
    monkeypatch.setattr(reader, "utc_now", lambda: datetime(2026, 6, 10, tzinfo=UTC))
    browser = browser_of(olivia)
    typed = "since=2026-05-01&until=2026-05-31"
    may, february = "€300 from 2 deals", "€100 from one deal"
    assert may in browser.page(f"/reports/won?period=this_month&{typed}&shown=|&compare=none").text
    assert may in browser.page(f"/reports/won?period=&{typed}&shown=2026-05-01|2026-05-31&compare=none").text
    again = f"/reports/won?period=this_month&{typed}&shown=2026-05-01|2026-05-31&compare=none"
    assert may not in browser.page(again).text
    only_end = browser.page("/reports/won?period=this_year&until=2026-02-28&shown=|&compare=none")
    assert february in only_end.text


def test_filters_narrow_the_figures(browser_of, olivia, alice, bob, deals):
    browser = browser_of(olivia)
    assert "€50 from one deal" in browser.page(f"/reports/won?{IN_2026}&owner={bob.id}&compare=none").text
    assert "€350 from 2 deals" in browser.page(f"/reports/won?{IN_2026}&team={alice.team_id}&compare=none").text


def test_no_such_question_is_not_found(browser_of, olivia):
    assert browser_of(olivia).get("/reports/how-are-you").status_code == 404


def test_agents_have_no_reports(browser_of, organisation):
    browser = browser_of(make.user("Ada", role="agent"))
    for url in ("/reports/", "/reports/won", "/reports/records/won_value?from=2026-01-01&to=2027-01-01"):
        assert browser.get(url).status_code == 403


def test_a_viewer_sees_everything(browser_of, vera, deals):
    assert "€400 from 3 deals" in browser_of(vera).page(f"/reports/won?{IN_2026}&compare=none").text


@pytest.mark.parametrize("question", QUESTIONS)
def test_bob_never_sees_alices_numbers(browser_of, alice, bob, deals, question):
    make.goal(123_00, unit="year", on=date(2026, 1, 1), user=alice)
    make.goal(456_00, unit="year", on=date(2026, 1, 1))
    browser = browser_of(bob)
    for query in ("", f"&owner={alice.id}", f"&team={alice.team_id}", "&by=owner", "&every=year", "&format=csv"):
        answer = browser.get(f"/reports/{question}?{IN_2026}{query}").get_data(as_text=True)
        for secret in ("€350", "€400", "€1,000", "€1,070", "€123", "€456", "Alice", "350", "1070"):
            assert secret not in answer.replace("viewBox", "").split("<svg")[0], (query, secret)


def test_a_manager_sees_the_teams_numbers_and_no_others(browser_of, charlie, deals):
    assert "€350 from 2 deals" in browser_of(charlie).page(f"/reports/won?{IN_2026}&compare=none").text


def test_the_part_alone_is_given_to_htmx(browser_of, olivia, deals):
    part = browser_of(olivia).part("/reports/won")
    assert part.one("div", id="report") is not None
    assert not part.all("h2", id="nav")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_report_costs_the_same_however_many_deals(browser_of, olivia, alice, bob, deals, statements, question):
    url = f"/reports/{question}?{IN_2026}&by=owner&compare=year"
    browser = browser_of(olivia)
    with statements() as few:
        browser.page(url)
    for number in range(10):
        person = make.user(f"Rep {number}")
        make.won(person, value=5_00, on=date(2026, 4, 1 + number))
        make.deal(person, value=5_00)
    with statements() as many:
        browser.page(url)
    assert len(few) == len(many) <= 12, "\n".join(many)


def test_the_index_costs_twelve_statements_at_most(browser_of, olivia, deals, statements):
    make.goal(200_00, unit="quarter")
    browser = browser_of(olivia)
    with statements() as seen:
        browser.page("/reports/")
    assert len(seen) <= 12
