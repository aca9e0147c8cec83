"""The story of the demo company: who meets whom and what comes of it, in the order in which it happened."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from crm_app.demo import later
from crm_app.demo.amounts import WARES
from crm_app.demo.cast import Cast, Firm, Rep
from crm_app.demo.deals import WAYS, Affair, play, source_and_ware
from crm_app.demo.plan import Happening, Story
from crm_app.demo.times import Times

_RENEWALS = 1
_DAY = timedelta(days=1)


def happenings(story: Story) -> list[Happening]:
    found = [*_acquaintances(story), *_affairs(story), *later.notes(story)]
    # What begins at one instant with another thing was planned in this order.
    return sorted(found, key=lambda one: one.at)


def told(count: int, cast: Cast, times: Times, words: dict[str, Any], dice: Random) -> Story:
    story = Story(times, cast, [], words, dice, dice.getrandbits(32))
    strangers, known = list(reversed(cast.firms)), []
    pipelines = dice.choices(range(len(WAYS)), [way.share for way in WAYS], k=count)
    moments = sorted(times.at_work(day) for day in times.some_days(count))
    for number, (created, pipeline) in enumerate(zip(moments, pipelines, strict=True)):
        is_new = not known or (pipeline != _RENEWALS and dice.random() < len(strangers) / (0.72 * (count - number)))
        firm = strangers.pop() if is_new and strangers else dice.choice(known[: max(len(known) * 4 // 5, 1)])
        if firm.since is None:
            _meet(firm, created, cast, dice)
            known.append(firm)
        story.affairs.append(_affair(number, pipeline, firm, created, story))
    for firm in strangers:
        _meet(firm, times.at_work(dice.choice(times.days[-200:])), cast, dice)
    _get_to_know(cast, times, dice)
    later.hand_over(story)
    later.go_on(story)
    story.affairs.sort(key=lambda one: one.created)
    return story


def _meet(firm: Firm, at: datetime, cast: Cast, dice: Random) -> None:
    """A company becomes known, and somebody looks after it; after one in thirty nobody does."""
    firm.since = at - timedelta(minutes=dice.randint(4, 90), seconds=dice.randint(0, 59))
    firm.people[0].since = firm.since + timedelta(minutes=dice.randint(1, 3))
    if dice.random() > 0.03:
        firm.rep = _one_of(cast.selling(at.date()), dice).number


def _one_of(reps: list[Rep], dice: Random) -> Rep:
    return dice.choices(reps, [rep.volume for rep in reps])[0]


def _affair(number: int, pipeline: int, firm: Firm, created: datetime, story: Story) -> Affair:
    dice, way = story.dice, WAYS[pipeline]
    source, ware, count = source_and_ware(way, firm.since is not None and created - firm.since > 30 * _DAY, dice)
    at_work = story.cast.selling(created.date())
    own = [rep for rep in at_work if rep.number == firm.rep]
    rep = own[0] if own and dice.random() < 0.85 else _one_of(at_work, dice)
    affair = Affair(
        number=number, pipeline=pipeline, firm=firm, contact=firm.people[0], rep=rep, ware=ware, count=count,
        title=dice.randrange(2), source=source, euro=WARES[ware].price * count * dice.choice((1, 1, 0.95, 0.9)),
        is_abroad=pipeline != _RENEWALS and dice.random() < 0.06, is_valued=dice.random() > 0.1, created=created,
        expected=created.date() + timedelta(days=int(dice.lognormvariate(3.7, 0.4))) if dice.random() > 0.08 else None,
    )  # fmt: skip
    play(affair, story.times, dice)
    return affair


def _get_to_know(cast: Cast, times: Times, dice: Random) -> None:
    """The others at a company, in the months after the first."""
    for firm in cast.firms:
        assert firm.since is not None
        for contact in firm.people[1:]:
            found, at_once = times.after(firm.since, dice.expovariate(1 / 90)), timedelta(minutes=dice.randint(4, 50))
            contact.since = min(found if found <= times.now else firm.since + at_once, times.now)


def _acquaintances(story: Story) -> Iterator[Happening]:
    for firm in story.cast.firms:
        assert firm.since is not None
        yield Happening(firm.since, "firm", firm.rep, firm)
        for contact in firm.people:
            assert contact.since is not None
            yield Happening(contact.since, "contact", firm.rep, contact)


def _affairs(story: Story) -> Iterator[Happening]:
    for affair in story.affairs:
        yield Happening(affair.created, "affair", affair.rep.number, affair)
        for step in affair.steps:
            yield Happening(step.at, step.verb, step.rep, affair, step.facts)
