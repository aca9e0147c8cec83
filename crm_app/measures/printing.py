"""A measure's answer as text: a table for people, CSV and JSON for programs."""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from crm_app.measures.catalogue import DIMENSION_LABELS, Measure
from crm_app.measures.figures import Figure
from crm_app.web.csv import safe_cell
from crm_app.web.formats import day, money, num, percent, period_label
from crm_app.web.money import Money
from crm_app.web.periods import Period

_REMARKS = {
    "na": "n/a",
    "low_n": "few cases",
    "partial": "not over yet",
    "mixed_currency": "amounts without a rate left out",
}
_HEADS = {"money": ["Deals"], "count": [], "rate": ["Deals", "95 % interval"], "days": ["Deals"]}


class Line(NamedTuple):
    """The figure of a period, and of a group where the answer is told apart."""

    period: Period
    key: int | str | None
    label: str | None
    figure: Figure


@dataclass(frozen=True)
class Answer:
    measure: Measure
    whole: Period
    every: str | None
    dimension: str | None
    currency: str
    lines: list[Line]
    total: Figure


def table(answer: Answer) -> str:
    """Columns of plain text under the measure's definition; the last line is the figure of the whole range."""
    measure = answer.measure
    heading = [
        f"{measure.label}: {measure.definition}",
        f"{day(answer.whole.start)} – {day(answer.whole.last_day)}",
        "",
    ]
    head = [*_named(answer), str(measure.label), *_HEADS[measure.unit], "Remark"]
    body = [[*_names(answer, line), *_cells(answer, line.figure)] for line in answer.lines]
    if answer.every or answer.dimension:
        body.append(["Total", *[""] * (len(_named(answer)) - 1), *_cells(answer, answer.total)])
    notes = [f"  {note}" for note in answer.total.notes]
    if not any(row[-1] for row in body):
        head, body = head[:-1], [row[:-1] for row in body]
    return "\n".join([*heading, *_aligned([head, *body], len(_named(answer))), *notes]) + "\n"


def comma_separated(answer: Answer) -> str:
    """One line for each figure; money in whole units of the currency named beside it, rates from 0 to 1."""
    text = io.StringIO()
    rows = [_facts(answer, line) for line in answer.lines]
    names = list(_facts(answer, Line(answer.whole, None, None, answer.total)))
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        notes = " ".join(row["notes"])
        writer.writerow({name: safe_cell(value) for name, value in (row | {"notes": notes}).items()})
    return text.getvalue()


def as_json(answer: Answer) -> str:
    measure = answer.measure
    about = {
        "measure": measure.key,
        "label": str(measure.label),
        "definition": str(measure.definition),
        "unit": measure.unit,
        "from": str(answer.whole.start),
        "to": str(answer.whole.last_day),
        "calendar": answer.whole.calendar,
        "as_of": answer.total.as_of.isoformat() if answer.total.as_of else None,
        "total": _facts(answer, Line(answer.whole, None, None, answer.total)),
        "figures": [_facts(answer, line) for line in answer.lines],
    }
    return json.dumps(about, ensure_ascii=False, indent=2) + "\n"


FORMS = {"table": table, "csv": comma_separated, "json": as_json}


def _facts(answer: Answer, line: Line) -> dict[str, Any]:
    figure, unit = line.figure, answer.measure.unit
    facts: dict[str, Any] = {"period": line.period.key, "from": str(line.period.start), "to": str(line.period.last_day)}
    if answer.dimension:
        facts |= {"key": line.key, answer.dimension: line.label}
    facts["value"] = _plain(figure.value, answer)
    if unit == "money":
        facts["currency"] = answer.currency
    facts["deals"] = figure.n
    if unit == "rate":
        facts |= {"low": _plain(figure.low, answer), "high": _plain(figure.high, answer)}
    return facts | {"status": figure.status, "notes": list(figure.notes)}


def _plain(value: Decimal | int | None, answer: Answer) -> int | float | None:
    if value is None:
        return None
    if answer.measure.unit == "money":
        value = Money(int(value), answer.currency).units
    return int(value) if value == int(value) else round(float(value), 6)


def _named(answer: Answer) -> list[str]:
    names = [str(DIMENSION_LABELS[answer.dimension])] if answer.dimension else []
    return [*names, "Period"] if answer.every or not names else names


def _names(answer: Answer, line: Line) -> list[str]:
    names = [line.label or ""] if answer.dimension else []
    return [*names, period_label(line.period)] if answer.every or not names else names


def _cells(answer: Answer, figure: Figure) -> list[str]:
    cells = [_written(answer, figure.value)]
    if answer.measure.unit != "count":
        cells.append(num(figure.n))
    if answer.measure.unit == "rate":
        cells.append("" if figure.low is None else f"{percent(figure.low, 1)} – {percent(figure.high, 1)}")
    return [*cells, _REMARKS.get(figure.status, "")]


def _written(answer: Answer, value: Decimal | int | None) -> str:
    if value is None:
        return "n/a"
    unit = answer.measure.unit
    if unit == "money":
        return money(Money(int(value), answer.currency))
    if unit == "rate":
        return percent(value, 2)
    return num(value, 1) if unit == "days" else num(value)


def _aligned(rows: list[list[str]], names: int) -> Iterable[str]:
    """Names at the start of their columns, numbers at the end of theirs."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.ljust(width) if column < names else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
