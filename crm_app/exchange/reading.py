"""A file as a table: how it is laid out, found out once or chosen, and its rows, read anew each time they are asked."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from crm_app.exchange import header_rows
from crm_app.exchange.decoding import UnreadableError
from crm_app.exchange.encodings import ENCODINGS
from crm_app.exchange.header_rows import unguarded
from crm_app.exchange.records import SAMPLE, records, separator_of
from crm_app.exchange.tables import Table, form_of, table_of
from crm_app.web.formats import num
from crm_app.web.texts import gettext as _

_MOST_HEAD = 200
_LETTERS_OF_HEAD = 2_000_000
_FEW = 5_000


class Line(NamedTuple):
    """One row of the file under the number that a spreadsheet shows; `problem` where its cells do not fit."""

    number: int
    cells: list[str]
    problem: str = ""


class Lines:
    """The rows below the header, empty ones left out. Each iteration reads the file anew and holds one row."""

    def __init__(self, table: Table, layout: Mapping[str, Any], width: int):
        self.table, self._layout, self._width = table, layout, width
        # A workbook leaves out the empty cells at the end of a row.
        self._pads = layout["form"] == "xlsx"

    def __len__(self) -> int:
        return self._layout["rows"]

    def __iter__(self) -> Iterator[Line]:
        layout = self._layout
        for number, cells, damage in records(self.table):
            if number <= layout["above"] or number == layout["total_row"] or not _is_filled(cells):
                continue
            yield self._line(number, cells, damage)

    def told(self, alive: Callable[[], None]) -> Iterator[Line]:
        """The same, with a sign of life every few thousand rows."""
        for place, line in enumerate(self, 1):
            yield line
            if not place % _FEW:
                alive()

    def _line(self, number: int, cells: list[str], damage: str) -> Line:
        while len(cells) > self._width and not cells[-1].strip():
            cells.pop()
        if self._pads:
            cells.extend([""] * (self._width - len(cells)))
        cells = [unguarded(cell) if cell[:1] == "'" else cell for cell in cells]
        return Line(number, cells, self._problem(cells, damage) if damage or len(cells) != self._width else "")

    def _problem(self, cells: list[str], damage: str) -> str:
        if damage == "nul":
            return _("The row contains NUL characters, which are not valid text. Remove them.")
        if damage:
            return _(
                "Some characters in this row are not valid %(encoding)s. Choose another encoding, or correct the row.",
                encoding=ENCODINGS[self._layout["encoding"]],
            )
        wanted = num(self._width)
        return _("The row has %(found)s cells, the header %(wanted)s.", found=num(len(cells)), wanted=wanted)


@dataclass
class Sheet:
    """`header` holds a name for each column, all different; `layout` is what it takes to read the file again."""

    header: list[str]
    lines: Lines
    layout: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @cached_property
    def first_rows(self) -> list[tuple[int, list[str]]]:
        """The first rows that hold anything, with those above the header."""
        filled = (one for one in records(self.lines.table) if _is_filled(one[1]))
        return [(number, cells) for number, cells, _damage in islice(filled, SAMPLE)]

    @cached_property
    def head(self) -> list[Line]:
        """The first rows, to recognise the columns by."""
        found, letters = [], 0
        for line in islice(self.lines, _MOST_HEAD):
            found.append(line)
            letters += sum(map(len, line.cells))
            if letters > _LETTERS_OF_HEAD:
                break
        return found

    def first_values(self, column: int, most: int = 3) -> list[str]:
        """The first different values of a column."""
        found: dict[str, None] = {}
        for line in self.head:
            if column < len(line.cells) and line.cells[column].strip():
                found.setdefault(line.cells[column].strip()[:60])
            if len(found) == most:
                break
        return list(found)


def read(path: Path, known_names: frozenset[str] = frozenset(), chosen: Mapping[str, Any] | None = None) -> Sheet:
    """Look through the whole file once. Raises UnreadableError.

    `known_names` are headers (as match keys) by which the header row is recognised; `chosen` holds what a person
    decided about the layout, the rest is found out.
    """
    chosen = dict(chosen or {})
    layout, above = form_of(path, chosen), 0
    if layout["form"] == "csv":
        separator, is_named = separator_of(path, layout["encoding"])
        layout["separator"], above = chosen.get("separator") or separator, int(is_named)
    elif layout["form"] == "vcard":
        chosen["header_row"] = 1
    return reopened(path, layout | _measured(table_of(path, layout), known_names, chosen, above))


def _measured(table: Table, known_names: frozenset[str], chosen: Mapping[str, Any], above: int) -> dict[str, Any]:
    """Where the header stands, how many rows are below it, and whether the last one only adds them up."""
    head: list[tuple[int, list[str]]] = []
    filled = 0
    number, cells = 0, [""]
    for number_, cells_, _damage in records(table):
        if number_ > above and _is_filled(cells_):
            number, cells = number_, cells_
            filled += 1
            if len(head) < SAMPLE:
                head.append((number, cells))
    if not head:
        raise UnreadableError(_("The file is empty."))
    place = _header_place(head, known_names, chosen)
    rows = filled if place is None else filled - place - 1
    total_row = number if rows > 1 and header_rows.only_adds_up(cells) else None
    if not rows:
        raise UnreadableError(_("The file has a header but no rows."))
    return {
        "above": above if place is None else head[place][0],
        "header_row": None if place is None else head[place][0],
        "width": header_rows.usual_width([cells for _number, cells in head]),
        "rows": rows - (total_row is not None),
        "total_row": total_row,
    }


def _header_place(
    head: list[tuple[int, list[str]]], known_names: frozenset[str], chosen: Mapping[str, Any]
) -> int | None:
    if "header_row" in chosen:
        return next((place for place, (number, _cells) in enumerate(head) if number == chosen["header_row"]), None)
    return header_rows.header_row([cells for _number, cells in head], known_names)


def reopened(path: Path, layout: dict[str, Any]) -> Sheet:
    """The file with a layout that is known, without looking through it. Raises UnreadableError."""
    table = table_of(path, layout)
    header: list[str] = []
    if layout["header_row"] is not None:
        header = next(cells for number, cells, _damage in records(table) if number == layout["header_row"])
    if layout["header_row"] is None or layout["form"] == "xlsx":
        header += [""] * (layout["width"] - len(header))
    names, warnings = header_rows.distinct(header)
    if layout["total_row"] is not None:
        row = num(layout["total_row"])
        warnings.append(_("Row %(row)s is a total of the rows above it and is skipped.", row=row))
    return Sheet(names, Lines(table, layout, len(names)), layout, warnings)


def _is_filled(cells: list[str]) -> bool:
    return any(map(str.strip, cells))
