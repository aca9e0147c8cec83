"""The board: its columns, totals over everything that matches, and cards that load as one goes on."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm_app.extensions import db
from crm_app.pipeline.models import Pipeline, Stage
from crm_app.web.money import Rate
from tests import make

BOARD = "/pipeline/board"


def head(page, stage):
    return page.text_of(page.one("header", id=f"stage-{make.stage(stage).id}-head"))


def titles(page, stage=None):
    within = page.one("section", id=f"stage-{make.stage(stage).id}") if stage else page.root
    return [page.text_of(e) for e in within.iter("h3") if "card__title" in (e.get("class") or "")]


def second_pipeline(name="Renewals"):
    new = Pipeline(name=name, position=2)
    for position, (stage, kind) in enumerate((("Due", "open"), ("Won", "won"), ("Lost", "lost"))):
        new.stages.append(Stage(name=stage, position=position, probability=50, kind=kind))
    db.session.add(new)
    db.session.commit()
    return new


def test_a_column_stands_for_each_open_stage_with_its_cards_in_order(client, alice):
    make.deal(alice, "Second", at="Proposal", rank=20)
    make.deal(alice, "First", at="Proposal", rank=10)
    make.won(alice, title="Finished")

    page = client.page(BOARD)

    assert titles(page, "Proposal") == ["First", "Second"]
    assert len(page.all("section")) == 4
    assert "Finished" not in page.text


def test_totals_are_of_all_cards_and_weighted_with_the_probability(client, alice):
    for _ in range(25):
        make.deal(alice, at="Proposal", value=1000_00)

    page = client.page(BOARD)

    assert len(titles(page, "Proposal")) == 20
    assert head(page, "Proposal") == "Proposal 25 deals €25k ≈ €12.5k weighted"
    assert page.text_of(page.one("span", id="board-summary")) == "€25k open · €12.5k weighted"


def test_other_currencies_are_converted_at_todays_rate(client, alice):
    db.session.add(Rate(currency="USD", day=date(2020, 1, 1), rate=Decimal("0.5")))
    make.deal(alice, at="Proposal", value=1000_00)
    make.deal(alice, at="Proposal", value=1000_00, currency="USD")

    page = client.page(BOARD)

    assert "€1,500" in head(page, "Proposal")


def test_a_currency_without_a_rate_is_named_and_its_deals_still_count(client, alice):
    make.deal(alice, at="Proposal", value=1000_00)
    make.deal(alice, at="Proposal", value=1000_00, currency="GBP")

    page = client.page(BOARD)

    assert head(page, "Proposal").startswith("Proposal 2 deals €1,000")
    assert "There is no exchange rate for GBP" in page.text


def test_a_card_says_what_it_is_about(client, alice):
    company = make.company(alice, "Helix Bio")
    make.deal(alice, "Centrifuges", at="Proposal", value=38_000_00, company=company, created=6)

    page = client.page(BOARD)

    card = page.text_of(page.all("article")[0])
    assert "Centrifuges" in card and "Helix Bio" in card and "€38k" in card and "6 days in this stage" in card
    assert page.all("span", title="Alice Adler", role="img")


@pytest.mark.parametrize(
    ("days", "kind", "words"),
    [
        (3, "planned", "Closes"),
        (0, "today", "Closes today"),
        (-5, "overdue", "Overdue 5 d"),
        (None, "none", "No close date"),
    ],
)
def test_the_expected_close_is_marked_in_words(client, alice, days, kind, words):
    today = make.today()
    make.deal(alice, expected_close=None if days is None else today + timedelta(days=days))

    page = client.page(BOARD)

    mark = page.one("span", class_=f"mark mark--{kind}")
    assert page.text_of(mark).startswith(words)


def test_a_card_older_than_its_stage_allows_is_said_to_rot(client, alice):
    make.deal(alice, "Old", at="Proposal", created=15)
    make.deal(alice, "Fresh", at="Proposal", created=13)

    page = client.page(BOARD)

    rotting = page.all("article", class_="card card--rots")
    assert [page.text_of(e).split()[0] for e in rotting] == ["Old"]
    assert "longer than it should be" in page.text_of(rotting[0])


def test_further_cards_follow_where_the_last_one_stood(client, alice):
    with make.at_once():
        for number in range(45):
            make.deal(alice, f"Card {number:02}", at="Proposal", rank=number // 3)

    page = client.page(BOARD)
    seen = titles(page, "Proposal")
    while more := page.all("a", class_="column__more"):
        page = client.part(more[0].get("href"))
        seen += titles(page)

    assert seen == [f"Card {number:02}" for number in range(45)]


def test_further_cards_are_a_page_where_no_script_runs(client, alice):
    for number in range(21):
        make.deal(alice, f"Card {number:02}", at="Proposal", rank=number)

    more = client.page(BOARD).one("a", class_="column__more")
    page = client.page(more.get("href"))

    assert titles(page) == ["Card 20"]
    assert page.text_of(page.one("h1")) == "Proposal"


@pytest.mark.parametrize("key", ["", "x", "1.x", "99999999999999999999.1", "1.2.3"])
def test_a_broken_place_in_a_column_begins_at_its_top(client, alice, key):
    make.deal(alice, "Only", at="Proposal")

    page = client.page(f"/pipeline/board/stages/{make.stage('Proposal').id}?after={key}")

    assert titles(page) == ["Only"]


@pytest.mark.parametrize("stage", ["999", "99999999999999999999"])
def test_a_column_that_does_not_exist_is_not_found(client, alice, stage):
    make.pipeline()

    assert client.get(f"/pipeline/board/stages/{stage}").status_code == 404


@pytest.mark.parametrize("column", ["Won", "Lost"])
def test_a_closed_stage_is_no_column(client, alice, column):
    assert client.get(f"/pipeline/board/stages/{make.stage(column).id}").status_code == 404


def test_colleagues_deals_are_in_no_card_count_or_total(client, alice, bob):
    make.deal(alice, "Mine", at="Proposal", value=100_00)
    make.deal(bob, "His", at="Proposal", value=900_00)

    page = client.page(BOARD)

    assert "His" not in page.text
    assert head(page, "Proposal") == "Proposal 1 deal €100 ≈ €50 weighted"


def test_reps_see_all_where_the_organisation_says_so(client, alice, bob, organisation):
    organisation.reps_see_all = True
    make.deal(bob, "His", at="Proposal")

    assert "His" in client.page(BOARD).text


def test_a_manager_sees_the_team(browser_of, alice, bob, charlie):
    make.deal(alice, "Of the team")
    make.deal(bob, "Of nobody")

    page = browser_of(charlie).page(BOARD)

    assert titles(page) == ["Of the team"]


def test_a_deal_in_the_bin_is_off_the_board(client, alice):
    make.deal(alice, "Binned").delete()
    db.session.commit()

    assert titles(client.page(BOARD)) == []


def test_an_agent_has_no_board(browser_of, organisation):
    make.pipeline()

    assert browser_of(make.user("Aaron", role="agent")).get(BOARD).status_code == 403


def test_a_visitor_is_asked_to_sign_in(browser_of, organisation):
    assert browser_of().get(BOARD).status_code in (302, 303)


def test_a_viewer_reads_the_board_and_finds_nothing_to_move_with(browser_of, alice, vera):
    make.deal(alice, "Seen")

    page = browser_of(vera).page(BOARD)

    assert titles(page) == ["Seen"]
    assert not page.all("a", class_="card__menu btn btn--quiet btn--icon")
    assert not [e for e in page.all("form") if e.get("data-board-move") is not None]
    assert page.one("div", id="board").get("data-board") is None


def test_filters_narrow_cards_and_totals_and_stand_as_chips(browser_of, alice, bob, charlie, olivia):
    laser = make.product(olivia, "Laser")
    make.deal(alice, "Wanted", at="Proposal", value=500_00, product=laser)
    make.deal(alice, "Too small", at="Proposal", value=499_99, product=laser)
    make.deal(alice, "Too large", at="Proposal", value=900_01, product=laser)
    make.deal(alice, "Other thing", at="Proposal", value=600_00)
    make.deal(bob, "Other team", at="Proposal", value=600_00, product=laser)

    page = browser_of(olivia).page(
        f"{BOARD}?owner={alice.id}&team={alice.team_id}&product={laser.id}&least=500&most=900&q="
    )

    assert titles(page) == ["Wanted"]
    assert head(page, "Proposal").startswith("Proposal 1 deal €500")
    chips = [page.text_of(e) for e in page.all("span", class_="chip")]
    assert chips[:-1] == ["Owner Alice Adler", "Team North", "Product Laser", "Value ≥ €500", "Value ≤ €900"]


def test_taking_a_chip_away_keeps_the_other_filters(client, alice):
    make.deal(alice, "Wanted", value=500_00)

    page = client.page(f"{BOARD}?least=100&q=wanted")

    removals = [e.get("href") for e in page.all("a", class_="chip__remove")]
    assert removals == [
        f"{BOARD}?pipeline={make.pipeline().id}&q=wanted",
        f"{BOARD}?pipeline={make.pipeline().id}&least=100",
    ]


def test_words_find_titles_and_companies(client, alice):
    make.deal(alice, "Centrifuge", company=make.company(alice, "Helix Bio"))
    make.deal(alice, "Oven")

    assert titles(client.page(f"{BOARD}?q=helix centri")) == ["Centrifuge"]
    assert titles(client.page(f"{BOARD}?q=100%")) == []


def test_a_worth_is_compared_across_currencies(client, alice):
    db.session.add(Rate(currency="USD", day=date(2020, 1, 1), rate=Decimal("0.5")))
    make.deal(alice, "Enough", value=1000_00, currency="USD")
    make.deal(alice, "Too little", value=999_99, currency="USD")
    make.deal(alice, "Unknown", value=1000_00, currency="GBP")
    make.deal(alice, "Without value")

    assert titles(client.page(f"{BOARD}?least=500")) == ["Enough"]


@pytest.mark.parametrize(
    "query",
    [
        "owner=x",
        "owner=99999999999999999999",
        "team=-1",
        "product=0",
        "least=abc",
        "most=-5",
        "pipeline=x",
        "pipeline=" + "9" * 30,
        "q=" + "x" * 500,
    ],
)
def test_what_cannot_be_read_in_the_address_counts_as_not_given(client, alice, query):
    make.deal(alice, "Here")

    assert titles(client.page(f"{BOARD}?{query}")) == ["Here"] or query.startswith("q=")


def test_pipelines_are_tabs_with_counts_of_their_own(client, alice):
    first, other = make.pipeline(), second_pipeline()
    make.deal(alice, "A")
    make.deal(alice, "B", at=other.stages[0])
    make.deal(alice, "C", at=other.stages[0])

    page = client.page(f"{BOARD}?pipeline={other.id}")

    tabs = [page.text_of(e) for e in page.one("nav", class_="tabs").iter("a")]
    assert tabs == [f"{first.name} 1", "Renewals 2"]
    assert titles(page) == ["B", "C"]


def test_the_board_opens_on_the_first_pipeline_that_has_deals(client, alice):
    make.pipeline()
    other = second_pipeline()
    make.deal(alice, "B", at=other.stages[0])

    assert titles(client.page(BOARD)) == ["B"]


def test_a_title_is_text_and_never_markup(client, alice):
    make.deal(alice, "<b onclick=x>Bold</b>")

    assert titles(client.page(BOARD)) == ["<b onclick=x>Bold</b>"]


def test_many_deals_and_stages_cost_no_more_statements(client, alice, statements):
    company, product = make.company(alice), make.product(alice)
    for name in ("New lead", "Proposal"):
        make.deal(alice, at=name, company=company, product=product)
    client.page(BOARD)
    with statements() as few:
        client.page(BOARD)

    pipeline = make.pipeline()
    for number, name in enumerate(("Extra one", "Extra two", "Extra three"), 10):
        pipeline.stages.append(Stage(name=name, position=number, kind="open"))
    with make.at_once():
        for number in range(60):
            owner = make.user(f"Seller {number}", role="rep", team=alice.team) if number % 20 == 0 else alice
            stage = ("New lead", "Proposal", "Qualified", "Extra one")[number % 4]
            make.deal(owner, at=stage, value=100, company=make.company(alice))
    with statements() as many:
        client.page(BOARD)

    assert len(few) == len(many) <= 12


def test_an_empty_board_says_what_belongs_on_it(client, alice):
    make.pipeline()

    page = client.page(BOARD)

    assert "No open deals here." in page.text
    assert "No deals match these filters." in client.page(f"{BOARD}?q=nothing").text
