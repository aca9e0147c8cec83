"""The measures there are: what each counts, in which unit, and which way is better."""

from dataclasses import dataclass
from typing import Literal

from flask_babel import LazyString

from crm_app.web.texts import lazy_gettext as _l

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


_ALL = (
    Measure(
        "won_value",
        _l("Won value"),
        "money",
        _l("The value of deals won in the period, each at the exchange rate of the day it was won."),
        _l("Sum of the values of won deals"),
    ),
    Measure(
        "won_deals",
        _l("Won deals"),
        "count",
        _l("The number of deals won in the period. A win that was later undone does not count."),
        _l("Number of won deals"),
    ),
    Measure(
        "lost_deals",
        _l("Lost deals"),
        "count",
        _l("The number of deals lost in the period. A loss that was later undone does not count."),
        _l("Number of lost deals"),
        better="down",
    ),
    Measure(
        "new_deals",
        _l("New deals"),
        "count",
        _l("The number of deals created in the period, counted for their first owner and that owner’s team."),
        _l("Number of deals created"),
    ),
    Measure(
        "open_value",
        _l("Open value"),
        "money",
        _l(
            "The value of deals that were open at the end of the period, at that day’s exchange rates. A deal that has "
            "not left its stage since counts with its present value, owner and team."
        ),
        _l("Sum of the values of open deals"),
        is_snapshot=True,
    ),
    Measure(
        "weighted_value",
        _l("Weighted value"),
        "money",
        _l(
            "The value of deals that were open at the end of the period, each times the probability of its stage. A "
            "deal that has not left its stage since counts with its present value, owner and team."
        ),
        _l("Sum of value × probability of the stage"),
        is_snapshot=True,
    ),
    Measure(
        "win_rate",
        _l("Win rate"),
        "rate",
        _l("The share of deals won among the deals won or lost in the period. Open deals do not count."),
        _l("Won deals ÷ (won deals + lost deals)"),
        adds_up=False,
    ),
    Measure(
        "average_deal",
        _l("Average deal"),
        "money",
        _l("The mean value of deals won in the period. Deals without a value do not count."),
        _l("Won value ÷ won deals with a value"),
        adds_up=False,
    ),
    Measure(
        "sales_cycle_days",
        _l("Sales cycle"),
        "days",
        _l("The number of days from creation to win, for deals won in the period: half of them took less, half more."),
        _l("Median number of days from creation to win"),
        better="down",
        adds_up=False,
    ),
)
MEASURES: dict[str, Measure] = {measure.key: measure for measure in _ALL}

_CREDITED = ("owner", "team", "region", "product", "industry")
DIMENSIONS: dict[str, tuple[str, ...]] = {
    measure.key: (*_CREDITED, "stage") if measure.is_snapshot else _CREDITED for measure in _ALL
}
DIMENSION_LABELS = {
    "owner": _l("Owner"),
    "team": _l("Team"),
    "region": _l("Region"),
    "product": _l("Product"),
    "industry": _l("Industry"),
    "stage": _l("Stage"),
}
