"""The deals behind a figure: as many as it counts, summing to what it says."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from crm_app.activity.recording import acting_as
from crm_app.extensions import utc_now
from crm_app.measures import asking
from crm_app.measures.catalogue import MEASURES
from crm_app.measures.scope import Scope
from crm_app.web.money import Money, Rate
from tests import make

DAYS = "from=2026-01-01&to=2027-01-01"


@pytest.fixture
def deals(alice, bob, charlie):
    company = make.company(alice, industry="retail")
    return [
        make.won(alice, title="Alpha", value=100_00, on=date(2026, 2, 3), company=company),
        make.won(alice, title="Beta", value=250_00, on=date(2026, 5, 3), product=make.product(name="GTX Pro")),
        make.won(bob, title="Gamma", value=50_00, on=date(2026, 5, 5)),
        make.lost(bob, title="Delta", on=date(2026, 6, 1)),
        make.deal(alice, "Epsilon", value=1000_00, at="Proposal"),
    ]


def won_title(page):
    return page.text_of(page.one("h1"))


def titles(page):
    return [page.text_of(head) for head in page.one("table").iter("th") if head.get("scope") == "row"]


def test_the_figure_stands_over_its_deals_newest_first(browser_of, olivia, deals):
    page = browser_of(olivia).page(f"/reports/records/won_value?{DAYS}")
    assert won_title(page) == "Won value: €400"
    assert titles(page) == ["Gamma", "Beta", "Alpha"]


def test_the_file_sums_to_the_figure(browser_of, olivia, deals):
    response = browser_of(olivia).get(f"/reports/records/won_value?{DAYS}&format=csv")
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True).removeprefix("\ufeff"))))
    assert sum(int(row["Counted (EUR)"]) for row in rows) == 400
    assert {row["Deal"] for row in rows} == {"Alpha", "Beta", "Gamma"}


@pytest.mark.parametrize("measure", list(MEASURES))
def test_there_are_as_many_deals_as_the_figure_counts(browser_of, app, olivia, deals, measure):
    page = browser_of(olivia).page(f"/reports/records/{measure}?from=2025-01-01&to=2125-01-01")
    period = make.db.session.get(make.Organisation, 1).calendar().custom(date(2025, 1, 1), date(2125, 1, 1))
    figure = asking.ask(measure, period, Scope(olivia))
    assert len(titles(page)) == figure.n > 0


@pytest.mark.parametrize(
    ("narrowing", "expected"),
    [
        ("owner={alice}", ["Beta", "Alpha"]),
        ("team={team}", ["Beta", "Alpha"]),
        ("team=none", ["Gamma"]),
        ("industry=retail", ["Alpha"]),
        ("industry=none", ["Gamma", "Beta"]),
        ("product=none", ["Gamma", "Alpha"]),
        ("region=West", ["Beta", "Alpha"]),
        ("pipeline={pipeline}&owner={bob}", ["Gamma"]),
    ],
)
def test_the_list_is_narrowed_as_its_figure_was(browser_of, olivia, alice, bob, deals, narrowing, expected):
    ids = {"alice": alice.id, "bob": bob.id, "team": alice.team_id, "pipeline": make.pipeline().id}
    page = browser_of(olivia).page(f"/reports/records/won_deals?{DAYS}&{narrowing.format(**ids)}")
    assert titles(page) == expected
    assert won_title(page) == f"Won deals: {len(expected)}"


@pytest.mark.parametrize(("measure", "written"), [("win_rate", "nothing yet"), ("won_deals", "0"), ("won_value", "€0")])
def test_of_a_group_without_deals_a_rate_is_unknown_and_a_sum_nought(browser_of, olivia, deals, measure, written):
    page = browser_of(olivia).page(f"/reports/records/{measure}?{DAYS}&region=East")
    assert won_title(page).endswith(f": {written}")


def test_a_stage_narrows_what_is_open(browser_of, olivia, deals):
    stage = make.stage("Proposal")
    page = browser_of(olivia).page(f"/reports/records/open_value?from=2026-01-01&to=2125-01-01&stage={stage.id}")
    assert titles(page) == ["Epsilon"]


def test_what_was_open_once_stands_as_it_did_then(browser_of, olivia, alice):
    deal = make.deal(alice, "Alpha", value=1000_00, created=200)
    make.deal(alice, "Beta", value=2000_00, created=190)
    with acting_as(alice, utc_now() - timedelta(days=10)):
        deal.move_to(make.stage("Proposal"))
        deal.change(value=Money(5000_00, "EUR"))
    make.db.session.commit()
    entered = deal.created_at.astimezone(ZoneInfo("Europe/Berlin")).date()
    past = f"from={make.today() - timedelta(days=120)}&to={make.today() - timedelta(days=90)}"
    browser = browser_of(olivia)

    page = browser.page(f"/reports/records/open_value?{past}&sort=value")
    file = browser.get(f"/reports/records/open_value?{past}&format=csv").get_data(as_text=True)

    assert won_title(page) == "Open value: €3,000"
    assert titles(page) == ["Alpha", "Beta"]
    row = next(page.text_of(row) for row in page.one("tbody").iter("tr") if "Alpha" in page.text_of(row))
    assert "€1,000" in row and "New lead" in row and "Proposal" not in row
    rows = {row["Deal"]: row for row in csv.DictReader(io.StringIO(file.removeprefix("\ufeff")))}
    assert [rows["Alpha"][name] for name in ("Stage", "Value", "Currency")] == ["New lead", "1000.00", "EUR"]
    assert rows["Alpha"]["Date"] == entered.isoformat()


@pytest.mark.parametrize(
    "query",
    ["", "from=2026-01-01", "from=x&to=y", "from=2026-02-01&to=2026-01-01", f"{DAYS}&owner=abc", f"{DAYS}&stage=1",
     f"{DAYS}&owner=99999999999999999999", "from=0001-01-01&to=9999-12-31", f"{DAYS}&team=%D9%A1"],
)  # fmt: skip
def test_an_address_that_names_no_figure_is_refused(browser_of, olivia, query):
    assert browser_of(olivia).get(f"/reports/records/won_value?{query}").status_code == 400


def test_an_unknown_measure_is_not_found(browser_of, olivia):
    assert browser_of(olivia).get(f"/reports/records/happiness?{DAYS}").status_code == 404


def test_bob_finds_none_of_alices_deals(browser_of, alice, bob, deals):
    browser = browser_of(bob)
    page = browser.page(f"/reports/records/won_value?{DAYS}")
    assert titles(page) == ["Gamma"]
    assert won_title(page) == "Won value: €50"
    other = browser.page(f"/reports/records/won_value?{DAYS}&owner={alice.id}")
    assert won_title(other) == "Won value: €0"
    file = browser.get(f"/reports/records/won_value?{DAYS}&format=csv").get_data(as_text=True)
    assert "Alpha" not in file and "Gamma" in file


def test_what_was_handed_on_is_counted_but_not_shown(browser_of, alice, bob, deals):
    deals[1].change(owner=bob)
    make.db.session.commit()
    browser = browser_of(alice)
    for sort in ("", "&sort=title", "&sort=-value"):
        page = browser.page(f"/reports/records/won_value?{DAYS}{sort}")
        assert won_title(page) == "Won value: €350"
        assert sorted(titles(page)) == ["A deal you can no longer open", "Alpha"]
        row = next(row for row in page.one("tbody").iter("tr") if "no longer" in page.text_of(row))
        assert "€250" in page.text_of(row) and not list(row.iter("a"))
        assert not any(word in page.text_of(page.one("main")) for word in ("Beta", "GTX Pro", "Bob"))

    file = browser.get(f"/reports/records/won_value?{DAYS}&format=csv").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))))
    assert sum(int(row["Counted (EUR)"]) for row in rows) == 350
    assert "Beta" not in file and "GTX Pro" not in file and "Bob" not in file


def test_many_deals_come_page_by_page(browser_of, olivia, alice, statements):
    with make.at_once():
        for number in range(60):
            make.won(alice, title=f"Deal number {number:02d}", value=1_00, on=date(2026, 3, 1 + number % 28))
    browser = browser_of(olivia)
    url = f"/reports/records/won_value?{DAYS}&sort=title"
    with statements() as seen:
        first = browser.page(url)
    assert len(seen) <= 12
    following = next(link for link in first.all("a") if link.get("rel") == "next")
    second = browser.page(following.get("href"))
    assert titles(first) + titles(second) == [f"Deal number {number:02d}" for number in range(60)]
    assert won_title(first) == "Won value: €60"


@pytest.mark.parametrize("sort", ["when", "-value", "title", "nonsense"])
def test_the_list_is_sorted(browser_of, olivia, deals, sort):
    browser_of(olivia).page(f"/reports/records/won_value?{DAYS}&sort={sort}&after=broken")


@pytest.mark.parametrize("measure", ["won_value", "new_deals", "open_value", "past"])
def test_deals_of_several_currencies_are_sorted_by_what_they_are_worth(browser_of, olivia, alice, measure):
    make.db.session.add(Rate(currency="IRR", day=date(2020, 1, 1), rate=Decimal("0.00001")))
    prices = {"Rial": (500_000_000, "IRR"), "Euro": (99_600_00, "EUR"), "Few": (20_00, "EUR"), "None": (None, "EUR")}
    create = make.won if measure == "won_value" else make.deal
    for title, (value, currency) in prices.items():
        create(alice, title=title, value=value, currency=currency, created=make.utc_now() - timedelta(days=200))
    start, end = make.today() - timedelta(days=300), make.today() + timedelta(days=400)
    if measure == "past":
        measure, end = "open_value", make.today() - timedelta(days=90)

    browser, url = browser_of(olivia), f"/reports/records/{measure}?from={start}&to={end}"

    assert titles(browser.page(f"{url}&sort=-value")) == ["Euro", "Rial", "Few", "None"]
    assert titles(browser.page(f"{url}&sort=value")) == ["Few", "Rial", "Euro", "None"]


def test_deals_out_of_sight_are_sorted_by_what_they_add_and_by_nothing_that_is_not_shown(browser_of, alice, bob, deals):
    make.won(alice, title="Zeta", value=300_00, on=date(2026, 7, 1))
    deals[1].change(owner=bob)
    make.db.session.commit()
    browser = browser_of(alice)

    won = browser.page(f"/reports/records/won_value?{DAYS}&sort=-value")
    deals[1].reopen(make.stage("Proposal"))
    make.db.session.commit()
    new = browser.page("/reports/records/new_deals?from=2025-01-01&to=2028-01-01&sort=-value")

    assert titles(won) == ["Zeta", "A deal you can no longer open", "Alpha"]
    assert [head for head in won.all("th") if head.get("aria-sort")] == [won.all("th")[7]]
    assert titles(new)[-1] == "A deal you can no longer open"


def test_page_file_and_command_line_agree(app, browser_of, olivia, deals):
    command = app.test_cli_runner()
    browser = browser_of(olivia)
    page = browser.page("/reports/won?since=2026-01-01&until=2026-12-31&compare=none&by=owner")
    assert "€400 from 3 deals" in page.text
    from crm_app.measures.cli import measure as crm_measure

    result = command.invoke(crm_measure, ["won_value", "--from", "2026-01-01", "--to", "2026-12-31", "--format", "csv"])
    assert result.exit_code == 0, result.output
    assert "400" in result.output
