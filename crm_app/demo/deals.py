"""The deals of the demo company as they will have gone: who, what, for how much, and each step on the way."""

import math
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import Any, NamedTuple

from crm_app.demo.amounts import WARES, Ware
from crm_app.demo.cast import Contact, Firm, Rep
from crm_app.demo.times import Times

# How well each source does, and how often a deal comes from it.
_SOURCES = ((0.95, 26), (1.5, 16), (1.05, 16), (0.5, 20), (1.2, 10), (1.6, 12))


class Way(NamedTuple):
    """How deals go in a pipeline: the share that is won, the days in each stage, and what is sold there."""

    share: float
    chance: float
    days: tuple[float, ...]
    wares: tuple[int, ...]


WAYS = (
    Way(0.62, 0.195, (5.5, 8.0, 10.0, 7.5), (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13)),
    Way(0.2, 0.37, (15.0, 10.0, 8.0, 5.0), (11, 12, 5, 6)),
    Way(0.18, 0.21, (10.0, 17.0, 11.0), (0, 2, 3, 4, 5, 13)),
)


class Step(NamedTuple):
    """`verb` is one of the deal's own; `facts` what it needs: a number of a stage, a factor, a text."""

    at: datetime
    verb: str
    rep: int
    facts: Any = None


@dataclass
class Affair:
    """A deal as it will have gone. `euro` is what it is worth; a deal may begin without saying so."""

    number: int
    pipeline: int
    firm: Firm
    contact: Contact
    rep: Rep
    ware: int
    count: int
    title: int
    source: int
    euro: float
    is_abroad: bool
    is_valued: bool
    created: datetime
    expected: date | None
    steps: list[Step] = field(default_factory=list)

    @property
    def ends(self) -> datetime:
        """The instant of its last step, its beginning where it has none."""
        return self.steps[-1].at if self.steps else self.created

    @property
    def is_closed(self) -> bool:
        outcomes = [step.verb for step in self.steps if step.verb in ("win", "lose", "reopen")]
        return bool(outcomes) and outcomes[-1] != "reopen"


def source_and_ware(way: Way, is_known: bool, dice: Random) -> tuple[int, int, int]:
    """Where it came from, what is wanted, and how many."""
    numbers = range(len(_SOURCES))
    often = [weight * (3 if is_known else 0.2) if n == 5 else weight for n, (_good, weight) in enumerate(_SOURCES)]
    ware = dice.choice(way.wares)
    return dice.choices(numbers, often)[0], ware, _count(WARES[ware], dice)


def _count(ware: Ware, dice: Random) -> int:
    """Small orders are many, large ones few."""
    return ware.least + int((ware.most - ware.least) * dice.random() ** 1.8)


def play(affair: Affair, times: Times, dice: Random) -> None:
    """Let the deal take its way. What would lie in the future is left out, so that it is open still."""
    way, rep, at = WAYS[affair.pipeline], affair.rep, affair.created
    chance = way.chance * rep.skill * _SOURCES[affair.source][0] * (0.94 if affair.euro > 15_000 else 1.06)
    is_won, last = dice.random() < min(chance, 0.85), len(way.days) - 1
    # The later, the fewer are lost.
    fails_in = last if is_won else dice.choices(range(last + 1), [36, 27, 22, 15][: last + 1])[0]
    weight = rep.pace * (max(affair.euro, 500) / 8000) ** 0.12
    steps, stage = affair.steps, 0
    while stage <= fails_in:
        at = times.after(at, way.days[stage] * weight * math.exp(dice.gauss(0, 0.75)))
        if stage == fails_in:
            break
        stage = _onward(stage, fails_in, dice)
        steps.append(Step(at, "move", rep.number, stage))
        if stage and dice.random() < 0.03:
            at, stage = times.after(at, 4 + dice.random() * 6), stage - 1
            steps.append(Step(at, "move", rep.number, stage))
    _end(affair, is_won, at, times, dice)
    affair.steps = [step for step in sorted(steps, key=lambda step: step.at) if step.at <= times.now]


def _onward(stage: int, last: int, dice: Random) -> int:
    return min(stage + (2 if dice.random() < 0.05 else 1), last)


def _end(affair: Affair, is_won: bool, at: datetime, times: Times, dice: Random) -> None:
    rep = affair.rep.number
    if is_won:
        factor = 1.0 if dice.random() < 0.55 else dice.choice((0.9, 0.92, 0.95, 0.97, 1.05, 1.1))
        affair.steps.append(Step(at, "win", rep, factor))
        return
    at = times.after(at, 2 + dice.expovariate(1 / 9))
    reasons = range(7)
    affair.steps.append(Step(at, "lose", rep, dice.choices(reasons, [28, 16, 20, 17, 9, 5, 8])[0]))
    if dice.random() < 0.03:
        again = times.after(at, 20 + dice.random() * 60)
        affair.steps.append(Step(again, "reopen", rep, 1))
        at = times.after(again, 10 + dice.random() * 20)
        affair.steps.append(
            Step(at, "win", rep, 0.9) if dice.random() < 0.6 else Step(at, "lose", rep, dice.choice(reasons))
        )
