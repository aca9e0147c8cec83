"""The sheets of a workbook: their names, and each written out as a text file with a line for every row."""

import csv
import posixpath
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

from crm_app.exchange.decoding import MOST_COLUMNS, UnreadableError, too_many_columns
from crm_app.exchange.workbooks import values
from crm_app.exchange.workbooks.package import damaged, opened, read_part
from crm_app.web.formats import num
from crm_app.web.texts import gettext as _

_MOST_ROWS = 1_048_576
# As many as a spreadsheet has columns; most of them empty, where somebody coloured whole rows.
_MOST_CELLS = 16_384
_MOST_SHEETS = 200
_TEXTS_IN_MEMORY = 16 << 20
_LETTERS = re.compile("[A-Z]{1,3}")


class _Listed(NamedTuple):
    name: str
    part: str
    is_hidden: bool


class _Book:
    """What `workbook.xml` and its relations say."""

    def __init__(self, package: zipfile.ZipFile):
        self.from_1904 = False
        self._found: list[dict[str, str]] = []
        self._targets: dict[str, str] = {}
        read_part(package, "xl/workbook.xml", self._element)
        if "xl/_rels/workbook.xml.rels" in package.namelist():
            read_part(package, "xl/_rels/workbook.xml.rels", self._relation)
        present = set(package.namelist())
        self.sheets = [one for one in map(self._listed, self._found[:_MOST_SHEETS]) if one.part in present]
        self.sheets.sort(key=lambda one: one.is_hidden)
        if not self.sheets:
            raise UnreadableError(_("The spreadsheet has no sheet with rows."))

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self._found.append({key.rpartition(":")[2]: value for key, value in attributes.items()})
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "") in ("1", "true")

    def _relation(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            target = attributes.get("Target", "")
            self._targets[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")

    def _listed(self, found: dict[str, str]) -> _Listed:
        is_hidden = found.get("state", "visible") != "visible"
        return _Listed(found.get("name", "")[:120], self._targets.get(found.get("id", ""), ""), is_hidden)


def sheet_names(path: Path) -> list[str]:
    """Those that one sees first. Raises UnreadableError."""
    with opened(path) as package:
        return [listed.name for listed in _Book(package).sheets]


def write_out(path: Path, place: int, out: Path) -> int:
    """Write the sheet at a place of `sheet_names` as CSV, row by row; how many rows hold anything."""
    with opened(path) as package:
        book = _Book(package)
        if not 0 <= place < len(book.sheets):
            raise UnreadableError(_("The spreadsheet does not have this sheet."))
        with (
            tempfile.SpooledTemporaryFile(max_size=_TEXTS_IN_MEMORY) as shared,
            out.open("w", encoding="utf-8", newline="") as file,
        ):
            texts, styles = values.Texts(package, shared), values.Styles(package)
            sheet = _Sheet(texts, styles, book.from_1904, csv.writer(file))
            read_part(package, book.sheets[place].part, sheet.start, sheet.end, sheet.text, is_small=False)
        return sheet.filled


class _Sheet:
    """Takes the elements of a sheet as they come and writes each row when it ends."""

    def __init__(self, texts: values.Texts, styles: values.Styles, from_1904: bool, writer: Any):
        self._texts, self._styles, self._from_1904, self._writer = texts, styles, from_1904, writer
        self._columns: dict[str, int] = {}
        self._cells: list[str] = []
        self._parts: list[str] = []
        self._length = 0
        self._row = self._cells_of_row = 0
        self._place = 0
        self._type = self._style = ""
        self._takes_text = False
        self.filled = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name in ("v", "t"):
            self._takes_text = True
        elif name == "row":
            self._begin_row(attributes.get("r", ""))

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name in ("v", "t"):
            self._takes_text = False
        elif name == "row":
            self._end_row()

    def text(self, piece: str) -> None:
        if not self._takes_text:
            return
        self._length += len(piece)
        if self._length > values.LONGEST_CELL:
            raise UnreadableError(_("Row %(row)s: a cell is far too long.", row=num(self._row)))
        self._parts.append(piece)

    def _begin_row(self, said: str) -> None:
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 8 else self._row + 1
        number = max(number, self._row + 1)
        if number > _MOST_ROWS:
            raise damaged()
        for _missing in range(self._row + 1, number):
            self._writer.writerow([])
        self._row, self._place, self._cells_of_row = number, 0, 0
        self._cells.clear()

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._cells_of_row += 1
        if self._cells_of_row > _MOST_CELLS:
            raise too_many_columns(self._row)
        letters = attributes.get("r", "").rstrip("0123456789")
        if letters not in self._columns and _LETTERS.fullmatch(letters):
            self._columns[letters] = _column(letters)
        self._place = self._columns.get(letters, self._place)
        self._type, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._parts = []
        self._length = 0

    def _end_cell(self) -> None:
        text = self._value("".join(self._parts)) if self._parts else ""
        if text:
            if self._place >= MOST_COLUMNS:
                raise too_many_columns(self._row)
            missing = self._place - len(self._cells)
            if missing < 0:
                self._cells[self._place] = text
            else:
                self._cells += [*[""] * missing, text] if missing else (text,)
        self._place += 1

    def _end_row(self) -> None:
        self._writer.writerow(self._cells)
        self.filled += any(cell.strip() for cell in self._cells)

    def _value(self, text: str) -> str:
        if self._type == "s":
            return self._texts.at(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else ""
        if self._type == "n" and len(text) <= values.LONGEST_NUMBER:
            if self._styles.is_day(self._style):
                return values.day(text, from_1904=self._from_1904)
            return values.number(text)
        if self._type == "b":
            return "TRUE" if text == "1" else "FALSE"
        if self._type == "d":
            return text.removesuffix("T00:00:00")
        return values.unescaped(text)


def _column(letters: str) -> int:
    """Counted from nothing."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1
