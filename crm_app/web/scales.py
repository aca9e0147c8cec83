"""What stands along the edges of a chart: round guides, and labels no longer than their place."""

import math
import unicodedata
from collections.abc import Sequence

from crm_app.web import formats
from crm_app.web.money import Money
from crm_app.web.reader import reader


def guides(top: float, unit: str) -> list[float]:
    """Three to five round values, from zero to just past the highest one; zero alone where there is nothing."""
    if not top:
        return [0]
    step = _round_step(top / 4, unit)
    return [number * step for number in range((math.ceil(round(top / step, 9)) or 1) + 1)]


def highest(lines: Sequence[Sequence[float | None]]) -> float:
    """The highest of all values; 0 where there is none."""
    return max((value for values in lines for value in values if value is not None), default=0)


def written(value: float | None, unit: str, places: int = 0) -> str:
    """`places` are the decimals of a rate."""
    if value is None:
        return ""
    if unit == "money":
        return formats.money(Money(round(value), reader.currency), short=True)
    return formats.percent(value, places) if unit == "rate" else formats.short_num(value)


def thinned(labels: Sequence[str], width: int) -> list[str]:
    """As many labels as fit side by side, evenly spread; an empty text for the others."""
    longest = max(map(_room, labels), default=0)
    if len(labels) <= 7 and longest <= _fitting(labels, width):
        return list(labels)
    step = math.ceil(len(labels) * (longest + 2) * 6 / (width - 60))
    return [label if index % step == 0 else "" for index, label in enumerate(labels)]


def leaning(labels: Sequence[str], width: int) -> list[str]:
    """Labels that lean aside, of which many more fit side by side; only long ones are cut."""
    step = math.ceil(len(labels) * 18 / (width - 60))
    short = [label if len(label) <= 14 else label[:13].rstrip() + "…" for label in labels]
    return [label if index % step == 0 else "" for index, label in enumerate(short)]


def in_one_form(labels: Sequence[str], width: int, *, are_people: bool = False) -> list[str]:
    """All of an axis written alike: whole, people by first name and initial or by first name, else beginnings."""
    fits = _fitting(labels, width)
    forms = [list(labels)]
    if are_people:
        forms += [[_with_initial(label) for label in labels], [label.split(" ")[0] for label in labels]]
    alike = next((form for form in forms if all(len(label) <= fits for label in form)), forms[-1])
    return [label if len(label) <= fits else label[: max(fits - 2, 2)].rstrip() + "…" for label in alike]


def _fitting(labels: Sequence[str], width: int) -> int:
    """How many letters each of them has room for."""
    return max(int((width - 50) / max(len(labels), 1) / 6.9), 3)


def _room(label: str) -> int:
    """As many Latin letters as are as long; Chinese signs are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in label)


def _with_initial(name: str) -> str:
    words = name.split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else name


def _round_step(rough: float, unit: str) -> float:
    least = {"rate": 0.05, "money": 100}.get(unit, 1)
    if rough <= least:
        return least
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
