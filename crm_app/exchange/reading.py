"""A file into rows of cells: separator and header found out, anything damaged refused with its row."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask_babel import gettext as _

from crm_app.exchange.decoding import UnreadableError, decoded
from crm_app.web.formats import num
from crm_app.web.text import match_key

MOST_ROWS = 50_000
MOST_COLUMNS = 500
SEPARATORS = (",", ";", "\t", "|")
_SAMPLE = 20
_GUARDED = frozenset("=+-@")
_LOOKS_LIKE_DATA = re.compile(r"[\s\d.,:/+\-%$€£¥]+|[^@\s]+@[^@\s]+\.\w+")


@dataclass(frozen=True)
class Line:
    """One row of the file under the number that a spreadsheet shows; `problem` where its cells do not fit."""

    number: int
    cells: list[str]
    problem: str = ""


@dataclass
class Sheet:
    """`header` holds a name for each column, all different; `lines` the rows below it, empty ones left out."""

    header: list[str]
    lines: list[Line]
    layout: dict[str, object] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def first_values(self, column: int, most: int = 3) -> list[str]:
        """The first different values of a column, to recognise it by."""
        found: dict[str, None] = {}
        for line in self.lines[:200]:
            if column < len(line.cells) and line.cells[column].strip():
                found.setdefault(line.cells[column].strip()[:60])
            if len(found) == most:
                break
        return list(found)


def read(content: bytes, known_names: frozenset[str] = frozenset()) -> Sheet:
    """Raises UnreadableError. `known_names` are headers (as match keys) by which the header row is recognised."""
    text = decoded(content)
    separator, skipped = _separator(text)
    records = list(_records(text, separator))[skipped:]
    filled = [(number, cells) for number, cells in records if any(cell.strip() for cell in cells)]
    if not filled:
        raise UnreadableError(_("The file is empty."))
    start = _header_row([cells for _number, cells in filled[:_SAMPLE]], known_names)
    header, below = (_unnamed(filled), filled) if start is None else (filled[start][1], filled[start + 1 :])
    names, warnings = _distinct(header)
    if not below:
        raise UnreadableError(_("The file has a header and no rows."))
    lines = [_line(number, cells, len(names)) for number, cells in below]
    layout = {"separator": separator, "header_row": None if start is None else filled[start][0]}
    return Sheet(names, lines, layout, warnings)


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Every row with its number; strict, so that a quotation mark out of place is an error and not a guess."""
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableError(_why_broken(str(error), number, text, separator)) from error
        if number > MOST_ROWS + _SAMPLE:
            raise UnreadableError(
                _("The file has more than %(most)s rows. Split it and import the parts.", most=num(MOST_ROWS))
            )
        if len(cells) > MOST_COLUMNS:
            raise UnreadableError(
                _("Row %(row)s: more than %(most)s columns.", row=num(number), most=num(MOST_COLUMNS))
            )
        yield number, cells


def _last_column(text: str, separator: str) -> str:
    """What the first row calls the column in which the file ends, read forgivingly; else its number."""
    records = [cells for cells in csv.reader(io.StringIO(text, newline="\n"), delimiter=separator) if any(cells)]
    place = len(records[-1])
    return next((cell.strip() for cell in records[0][place - 1 : place]), "") or num(place)


def _why_broken(reason: str, row: int, text: str, separator: str) -> str:
    if "unexpected end of data" in reason:
        return _(
            "Row %(row)s, column %(column)s: a quotation mark is opened and never closed. The file seems to be cut off "
            "there; export it again.",
            row=num(row),
            column=_last_column(text, separator),
        )
    if "field larger" in reason:
        return _("Row %(row)s: a cell is far too long. Perhaps a quotation mark is missing before it.", row=num(row))
    return _("Row %(row)s: a quotation mark stands where it cannot be read.", row=num(row))


def _separator(text: str) -> tuple[str, int]:
    """The separator and how many records to leave out before looking for the header (a `sep=` line of Excel)."""
    first = text[: text.find("\n")] if "\n" in text else text
    said = re.fullmatch(r'"?sep=(.)"?', first.strip(" "))
    if said:
        return said[1], 1
    return max(SEPARATORS, key=lambda separator: _fitness(text, separator)), 0


def _fitness(text: str, separator: str) -> tuple[float, int]:
    """How well a separator explains the first rows: the share of rows of the usual width, and that width."""
    widths: Counter[int] = Counter()
    reader = csv.reader(io.StringIO(text[:200_000], newline="\n"), delimiter=separator)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                widths[len(cells)] += 1
            if widths.total() >= _SAMPLE:
                break
    except csv.Error:
        pass
    if not widths:
        return 0.0, 0
    width, rows = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    return (rows / widths.total(), width) if width > 1 else (0.0, 0)


def _header_row(rows: list[list[str]], known_names: frozenset[str]) -> int | None:
    """Which row names the columns: the one with most known names, else the first that looks like names; or none."""
    known: list[int] = [sum(match_key(cell) in known_names for cell in cells if cell.strip()) for cells in rows]
    best = known.index(max(known, default=0)) if rows else 0
    if known[best] > 1 or (known[best] and not _is_below_its_like(rows, best)):
        return best
    usual = Counter(map(len, rows)).most_common(1)[0][0]
    first = [cell.strip() for cell in rows[0] if cell.strip()]
    names_most = len(first) >= usual / 2
    return 0 if names_most and not any(_LOOKS_LIKE_DATA.fullmatch(cell) for cell in first) else None


def _is_below_its_like(rows: list[list[str]], place: int) -> bool:
    """Whether a row above is as wide: then one known word is more likely a cell of the data than a column's name."""
    filled = [sum(bool(cell.strip()) for cell in cells) for cells in rows]
    return filled[place] > 1 and max(filled[:place], default=0) >= filled[place]


def _unnamed(filled: list[tuple[int, list[str]]]) -> list[str]:
    width = Counter(len(cells) for _number, cells in filled).most_common(1)[0][0]
    return [""] * width


def _distinct(header: list[str]) -> tuple[list[str], list[str]]:
    """Names for all columns, each once: unnamed ones are numbered, repeated ones too, with a warning."""
    header = [re.sub(r"\s+", " ", _unguarded(name)).strip()[:120] for name in header]
    names: list[str] = []
    warnings: list[str] = []
    for position, name in enumerate(header, 1):
        wanted = name or _("Column %(number)s", number=position)
        if wanted in names:
            warnings.append(_("The column “%(name)s” stands there more than once.", name=wanted))
        number = 2
        while wanted in names:
            wanted, number = f"{name or position} ({number})", number + 1
        names.append(wanted)
    return names, warnings


def _line(number: int, cells: list[str], width: int) -> Line:
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    problem = ""
    if len(cells) != width:
        problem = _("The row has %(found)s cells, the header %(wanted)s.", found=num(len(cells)), wanted=num(width))
    return Line(number, [_unguarded(cell) for cell in cells], problem)


def _unguarded(cell: str) -> str:
    """Without the apostrophe that exports put before what a spreadsheet would compute; those of Peyvand do too."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _GUARDED else cell
