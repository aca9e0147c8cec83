"""The measures there are: what each counts, in which unit, and which way is better."""

from dataclasses import dataclass
from typing import Literal

from flask_babel import LazyString

Unit = Literal["money", "count", "rate", "days"]


@dataclass(frozen=True)
class Measure:
    """`unit`: money in minor units of the organisation's currency, a count, a rate (0 to 1), or days.

    `adds_up` says that the figures of parts make the figure of the whole (sums and counts do; rates and means do
    not); `is_snapshot` that it is a state at an instant, not something that happened in a period.
    """

    key: str
    label: LazyString
    unit: Unit
    definition: LazyString
    formula: LazyString
    better: Literal["up", "down"] = "up"
    adds_up: bool = True
    is_snapshot: bool = False
