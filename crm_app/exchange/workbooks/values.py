"""What a cell of a workbook holds, as text: numbers plain, days with the year first, texts as they are."""

import re
import zipfile
from array import array
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import IO

from crm_app.exchange.workbooks.package import damaged, read_part

LONGEST_CELL = 100_000
LONGEST_NUMBER = 100
_BUILT_IN_DAYS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.', re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
_COULD_BE_GROUPED = re.compile(r"-?\d{1,3}\.\d{3}", re.ASCII)
# No spreadsheet keeps a longer one, and brackets that are never closed take the square of it.
_LONGEST_FORMAT = 255
_LAST_SERIAL = 2_958_465
_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 256
_MOST_TEXTS = 1 << 24


class Texts:
    """The texts that cells share, kept in a file and asked for by their place."""

    def __init__(self, package: zipfile.ZipFile, file: IO[bytes]):
        self._file = file
        self._ends = array("Q", [0])
        self._parts: list[str] = []
        self._length = 0
        self._depth_of_reading = 0
        self._is_text = False
        if "xl/sharedStrings.xml" in package.namelist():
            read_part(package, "xl/sharedStrings.xml", self._start, self._end, self._text, is_small=False)
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._at)

    def at(self, place: int) -> str:
        if not 0 <= place < len(self._ends) - 1:
            return ""
        is_short = self._ends[place + 1] - self._ends[place] <= _LONGEST_REMEMBERED
        return self._remembered(place) if is_short else self._at(place)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "rPh":
            # How the text is pronounced, which is not part of it.
            self._depth_of_reading += 1
        self._is_text = name == "t" and not self._depth_of_reading

    def _end(self, name: str) -> None:
        if name == "rPh":
            self._depth_of_reading -= 1
        self._is_text = False
        if name == "si":
            if len(self._ends) > _MOST_TEXTS:
                raise damaged()
            self._file.write("".join(self._parts).encode("utf-8", "replace"))
            self._ends.append(self._file.tell())
            self._parts.clear()
            self._length = 0

    def _text(self, piece: str) -> None:
        if not self._is_text:
            return
        self._length += len(piece)
        if self._length > LONGEST_CELL:
            raise damaged()
        self._parts.append(piece)

    def _at(self, place: int) -> str:
        self._file.seek(self._ends[place])
        return unescaped(self._file.read(self._ends[place + 1] - self._ends[place]).decode())


class Styles:
    """Which styles of cells show their number as a day or a time."""

    def __init__(self, package: zipfile.ZipFile):
        self._formats: dict[str, bool] = {}
        self._count = 0
        self._days: set[str] = set()
        self._is_in_cells = False
        if "xl/styles.xml" in package.namelist():
            read_part(package, "xl/styles.xml", self._start, self._end)

    def is_day(self, style: str) -> bool:
        return style in self._days

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._formats[attributes.get("numFmtId", "")] = _shows_day(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            self._is_in_cells = True
        elif name == "xf" and self._is_in_cells:
            format_id = attributes.get("numFmtId", "")
            is_built_in = format_id.isdigit() and int(format_id) in _BUILT_IN_DAYS
            if self._formats.get(format_id, is_built_in):
                self._days.add(str(self._count))
            self._count += 1

    def _end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_in_cells = False


def _shows_day(code: str) -> bool:
    letters = _NOT_LETTERS.sub("", code[:_LONGEST_FORMAT]).split(";")[0]
    return bool(re.search(r"[ymdhs]", letters, re.IGNORECASE))


def unescaped(text: str) -> str:
    """Letters are escaped as UTF-16 has them, some in two halves."""
    if "_x" not in text:
        return text
    halves = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@lru_cache(maxsize=_REMEMBERED)
def number(text: str) -> str:
    """As a person would write it: no exponent, no `.0`, fifteen figures as the spreadsheet itself keeps."""
    if _WHOLE.fullmatch(text):
        return text
    try:
        plain = format(Decimal(format(float(text), ".15g")), "f")
    except (ValueError, ArithmeticError):
        return text
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    # A cell of the type number has no groups: one more digit says that this is the decimal point.
    return f"{plain}0" if _COULD_BE_GROUPED.fullmatch(plain) else plain


@lru_cache(maxsize=_REMEMBERED)
def day(text: str, *, from_1904: bool) -> str:
    """The day of a serial number, with the time where there is one; a time alone where there is no day."""
    try:
        serial = float(text)
    except ValueError:
        return text
    if not 0 <= serial <= _LAST_SERIAL:
        return number(text)
    moment = datetime(1899, 12, 30) + timedelta(seconds=round(serial * 86_400))
    if serial < 1:
        return f"{moment:%H:%M:%S}"
    if from_1904:
        moment += timedelta(days=1462)
    elif serial < 60:
        # Spreadsheets count a 29 February 1900 that never was.
        moment += timedelta(days=1)
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat(" ")
