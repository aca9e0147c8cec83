"""The goal that a board is about: whose it is, for which period, and for whose eyes."""

from datetime import timedelta

import pytest

from crm_app.extensions import utc_now
from tests import make
from tests.pipeline.test_board import head, second_pipeline
from tests.pipeline.test_move import move

BOARD = "/pipeline/board"
PLAIN = "€1,000 open · €500 weighted"


@pytest.fixture
def deal(alice):
    """€1,000 in a stage of 50 per cent."""
    return make.deal(alice, "Deal", at="Proposal", value=1000_00)


def goal(amount, *, unit="quarter", **facts):
    return make.goal(amount, unit=unit, **{"on": make.today()} | facts)


@pytest.fixture
def everyones(charlie, alice, bob):
    """Goals of the quarter: the company's, a team's, and two people's."""
    goal(50_000_00)
    goal(5_000_00, team=alice.team)
    goal(2_500_00, user=alice)
    goal(1_000_00, user=bob)


def summary(page):
    return page.text_of(page.one("span", id="board-summary"))


def sentence(page):
    """All that the share of the whole board says, None where the board shows no shares."""
    link = next(page.one("span", id="board-summary").iter("a"), None)
    assert len(page.all("p", class_="column__share num")) == (0 if link is None else 4)
    return None if link is None else link.get("title")


def test_heads_and_summary_say_how_much_of_the_goal_the_weighted_value_makes(client, alice, deal):
    make.deal(alice, at="Negotiation", value=1000_00)
    goal(5_000_00, user=alice)

    page = client.page(BOARD)

    assert "10% of the goal 10% of your goal for " in head(page, "Proposal")
    assert "15% of the goal 15% of your goal for " in head(page, "Negotiation")
    assert "0% of the goal" in head(page, "Qualified")
    assert summary(page) == "€2,000 open · €1,250 weighted · 25% of the quarter’s goal"


def test_the_bar_only_repeats_what_the_words_say(client, alice, deal):
    goal(5_000_00, user=alice)

    page = client.page(BOARD)

    bars = [e for e in page.elements if e.get("class") == "bar bar--thin"]
    assert len(bars) == 4 and all(bar.get("aria-hidden") == "true" for bar in bars)


def test_the_share_opens_the_goal(client, alice, deal):
    goal(5_000_00, user=alice)

    link = next(client.page(BOARD).one("span", id="board-summary").iter("a"))

    assert "€5,000" in client.page(link.get("href")).text


def test_without_a_goal_heads_and_summary_are_as_they_were(client, deal):
    page = client.page(BOARD)

    assert head(page, "Proposal") == "Proposal 1 deal €1,000 ≈ €500 weighted"
    assert summary(page) == PLAIN
    assert sentence(page) is None


def test_a_rep_aims_at_their_own_goal_and_sees_no_other(client, browser_of, everyones, alice, bob, deal):
    assert "20% of your goal" in sentence(client.page(BOARD))
    assert "of your goal" in sentence(browser_of(bob).page(BOARD))

    for query in (f"owner={bob.id}", f"team={alice.team_id}"):
        assert sentence(client.page(f"{BOARD}?{query}")) is None


def test_a_rep_without_a_goal_sees_neither_the_companys_nor_the_teams_nor_a_colleagues(browser_of, everyones, deal):
    newcomer = make.user("Nora", team=deal.owner.team)
    make.deal(newcomer, "Hers", at="Proposal", value=1000_00)

    assert summary(browser_of(newcomer).page(BOARD)) == PLAIN


def test_the_answer_to_a_rep_gives_no_goal_away_whatever_its_address_names(client, everyones, alice, bob, deal):
    for query in (f"?owner={bob.id}", f"?team={alice.team_id}", "?owner=0", "?team=99999999"):
        body = move(client, deal, deal.stage.name, query=query).get_data(as_text=True)
        assert "Bob" not in body and "North" not in body and "company’s" not in body


def test_a_manager_aims_at_the_teams_goal(browser_of, everyones, charlie, deal):
    assert "10% of the goal of North" in sentence(browser_of(charlie).page(BOARD))


def test_a_manager_whose_team_has_no_goal_is_not_held_against_their_own(browser_of, charlie, deal):
    goal(5_000_00, user=charlie)

    assert sentence(browser_of(charlie).page(BOARD)) is None


def test_a_manager_of_nobody_aims_at_their_own_goal(browser_of, organisation):
    manager = make.user("Mara", role="manager")
    make.deal(manager, at="Proposal", value=1000_00)
    goal(5_000_00, user=manager)

    assert "10% of your goal" in sentence(browser_of(manager).page(BOARD))


def test_a_board_of_several_teams_is_about_none_of_their_goals_until_one_is_chosen(
    browser_of, everyones, charlie, alice, deal
):
    south = make.team("South", manager=charlie)
    browser = browser_of(charlie)

    assert sentence(browser.page(BOARD)) is None
    assert "of the goal of North" in sentence(browser.page(f"{BOARD}?team={alice.team_id}"))
    assert sentence(browser.page(f"{BOARD}?team={south.id}")) is None


