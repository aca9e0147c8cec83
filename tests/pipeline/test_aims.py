"""How much of a goal an amount makes, in a bar and in words."""

import pytest

from crm_app.pipeline import aims
from crm_app.pipeline.aims import Aim
from crm_app.web.money import Money
from crm_app.web.reader import Reader, read_as
from tests import make


@pytest.fixture
def aim(organisation):
    """To win 10,000 euro in the last quarter of 2026."""
    period = organisation.calendar().parse("quarter", "2026-Q4")
    return Aim(Money(10_000_00, "EUR"), period, "/goals/")


def share(amount, aim, of_several=False):
    return aims.share(Money(amount, "EUR"), aim, of_several=of_several)


@pytest.mark.parametrize(
    ("amount", "words", "filled"),
    [
        (0, "0% of the goal", 0),
        (1, "under 1% of the goal", 1),
        (99_99, "under 1% of the goal", 1),
        (100_00, "1% of the goal", 1),
        (1_449_99, "14% of the goal", 14.4999),
        (1_450_00, "15% of the goal", 14.5),
        (10_000_00, "100% of the goal", 100),
        (99_949_99, "999% of the goal", 999.4999),
        (99_950_00, "over 999% of the goal", 999.5),
        (9 * 10**15, "over 999% of the goal", 9 * 10**11),
    ],
)
def test_a_share_is_whole_per_cent_and_neither_nothing_nor_without_end(aim, amount, words, filled):
    found = share(amount, aim)

    assert (found.of_goal, found.filled) == (words, pytest.approx(filled))


def test_the_sentence_says_whose_goal_for_when_and_how_much(aim):
    found = {
        share(1_400_00, one).sentence for one in (aim, aim._replace(name="North"), aim._replace(name="Alice Adler"))
    }

    assert found == {
        "14% of the company’s goal for Q4 2026: €10k.",
        "14% of the goal of North for Q4 2026: €10k.",
        "14% of the goal of Alice Adler for Q4 2026: €10k.",
    }
    own = aim._replace(name="Alice Adler", is_readers=True)
    assert share(1_400_00, own).sentence == "14% of your goal for Q4 2026: €10k."


def test_where_there_are_more_pipelines_the_goal_is_said_to_be_for_all(aim):
    sentence = share(1_400_00, aim, of_several=True).sentence

    assert sentence == "14% of the company’s goal for Q4 2026: €10k. The goal is for all pipelines together."


@pytest.mark.parametrize(("unit", "name"), [("month", "month’s"), ("quarter", "quarter’s"), ("year", "year’s")])
def test_a_share_of_all_is_said_to_be_of_the_period(aim, organisation, unit, name):
    period = organisation.calendar().period(unit, make.today())

    assert share(1_400_00, aim._replace(period=period)).of_period == f"14% of the {name} goal"


def test_persian_and_chinese_have_their_own_words_and_digits(aim):
    read_as(Reader(language="fa", digits="persian", currency="EUR"))
    persian = share(1_400_00, aim)
    read_as(Reader(language="zh", currency="EUR"))
    chinese = share(1_400_00, aim)

    assert persian.of_goal == "\u200e۱۴٪ از هدف"
    assert "فصل چهارم ۲۰۲۶" in persian.sentence
    assert (chinese.of_goal, chinese.of_period) == ("占目标14%", "占本季度目标14%")
    assert chinese.sentence == "占公司2026年第四季度目标14%（目标：€1万）。"
