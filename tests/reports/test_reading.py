"""What a report says of its numbers is what can honestly be said of them."""

from datetime import date

import pytest

from crm_app.extensions import db, utc_now
from tests import make

IN_2026 = "since=2026-01-01&until=2026-12-31"


def cells(page, name):
    rows = (row for row in page.one("table").iter("tr") if page.text_of(row).startswith(name))
    return [page.text_of(cell) for cell in next(rows).iter("td")]


@pytest.mark.parametrize(("question", "at"), [("won", 2), ("win-rate", 5)])
def test_nothing_before_is_no_gain(browser_of, olivia, alice, question, at):
    make.won(alice, value=100_00, on=date(2026, 2, 3))

    page = browser_of(olivia).page(f"/reports/{question}?{IN_2026}&by=owner&compare=year")

    assert "There is nothing in 1 Jan 2025" in page.text
    for name in ("Alice Adler", "Total"):
        assert cells(page, name)[at : at + 2] == ["–", "–"]


@pytest.mark.parametrize(
    ("since", "until", "calendar", "before"),
    [
        ("2024-03-01", "2024-03-31", "gregorian", "1 Mar 2023 – 31 Mar 2023"),
        ("2025-03-01", "2025-03-31", "gregorian", "1 Mar 2024 – 31 Mar 2024"),
        ("2024-02-01", "2024-02-29", "gregorian", "1 Feb 2023 – 28 Feb 2023"),
        ("2024-01-01", "2024-12-31", "gregorian", "1 Jan 2023 – 31 Dec 2023"),
        ("1404-01-01", "1404-01-31", "jalali", "20 Mar 2024 – 19 Apr 2024"),
    ],
)
def test_the_same_days_a_year_before_keep_their_names_over_leap_years(
    browser_of, olivia, alice, since, until, calendar, before
):
    make.won(alice, value=100_00, on=date(2024, 3, 15))

    query = f"since={since}&until={until}&calendar={calendar}&compare=year&by=owner"
    page = browser_of(olivia).page(f"/reports/won?{query}")

    assert before in [page.text_of(head) for head in page.all("th")]


def test_who_won_nothing_before_beside_others_who_did_has_gained(browser_of, olivia, alice, bob):
    make.won(alice, value=100_00, on=date(2026, 2, 3))
    make.won(bob, value=50_00, on=date(2025, 2, 3))

    page = browser_of(olivia).page(f"/reports/won?{IN_2026}&by=owner&compare=year")

    assert cells(page, "Alice Adler")[2:4] == ["€0", "+€100"]


@pytest.mark.parametrize(("teams", "shown"), [(6, ["Team 5"]), (7, ["Others"])])
def test_others_are_never_just_one(browser_of, olivia, organisation, teams, shown):
    for number in range(teams):
        rep = make.user(f"Rep {number}", team=make.team(f"Team {number}"))
        make.won(rep, value=(9 - number) * 100_00, on=date(2026, 2, 3))

    page = browser_of(olivia).page(f"/reports/won?{IN_2026}&by=team&compare=none")

    assert [page.text_of(key) for key in page.all("span") if "key" in key.get("class", "").split()][5:] == shown


def test_of_a_period_to_come_the_pipeline_says_that_it_has_not_begun(browser_of, olivia, alice):
    make.deal(alice, value=100_00)
    year = make.today().year + 1
    browser = browser_of(olivia)

    page = browser.page(f"/reports/pipeline?since={year}-02-01&until={year}-02-28")
    file = browser.get(f"/reports/pipeline?since={year}-02-01&until={year}-02-28&format=csv").text

    (answer,) = page.all("p", class_="answer")
    assert page.text_of(answer) == f"1 Feb {year} – 28 Feb {year} has not started."
    assert "€0" not in page.text and "No deals are open on" not in page.text
    assert not [cell for cell in page.one("table").iter("td") if page.text_of(cell) == "0"]
    assert len(file.splitlines()) == 1


def test_deals_without_a_value_are_named_where_values_are_compared(browser_of, olivia, alice):
    make.deal(alice, value=100_00, created=200)
    make.deal(alice, value=50_00)
    make.deal(alice, value=None)

    page = browser_of(olivia).page("/reports/pipeline?period=this_month&compare=previous")

    assert "The unweighted value is 50% more than on" in page.text
    assert "Deals with a value: 2 now, 1 then." in page.text
    assert "1 of the 3 deals has no value and is not included." in page.text


