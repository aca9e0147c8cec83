"""The plan of the demo company: all that will have happened by now, before any of it is played."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

from crm_app.demo.cast import Cast
from crm_app.demo.deals import Affair
from crm_app.demo.times import Times


class Happening(NamedTuple):
    """`what` is made (firm, contact, affair) or what is done with it; `about` is the part of the plan it is about."""

    at: datetime
    what: str
    rep: int | None
    about: Any
    facts: Any = None


@dataclass
class Story:
    """`affairs` stand in the order of their beginning."""

    times: Times
    cast: Cast
    affairs: list[Affair]
    words: dict[str, Any]
    dice: Random
    seed: int

    def dice_of(self, number: int) -> Random:
        """Dice for one thing alone: how far it has got by now is nothing to the others."""
        return Random(self.seed * 1_000_000 + number)  # noqa: S311 - for looks, not for secrets