@pytest.mark.parametrize("who", ["olivia", "vera"])
def test_who_sees_everything_aims_at_the_companys_goal(request, browser_of, everyones, deal, who):
    user = request.getfixturevalue(who)

    assert "1% of the company’s goal" in sentence(browser_of(user).page(BOARD))


def test_reps_who_see_everything_aim_at_the_companys_goal(client, organisation, everyones, deal):
    organisation.reps_see_all = True

    assert "of the company’s goal" in sentence(client.page(BOARD))


def test_a_filter_of_owner_or_team_is_held_against_theirs(browser_of, everyones, olivia, alice, bob, deal):
    browser = browser_of(olivia)

    assert "20% of the goal of Alice Adler" in sentence(browser.page(f"{BOARD}?owner={alice.id}"))
    assert "0% of the goal of Bob Brandt" in sentence(browser.page(f"{BOARD}?owner={bob.id}"))
    assert "10% of the goal of North" in sentence(browser.page(f"{BOARD}?team={alice.team_id}"))
    both = browser.page(f"{BOARD}?team={alice.team_id}&owner={alice.id}")
    assert "20% of the goal of Alice Adler" in sentence(both)
    assert sentence(browser.page(f"{BOARD}?owner={olivia.id}")) is None


def test_deals_narrowed_by_anything_else_are_held_against_nothing(browser_of, everyones, olivia, alice, deal):
    laser = make.product(olivia, "Laser")
    browser = browser_of(olivia)

    for query in (f"product={laser.id}", "least=1", "most=5000", "q=deal", f"owner={alice.id}&q=deal"):
        assert sentence(browser.page(f"{BOARD}?{query}")) is None, query
    assert sentence(browser.page(f"{BOARD}?least=nonsense")) is not None


def test_the_quarter_goes_before_the_month_and_the_month_before_the_year(client, alice, deal):
    said = []
    for unit in ("year", "month", "quarter"):
        goal(5_000_00, unit=unit, user=alice)
        said.append(summary(client.page(BOARD)).removeprefix(f"{PLAIN} · "))

    assert said == ["10% of the year’s goal", "10% of the month’s goal", "10% of the quarter’s goal"]


def test_only_a_target_above_nought_for_a_period_that_runs_is_aimed_at(client, alice, deal):
    past = make.today() - timedelta(days=400)
    goal(5_000_00, user=alice, on=past)
    goal(0, unit="month", user=alice)
    unset = goal(5_000_00, unit="year", user=alice)
    unset.targets[0].set(None, alice)

    assert summary(client.page(BOARD)) == PLAIN


def test_goals_of_another_measure_or_calendar_or_put_aside_are_not_aimed_at(client, alice, deal, organisation):
    goal(5_000_00, user=alice, measure="open_value")
    goal(5_000_00, user=alice, calendar="jalali")
    goal(5_000_00, unit="year", user=alice).archived_at = utc_now()

    assert summary(client.page(BOARD)) == PLAIN
    organisation.calendar_name = "jalali"
    assert "10% of the quarter’s goal" in summary(client.page(BOARD))


def test_beside_other_pipelines_it_is_said_that_the_goal_is_for_all(client, alice, deal):
    goal(5_000_00, user=alice)
    assert "all pipelines" not in sentence(client.page(BOARD))

    second_pipeline()

    assert "The goal is for all pipelines together." in sentence(client.page(BOARD))


def test_the_answer_to_a_move_has_the_new_shares(client, alice, deal):
    goal(5_000_00, user=alice)

    body = move(client, deal, "Negotiation").get_data(as_text=True)

    assert "15% of the goal" in body and "0% of the goal" in body and "15% of the quarter’s goal" in body


def test_what_a_board_is_told_of_others_has_the_new_shares(browser_of, everyones, olivia, alice, deal):
    browser = browser_of(olivia)
    news = next(e for e in browser.page(BOARD).all("div") if e.get("hx-get") and "/news" in e.get("hx-get"))
    make.deal(alice, "New", at="Negotiation", value=10_000_00)

    body = browser.get(news.get("hx-get")).get_data(as_text=True)

    assert "15% of the goal" in body and "16% of the quarter’s goal" in body


@pytest.mark.parametrize("who", ["alice", "charlie", "olivia"])
def test_the_goal_costs_one_statement_and_the_board_twelve_at_most(
    request, browser_of, everyones, deal, statements, who
):
    user = request.getfixturevalue(who)
    browser = browser_of(user)
    deal.stage.wip_limit = 5
    second_pipeline()
    make.team("South", manager=user)

    for query in ("", f"?owner={user.id}", f"?team={deal.owner.team_id}", "?q=deal"):
        browser.get(BOARD + query)
        with statements() as seen:
            browser.get(BOARD + query)
        assert len([one for one in seen if "FROM goals" in one]) == (0 if query == "?q=deal" else 1)
        assert len(seen) <= 12