def test_a_table_on_the_page_shows_whole_units_and_the_file_all_of_them(browser_of, olivia, alice):
    make.deal(alice, value=100_33, at="Proposal")
    browser = browser_of(olivia)

    page = browser.page("/reports/pipeline?compare=none")

    stage = make.stage("Proposal")
    assert cells(page, "Proposal")[1:3] == ["€100", f"{stage.probability}%"]
    assert "100.33" in browser.get("/reports/pipeline?compare=none&format=csv").get_data(as_text=True)


def test_a_target_whose_time_is_not_over_is_no_loss(browser_of, olivia, alice):
    make.goal(1000_00, unit="year")
    make.won(alice, value=10_00, on=utc_now())

    page = browser_of(olivia).page("/reports/goals?period=this_year&every=year")

    year, total = cells(page, str(make.today().year)), cells(page, "Total of the periods started")
    assert year[2] == total[2] == "−€990"
    assert year[4:6] == total[4:6]
    assert "change--down" not in page.html
    assert "badge" in page.html


def test_the_order_of_the_lines_is_marked(browser_of, olivia, alice):
    make.won(alice, on=date(2026, 2, 3))
    for question, heading in (("won", "Won value"), ("win-rate", "95% confidence interval")):
        page = browser_of(olivia).page(f"/reports/{question}?{IN_2026}&compare=none")
        assert [page.text_of(head) for head in page.all("th") if head.get("aria-sort") == "descending"] == [heading]


def test_one_page_writes_rates_with_as_many_decimals(browser_of, olivia, alice, bob):
    for person in (alice, bob):
        with make.at_once():
            for _number in range(31):
                make.won(person, on=date(2026, 3, 1))
    page = browser_of(olivia).page(f"/reports/win-rate?{IN_2026}&by=owner&compare=none")
    assert "with at least 89.0%" in page.text


def test_the_company_is_named_as_one_in_a_sentence(browser_of, olivia, alice):
    make.goal(100_00, unit="year", on=date(2020, 1, 1))
    page = browser_of(olivia).page("/reports/goals?since=2020-01-01&until=2020-12-31&every=year")
    assert "The company met the target in 0 of 1" in page.text


def test_a_chart_that_shows_only_the_first_says_so(browser_of, olivia):
    for number in range(12):
        make.won(make.user(f"Rep {number}"), on=date(2026, 2, 3))

    page = browser_of(olivia).page(f"/reports/win-rate?{IN_2026}&by=owner&compare=none")

    assert "The first 10 of 12" in page.text
    assert "The first 5 of 12" in page.text


def test_the_index_says_what_its_colours_mean(browser_of, olivia, alice):
    make.won(alice)
    make.goal(100_00, unit="quarter")
    make.deal(alice, value=100_00)

    page = browser_of(olivia).page("/reports/")

    for name, keys in (("pipeline", ["Value", "Weighted value"]), ("goals", ["Actual", "Target"])):
        section = page.one("section", **{"aria-labelledby": f"question-{name}"})
        assert all(key in page.text_of(section) for key in keys)


def test_the_folded_filters_tell_how_many_are_set(browser_of, olivia, alice):
    make.user("Bea")
    browser = browser_of(olivia)
    assert "is set" not in browser.page("/reports/won").text
    assert "1 filter is set" in browser.page(f"/reports/won?owner={alice.id}").text
    assert "3 filters are set" in browser.page(f"/reports/won?{IN_2026}&owner={alice.id}&by=product&every=month").text


def _disabled(person):
    person.disabled_at = utc_now()
    db.session.commit()


def test_who_works_here_no_longer_is_called_the_same_wherever_a_report_tells_of_them(browser_of, olivia, alice, bob):
    for number in range(30):
        make.won(bob, value=900_00, on=date(2026, 2, 1 + number % 28))
        make.won(alice, value=10_00, on=date(2026, 2, 1 + number % 28))
    make.lost(alice, on=date(2026, 2, 3))
    _disabled(bob)
    browser = browser_of(olivia)

    won = browser.page(f"/reports/won?{IN_2026}&by=owner&compare=none")
    rate = browser.page(f"/reports/win-rate?{IN_2026}&by=owner&compare=none")

    assert "99% of it from Former colleague" in won.text
    assert "Former colleague" in [won.text_of(key) for key in won.all("span") if "key" in key.get("class", "").split()]
    assert "The most reliable is Former colleague" in rate.text
    for page, question in ((won, "won"), (rate, "win-rate")):
        assert cells(page, "Former colleague")
        assert "Former colleague" in page.text_of(page.all("svg", role="img")[0])
        assert "Former colleague" in browser.get(f"/reports/{question}?{IN_2026}&by=owner&format=csv").text


