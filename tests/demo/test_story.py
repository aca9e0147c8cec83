"""The plan of the demo company, before any of it is played."""

from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from crm_app.accounts.models import Organisation
from crm_app.demo import building, cast, story, times, words

LANGUAGES = {
    "en": ("Europe/London", "gregorian", "56"), "fa": ("Asia/Tehran", "jalali", "4"),
    "zh": ("Asia/Shanghai", "gregorian", "56"),
}  # fmt: skip
AFTERNOON = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


def _told(language, now=AFTERNOON, seed=7):
    zone, calendar, weekend = LANGUAGES[language]
    firm = Organisation(
        name="A", currency="EUR", time_zone=zone, calendar_name=calendar, weekend=weekend, fiscal_start=1
    )
    dice, texts = Random(seed), words.of_language(language)
    when = times.Times(firm, language, now, dice)
    return story.told(building.SIZE.deals, cast.chosen(building.SIZE, texts, when, dice), when, texts, dice)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_the_size_that_it_says(language):
    told = _told(language)

    firms = told.cast.firms
    assert (len(told.cast.reps), len(told.cast.managers), len(firms), len(told.affairs)) == (12, 3, 400, 2500)
    people = [person for firm in firms for person in firm.people]
    assert len(people) == len({person.name for person in people}) == 1200
    assert len({firm.name for firm in firms}) == len({firm.website for firm in firms}) == 400
    assert {affair.pipeline for affair in told.affairs} == {0, 1, 2}


@pytest.mark.parametrize("language", LANGUAGES)
def test_addresses_are_those_that_nobody_will_ever_have(language):
    for firm in _told(language).cast.firms:
        assert firm.website.startswith("https://www.") and firm.website.endswith(".example")
        assert firm.website.isascii()
        assert all(person.email.endswith(".example") and person.email.isascii() for person in firm.people)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("seed", [7, 8, 9])
def test_it_goes_as_business_goes(language, seed):
    told = _told(language, seed=seed)

    closed = [affair for affair in told.affairs if affair.is_closed]
    outcomes = Counter(_outcome(affair) for affair in closed)
    assert 0.2 <= outcomes["win"] / len(closed) <= 0.35
    by_source = {source: _win_rate([a for a in closed if a.source == source]) for source in (1, 3)}
    assert by_source[1] > 1.5 * by_source[3], "who was recommended buys more often than who was called cold"
    by_rep = [_win_rate([affair for affair in closed if affair.rep.number == number]) for number in range(12)]
    assert max(by_rep) > 1.4 * min(by_rep)
    days = sorted((affair.ends - affair.created).days for affair in closed if _outcome(affair) == "win")
    assert days[len(days) // 2] < sum(days) / len(days), "a few take very long"
    assert 120 < len(told.affairs) - len(closed) < 320
    first, last = (
        sum(a.created.date() in month for a in told.affairs) for month in (told.times.months[2], told.times.months[-3])
    )
    assert last > first


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_lies_in_the_future_and_nothing_happens_before_it_can(language):
    told = _told(language)

    known = set()
    for happening in story.happenings(told):
        assert happening.at <= AFTERNOON
        if happening.what in ("firm", "contact", "affair"):
            needs = {"firm": [], "contact": [], "affair": [id(getattr(happening.about, "contact", None))]}
            assert set(needs[happening.what]) <= known
            known.add(id(happening.about))
        else:
            assert id(happening.about) in known
    for affair in told.affairs:
        assert [step.at for step in affair.steps] == sorted(step.at for step in affair.steps)
        if affair.expected:
            assert affair.expected >= affair.created.date()


def test_later_on_the_same_day_only_that_day_has_gone_on():
    morning, evening = (_told("en", AFTERNOON.replace(hour=hour)) for hour in (7, 19))

    midnight = AFTERNOON.replace(hour=0)
    before = [[_facts(one) for one in told.affairs if one.ends < midnight] for told in (morning, evening)]
    moved = len({one.number for one in evening.affairs if one.ends >= midnight})
    assert 0 < moved < 60
    assert before[1] == [facts for facts in before[0] if facts[0] in {one[0] for one in before[1]}]


def _facts(affair):
    return (affair.number, affair.firm.name, affair.rep.number, affair.euro, affair.expected, tuple(affair.steps))


def _outcome(affair):
    return [step.verb for step in affair.steps if step.verb in ("win", "lose")][-1]


def _win_rate(affairs):
    return sum(_outcome(affair) == "win" for affair in affairs) / len(affairs)
