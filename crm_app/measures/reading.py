"""From what was tallied to a figure: its value, its bounds, its status and what must be said with it."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crm_app.analytics.rates import FEW, wilson
from crm_app.measures.catalogue import Measure
from crm_app.measures.events import Tally
from crm_app.measures.figures import Figure, Status
from crm_app.web.formats import half_up, num
from crm_app.web.money import rounded
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext

_DAY = Decimal(86400)


def figure_of(measure: Measure, tally: Tally, *, has_begun: bool, is_partial: bool, as_of: datetime) -> Figure:
    if not has_begun and not tally.n:
        return Figure(None, status="na", notes=(_("This period has not started."),), as_of=as_of, is_partial=True)
    facts = _FACTS.get(measure.key, _amount if measure.unit == "money" else _count)(tally)
    return Figure(
        **facts,
        status=_status(measure, facts, tally, is_partial),
        notes=tuple(_notes(measure, tally)),
        as_of=as_of,
        is_partial=is_partial,
        unpriced=tally.unpriced,
    )


def nothing(measure: Measure) -> Figure:
    """Of whoever nothing was counted for: nought where it is a sum or a number, else unknown."""
    return Figure(0) if measure.adds_up else Figure(None, status="na")


def parts_of(measure: Measure, tally: Tally) -> tuple[int, int | None]:
    """What a figure is made of: numerator, and denominator of a rate or a mean."""
    return {
        "win_rate": (tally.won, tally.n),
        "average_deal": (rounded(tally.amount), tally.priced),
        "weighted_value": (rounded(tally.weighted), None),
    }.get(measure.key, (rounded(tally.amount) if measure.unit == "money" else tally.n, None))


def _amount(tally: Tally) -> dict[str, Any]:
    amount = rounded(tally.amount)
    return {"value": amount, "numerator": amount, "n": tally.n}


def _weighted(tally: Tally) -> dict[str, Any]:
    weighted = rounded(tally.weighted)
    return {"value": weighted, "numerator": weighted, "n": tally.n}


def _count(tally: Tally) -> dict[str, Any]:
    return {"value": tally.n, "numerator": tally.n, "n": tally.n}


def _win_rate(tally: Tally) -> dict[str, Any]:
    interval = wilson(tally.won, tally.n)
    return {
        "value": Decimal(tally.won) / tally.n if tally.n else None,
        "numerator": tally.won,
        "denominator": tally.n,
        "n": tally.n,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
    }


def _average_deal(tally: Tally) -> dict[str, Any]:
    mean = Decimal(tally.amount) / tally.priced if tally.priced else None
    return {
        "value": None if mean is None else int(mean.to_integral_value(ROUND_HALF_UP)),
        "numerator": tally.amount,
        "denominator": tally.priced,
        "n": tally.priced,
    }


def _sales_cycle(tally: Tally) -> dict[str, Any]:
    return {
        "value": None if tally.median_seconds is None else tally.median_seconds / _DAY,
        "numerator": Decimal(tally.cycle_seconds) / _DAY,
        "denominator": tally.cycles,
        "n": tally.cycles,
    }


_FACTS = {
    "weighted_value": _weighted,
    "win_rate": _win_rate,
    "average_deal": _average_deal,
    "sales_cycle_days": _sales_cycle,
}


def _status(measure: Measure, facts: dict[str, Any], tally: Tally, is_partial: bool) -> Status:
    if facts["value"] is None:
        return "na"
    if measure.unit == "money" and tally.unconverted:
        return "mixed_currency"
    if facts.get("denominator") is not None and facts["denominator"] < FEW:
        return "low_n"
    return "partial" if is_partial else "ok"


def _notes(measure: Measure, tally: Tally) -> list[str]:
    notes = []
    if measure.unit == "money":
        notes += _about_values(tally, is_sum=measure.key != "average_deal")
    if measure.key == "new_deals" and tally.undated:
        notes.append(
            ngettext(
                "%(number)s deal without a creation date counts on the day it was imported, or closed if it was "
                "already closed by then.",
                "%(number)s deals without a creation date count on the day they were imported, or closed if they were "
                "already closed by then.",
                tally.undated,
                number=num(tally.undated),
            )
        )
    if measure.key == "sales_cycle_days":
        notes += _about_cycles(tally)
    return notes


def _about_values(tally: Tally, is_sum: bool) -> list[str]:
    notes = []
    if tally.unpriced and is_sum:
        notes.append(
            ngettext(
                "%(number)s of the %(all)s deals has no value and is not included.",
                "%(number)s of the %(all)s deals have no value and are not included.",
                tally.unpriced,
                number=num(tally.unpriced),
                all=num(tally.n),
            )
        )
    elif tally.unpriced:
        notes.append(
            ngettext(
                "%(number)s deal without a value is left out.",
                "%(number)s deals without a value are left out.",
                tally.unpriced,
                number=num(tally.unpriced),
            )
        )
    if tally.unconverted:
        notes.append(
            ngettext(
                "%(number)s deal is left out: its currency has no exchange rate for the day.",
                "%(number)s deals are left out: their currencies have no exchange rate for the day.",
                tally.unconverted,
                number=num(tally.unconverted),
            )
        )
    return notes


def _about_cycles(tally: Tally) -> list[str]:
    notes = []
    if tally.cycles:
        mean = half_up(Decimal(tally.cycle_seconds) / tally.cycles / _DAY, 1)
        many = 1 if mean == 1 else 2
        notes.append(ngettext("The mean is %(days)s day.", "The mean is %(days)s days.", many, days=num(mean, 1)))
    unknown = tally.won - tally.cycles
    if unknown:
        notes.append(
            ngettext(
                "%(number)s won deal is left out because its creation date is unknown.",
                "%(number)s won deals are left out because their creation dates are unknown.",
                unknown,
                number=num(unknown),
            )
        )
    return notes