def test_a_team_out_of_sight_is_called_another_team(browser_of, charlie, alice):
    north, alice.team = alice.team, make.team("South")
    db.session.commit()
    make.won(alice, value=900_00, on=date(2026, 2, 3))
    make.won(alice, value=50_00, on=date(2026, 3, 3))
    alice.team = north
    db.session.commit()

    page = browser_of(charlie).page(f"/reports/won?{IN_2026}&by=team&compare=none")

    assert cells(page, "Another team")[:2] == ["€950", "2"]
    assert "South" not in page.text and "Former colleague" not in page.text


def test_a_rep_reads_the_name_of_their_own_team_but_cannot_filter_by_it(browser_of, charlie, alice):
    make.won(alice, value=900_00, on=date(2026, 2, 3))
    north, alice.team = alice.team, make.team("South")
    db.session.commit()
    make.won(alice, value=50_00, on=date(2026, 3, 3))
    alice.team = north
    db.session.commit()
    browser = browser_of(alice)

    for question in ("won", "win-rate"):
        url = f"/reports/{question}?{IN_2026}&by=team&compare=none"
        page = browser.page(url)
        assert cells(page, "North") and cells(page, "Another team")
        assert "North" in page.text_of(page.all("svg", role="img")[0])
        assert {row.split(",")[0] for row in browser.get(f"{url}&format=csv").text.splitlines()} >= {"North"}
        assert not page.all("select", name="team")
    assert "95% of it from North" in browser.page(f"/reports/won?{IN_2026}&by=team&compare=none").text


def test_a_manager_reads_the_name_of_the_team_that_they_are_in(browser_of, charlie):
    charlie.team = make.team("South")
    db.session.commit()
    make.won(charlie, value=900_00)

    for path in ("/reports/", "/reports/won"):
        page = browser_of(charlie).page(path)
        assert "South" in page.text and "Another team" not in page.text


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (10, 2, "That is clearly more than 20.0% in"),
        (2, 10, "That is clearly less than 100.0% in"),
        (6, 5, "No clear difference from the 50.0% of"),
    ],
)
def test_a_rate_is_called_better_or_worse_only_where_chance_explains_it_no_more(
    browser_of, olivia, alice, now, before, said
):
    with make.at_once():
        for month, won in ((5, now), (4, before)):
            for number in range(10):
                close = make.won if number < won else make.lost
                close(alice, on=date(2026, month, 1 + number))

    page = browser_of(olivia).page("/reports/win-rate?since=2026-05-01&until=2026-05-31&compare=previous")

    assert said in page.text_of(page.one("p", class_="answer"))


def test_the_change_of_a_rate_is_in_points_on_the_page_and_in_the_file(browser_of, olivia, alice):
    make.won(alice, on=date(2026, 4, 1))
    make.won(alice, on=date(2026, 5, 1))
    make.lost(alice, on=date(2026, 5, 2))
    make.lost(alice, on=date(2026, 5, 3))
    url = "/reports/win-rate?since=2026-05-01&until=2026-05-31&compare=previous"
    browser = browser_of(olivia)

    total, (head, *_lines) = cells(browser.page(url), "Total"), browser.get(f"{url}&format=csv").text.splitlines()

    assert total[6] == "−66.7 points no clear difference"
    assert head.endswith("Change (points)")


def test_how_far_a_rate_is_off_its_target_is_in_points(browser_of, olivia, alice):
    make.goal(4000, measure="win_rate", unit="year", on=date(2020, 1, 1))
    for number in range(20):
        close = make.won if number < 9 else make.lost
        close(alice, on=date(2020, 3, 1 + number))
    browser, url = browser_of(olivia), "/reports/goals?since=2020-01-01&until=2020-12-31&every=year&measure=win_rate"

    assert cells(browser.page(url), "2020")[2] == "+5 points"
    assert "Difference (points)" in browser.get(f"{url}&format=csv").text
    assert "+5 points" in browser.page("/goals/?unit=year&period=2020&measure=win_rate").text
