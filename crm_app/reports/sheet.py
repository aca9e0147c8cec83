"""An answered question: a sentence, a chart, and one table that the page and the CSV file share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from functools import cached_property
from typing import NamedTuple

from markupsafe import Markup, escape

from crm_app.web import formats
from crm_app.web.money import Money
from crm_app.web.periods import Period
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _

Number = Decimal | int | None
_HUNDREDTH = Decimal("0.01")


class Column(NamedTuple):
    """`unit` is that of a measure, `text`, `standing`, `attained` or `change`: a difference in the unit `of`.

    `places` are the decimals of a rate on the page; `is_sorted` where the lines are in its order, the greatest first.
    """

    label: str
    unit: str
    of: str = ""
    is_quiet: bool = False
    places: int = 1
    is_sorted: bool = False


class Cell(NamedTuple):
    """`url` opens the deals behind the number; `high` makes an interval of it; `status` stands behind a word."""

    value: Number | str = None
    url: str = ""
    high: Decimal | None = None
    tone: str = ""
    status: str = ""


@dataclass(frozen=True)
class Line:
    """A row; `is_dim` where its sample is too small to lean on, `hue` for the colour beside its name.

    `note` is what else there is to know of whatever the row is about.
    """

    label: str
    cells: Sequence[Cell]
    url: str = ""
    is_dim: bool = False
    hue: int | None = None
    note: str = ""

    @property
    def full_label(self) -> str:
        return f"{self.label} ({self.note})" if self.note else self.label


@dataclass(frozen=True)
class Report:
    """`drawn` says of the wide and of the narrow chart how many of the lines it shows, where it is not all.

    `table` makes the lines and the total, once somebody wants them: beside the other questions nobody does.
    """

    question: str
    title: str
    answer: Markup
    chart: Markup
    keys: Sequence[tuple[str, str]]
    chart_title: str
    heading: str
    columns: Sequence[Column]
    table: Callable[[], tuple[Sequence[Line], Line | None]]
    definitions: Sequence[tuple[str, str, str]]
    notes: Sequence[str] = field(default_factory=tuple)
    frame: str = ""
    is_empty: bool = False
    drawn: Sequence[str] = ()

    @cached_property
    def _made(self) -> tuple[Sequence[Line], Line | None]:
        return self.table()

    @property
    def lines(self) -> Sequence[Line]:
        return self._made[0]

    @property
    def total(self) -> Line | None:
        return self._made[1]

    def csv_head(self) -> list[str]:
        return [self.heading, *(name for column in self.columns for name in _csv_names(column))]

    def csv_rows(self) -> list[list[object]]:
        lines = [*self.lines, self.total] if self.total else self.lines
        return [[line.full_label, *self._csv_cells(line)] for line in lines]

    def _csv_cells(self, line: Line) -> list[object]:
        cells = zip(self.columns, line.cells, strict=True)
        return [value for column, cell in cells for value in _csv_values(column, cell)]


def nothing_before(period: Period) -> Markup:
    return escape(_("There is nothing in %(period)s to compare with.")) % {"period": formats.period_label(period)}


def plain(value: Number | str, unit: str) -> object:
    """A figure for a machine: units of money, per cent, days; never words."""
    if value is None or isinstance(value, str):
        return value
    if unit == "money":
        return _short(Money(int(formats.half_up(value, 0)), reader.currency).units)
    if unit == "attained":
        per_cent = Decimal(value) * 100
        return _short(per_cent.quantize(_HUNDREDTH, ROUND_DOWN) if value < 1 else formats.half_up(per_cent, 2))
    return _short(formats.half_up(Decimal(value) * 100 if unit == "rate" else value, 2))


def _short(number: Decimal) -> Decimal | int:
    return int(number) if number == number.to_integral_value() else number


def _csv_names(column: Column) -> list[str]:
    unit = column.of or column.unit
    if (column.unit, unit) == ("change", "rate"):
        return [_("%(name)s (points)", name=column.label)]
    label = f"{column.label} ({reader.currency})" if unit == "money" else column.label
    label = f"{column.label} (%)" if unit in ("rate", "attained", "interval") else label
    return [f"{label} ≥", f"{label} ≤"] if column.unit == "interval" else [label]


def _csv_values(column: Column, cell: Cell) -> list[object]:
    if column.unit == "interval":
        return [plain(cell.value, "rate"), plain(cell.high, "rate")]
    return [plain(cell.value, column.of or column.unit)]
