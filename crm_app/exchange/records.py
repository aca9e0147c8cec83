"""Lines of text into rows of cells: the separator found out, a quotation mark out of place refused with its row."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from crm_app.exchange.decoding import MOST_COLUMNS, Text, UnreadableError, too_many_columns
from crm_app.exchange.tables import Table
from crm_app.web.formats import num
from crm_app.web.texts import gettext as _

SEPARATORS = (",", ";", "\t", "|")
SAMPLE = 20
_SAMPLED_LINES = 400
_SAMPLED_LETTERS = 200_000


def records(table: Table) -> Iterator[tuple[int, list[str], str]]:
    """Every row with its number and what damages its letters; strict, so that a wrong quotation mark is no guess."""
    text = Text(table.path, table.encoding)
    reader = csv.reader(text, delimiter=table.separator, strict=True)
    while True:
        text.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableError(_why_broken(str(error), text.row, table)) from error
        if len(cells) > MOST_COLUMNS:
            raise too_many_columns(text.row)
        yield text.row, cells, text.damage


def _why_broken(reason: str, row: int, table: Table) -> str:
    if "unexpected end of data" in reason:
        return _(
            "Row %(row)s, column %(column)s: a quotation mark is never closed. The file may be cut off; export "
            "it again.",
            row=num(row),
            column=_last_column(table),
        )
    if "field larger" in reason:
        return _("Row %(row)s: a cell is far too long. A quotation mark may be missing before it.", row=num(row))
    return _(
        "Row %(row)s: a quotation mark is in the wrong place. Double it, or put quotation marks around the whole cell.",
        row=num(row),
    )


def _last_column(table: Table) -> str:
    """What the first row calls the column in which the file ends, read forgivingly; else its number."""
    first: list[str] = []
    last: list[str] = []
    text = Text(table.path, table.encoding)
    for cells in csv.reader(text, delimiter=table.separator):
        text.begin_row()
        if any(cells):
            first, last = first or cells, cells
    return next((cell.strip() for cell in first[len(last) - 1 : len(last)]), "") or num(len(last))


def separator_of(path: Path, encoding: str) -> tuple[str, bool]:
    """The separator, and whether the first line does nothing but name it (a `sep=` line of Excel)."""
    lines, letters = [], 0
    text = Text(path, encoding)
    text.begin_row()
    for line in islice(text, _SAMPLED_LINES):
        lines.append(line)
        letters += len(line)
        if letters > _SAMPLED_LETTERS:
            break
        text.begin_row()
    said = re.fullmatch(r'"?sep=(.)"?', lines[0].strip(" \n")) if lines else None
    if said:
        return said[1], True
    return max(SEPARATORS, key=lambda separator: _fitness(lines, separator)), False


def _fitness(lines: Iterable[str], separator: str) -> tuple[float, int]:
    """How well a separator explains the first rows: the share of rows of the usual width, and that width."""
    widths: Counter[int] = Counter()
    try:
        for cells in csv.reader(lines, delimiter=separator):
            if any(cell.strip() for cell in cells):
                widths[len(cells)] += 1
            if widths.total() >= SAMPLE:
                break
    except csv.Error:
        pass
    if not widths:
        return 0.0, 0
    width, rows = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    return (rows / widths.total(), width) if width > 1 else (0.0, 0)
