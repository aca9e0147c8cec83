"""What goes on beside the way of a deal: handing over, dates that move, values that come late, notes, what sleeps."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from crm_app.demo.cast import NEWCOMER, Firm
from crm_app.demo.deals import Affair, Step
from crm_app.demo.plan import Happening, Story
from crm_app.demo.times import Times

_HANDED_OVER = 9
_DAY = timedelta(days=1)


def hand_over(story: Story) -> None:
    """Who came later takes over some of what the team has on its hands."""
    newcomer = story.cast.reps[NEWCOMER]
    at = story.times.after(story.times.at_work(newcomer.since), 4)
    theirs = [
        affair
        for affair in story.affairs
        if affair.rep.team == newcomer.team and affair.created < at - 3 * _DAY and affair.ends > at + 5 * _DAY
    ]
    for number, affair in enumerate(theirs[:_HANDED_OVER]):
        moment = at + timedelta(minutes=7 * number)
        before, after = _parted(affair.steps, moment)
        handing = Step(moment, "hand over", affair.rep.number, newcomer.number)
        affair.steps = [*before, handing, *(step._replace(rep=newcomer.number) for step in after)]


def go_on(story: Story) -> None:
    """Values that came late or changed, and how the deals stand that are open now."""
    for affair in story.affairs:
        dice = story.dice_of(affair.number)
        if not affair.is_valued and affair.steps and dice.random() < 0.75:
            _add(affair, story, affair.steps[0].at + timedelta(minutes=dice.randint(2, 40)), "value", 1.0)
        elif len(affair.steps) > 1 and dice.random() < 0.12:
            at = affair.steps[-2].at + timedelta(minutes=dice.randint(2, 40))
            _add(affair, story, at, "value", dice.choice((0.8, 0.9, 1.1, 1.2, 1.35)))
        if not affair.is_closed:
            _leave_open(affair, story, dice)


def _leave_open(affair: Affair, story: Story, dice: Random) -> None:
    """Most are expected soon, some are late, of some nobody knows; of those that stand still some sleep."""
    times, today = story.times.by(dice), story.times.today
    draw, age = dice.random(), (today - affair.created.date()).days
    if draw < 0.14 and age > 12:
        affair.expected = times.working_day(today - timedelta(days=dice.randint(3, min(age - 6, 24))))
    elif draw < 0.9:
        affair.expected = times.working_day(today + timedelta(days=int(dice.random() ** 1.3 * 95)))
    else:
        affair.expected = None
    if affair.expected and affair.steps and dice.random() < 0.35:
        thought = times.working_day(affair.expected - timedelta(days=dice.randint(7, 35)))
        if thought > affair.created.date():
            _add(affair, story, _soon(affair.ends, times, dice), "expect", (thought, affair.expected))
    if (today - affair.ends.date()).days > 12 and dice.random() < 0.16:
        reason = dice.randrange(len(story.words["snoozes"]))
        _add(affair, story, _soon(affair.ends, times, dice), "snooze", (today + dice.randint(3, 40) * _DAY, reason))


def notes(story: Story) -> Iterator[Happening]:
    """On three deals in four, most companies and one person in five."""
    for affair in story.affairs:
        yield from _about_deal(affair, story, story.dice_of(len(story.affairs) + affair.number))
    for firm in story.cast.firms:
        yield from _about_company(firm, story, story.dice_of(2 * len(story.affairs) + firm.number))


def _about_deal(affair: Affair, story: Story, dice: Random) -> Iterator[Happening]:
    times = story.times.by(dice)
    for _number in range(dice.choice((0, 1, 1, 2))):
        span = (min(affair.ends, times.now) - affair.created).total_seconds()
        at = times.after(affair.created, dice.random() * span / 86400)
        text = dice.choice(story.words["deal_notes"])
        if affair.created < at < times.now and at <= max(affair.ends, affair.created + 14 * _DAY):
            yield Happening(at, "note", _rep_at(affair, at), affair, text)


def _about_company(firm: Firm, story: Story, dice: Random) -> Iterator[Happening]:
    times, words = story.times.by(dice), story.words
    told = dice.sample(words["company_notes"], dice.choice((0, 1, 1, 2, 3)))
    people = [contact for contact in firm.people if dice.random() < 0.2]
    written = [*((firm, text) for text in told), *((one, dice.choice(words["people_notes"])) for one in people)]
    for about, text in written:
        assert about.since is not None
        at = times.after(about.since, dice.random() * (times.today - about.since.date()).days)
        if at < times.now and firm.rep is not None:
            yield Happening(at, "note", firm.rep, about, text)


def _rep_at(affair: Affair, at: datetime) -> int:
    """Who had it then."""
    before, _after = _parted(affair.steps, at)
    handed = [step.facts for step in before if step.verb == "hand over"]
    return handed[-1] if handed else affair.rep.number


def _add(affair: Affair, story: Story, at: datetime, verb: str, facts: Any) -> None:
    """Before the deal ends, and not in the future; else not at all."""
    before, after = _parted(affair.steps, at)
    is_closed = any(step.verb in ("win", "lose") for step in before)
    if at <= story.times.now and not is_closed:
        affair.steps = [*before, Step(at, verb, _rep_at(affair, at), facts), *after]


def _soon(at: datetime, times: Times, dice: Random) -> datetime:
    """Within some days; the same hour where these are not past yet."""
    later = times.after(at, dice.random() * 4)
    return later if later <= times.now else at + timedelta(minutes=dice.randint(5, 55))


def _parted(steps: list[Step], at: datetime) -> tuple[list[Step], list[Step]]:
    return [step for step in steps if step.at <= at], [step for step in steps if step.at > at]
