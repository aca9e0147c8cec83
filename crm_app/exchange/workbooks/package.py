"""The ZIP file that a workbook is: opened only if what it unpacks to is bearable, its XML read without any DTD."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.parsers import expat

from crm_app.exchange.decoding import UnreadableError
from crm_app.web import packages
from crm_app.web.formats import num
from crm_app.web.texts import gettext as _

_MOST_ENTRIES = 2_000
_MOST_UNPACKED = 3 << 30
# Sheets of a million equal rows shrink to a fiftieth; what shrinks to far less is made to do harm.
_MOST_TIMES = 200
_SMALL = 16 << 20
_MOST_OF_A_PART = 32 << 20
_PIECE = 1 << 16
_LONGEST_TAG = 4 << 20
_ENCRYPTED = 0x1
# Beside what reading a damaged package raises, what comes of cells that no spreadsheet writes.
_DAMAGED = (*packages.DAMAGED, LookupError, ValueError, OverflowError)


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Raises UnreadableError for what is no workbook, damaged, or would unpack to too much."""
    try:
        with zipfile.ZipFile(path) as package:
            _refuse_bombs(package, path.stat().st_size)
            if "xl/workbook.xml" not in package.namelist():
                raise UnreadableError(
                    _(
                        "This is a ZIP file, but not an XLSX spreadsheet. Open it in your spreadsheet program, "
                        "save it as XLSX or “CSV UTF-8” and choose that file."
                    )
                )
            yield package
    except _DAMAGED as error:
        raise damaged() from error


def damaged() -> UnreadableError:
    return UnreadableError(_("The spreadsheet is damaged or cut off. Save it again as XLSX and choose that file."))


def _refuse_bombs(package: zipfile.ZipFile, packed: int) -> None:
    entries = package.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    too_much = unpacked > _MOST_UNPACKED or (unpacked > _SMALL and unpacked > packed * _MOST_TIMES)
    if len(entries) > _MOST_ENTRIES or too_much:
        raise UnreadableError(
            _(
                "The file unpacks to %(size)s MB, far more than a spreadsheet of its size should. Copy the rows into a "
                "new spreadsheet and choose that file.",
                size=num(unpacked >> 20),
            )
        )
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise UnreadableError(
            _("The spreadsheet is password-protected. Save it without a password and choose that file.")
        )


def read_part(
    package: zipfile.ZipFile,
    name: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    *,
    is_small: bool = True,
) -> None:
    """Tell the elements of a part, by names without prefix, as they come. `is_small` for all but rows and texts."""
    if is_small and package.getinfo(name).file_size > _MOST_OF_A_PART:
        raise damaged()
    parser: Any = expat.ParserCreate()
    parser.buffer_text = True

    def begin(tag: str, attributes: dict[str, str]) -> None:
        # The first element tells whether names carry a prefix; taking it off each is slow where there is none.
        parser.StartElementHandler, parser.EndElementHandler = start, end
        if ":" in tag:
            parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
            parser.EndElementHandler = end and (lambda tag: end(tag.rpartition(":")[2]))
        parser.StartElementHandler(tag, attributes)

    parser.StartElementHandler = begin
    if text:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_dtd
    fed = 0
    try:
        with package.open(name) as part:
            while piece := part.read(_PIECE):
                parser.Parse(piece, False)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise damaged()
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise damaged() from error


def _refuse_dtd(*_declaration: Any) -> None:
    raise UnreadableError(_("The spreadsheet refers to external content, which is not allowed. Save it again as XLSX."))
