"""A file's bytes into lines of text, one at a time; what is no text or has no end is refused, with its row."""

import codecs
import io
import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from crm_app.exchange.encodings import is_utf_16
from crm_app.web.formats import num
from crm_app.web.texts import gettext as _

LONGEST_LINE = 1_000_000
MOST_COLUMNS = 500
_LONGEST_ROW = 2 * LONGEST_LINE
# Whoever reads lines on and on lets no other thread have the interpreter, whatever its switch interval: a page that
# another thread renders waited more than a second for a file of a million rows.
_LINES_AT_A_TIME, _MOMENT = 1000, 0.00005
# What cannot be decoded stands as this: no text holds it.
DAMAGED = "\ufdd0"
_NOT_TEXT = {
    b"\xd0\xcf\x11\xe0": "old spreadsheet",
    b"PK\x05\x06": "other",
    b"%PDF": "other",
    b"\x1f\x8b": "other",
    b"\x89PNG": "other",
    b"\xff\xd8\xff": "other",
    b"SQLite format": "other",
}
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<[!?a-z]", re.IGNORECASE)
_CONTROLS = bytes(code for code in range(1, 0x20) if code not in (0x09, 0x0A, 0x0C, 0x0D, 0x1A))

codecs.register_error("mark damage", lambda error: (DAMAGED, error.end))  # type: ignore[attr-defined]


class UnreadableError(Exception):
    """The whole file is refused; the message says why, in the reader's language, with the row where there is one."""


def too_many_columns(row: int) -> UnreadableError:
    return UnreadableError(
        _(
            "Row %(row)s: more than %(most)s columns. Remove those you do not need and choose the file again.",
            row=num(row),
            most=num(MOST_COLUMNS),
        )
    )


class Text:
    """The lines of a file, each ended by a newline. `row` is set by whoever puts lines together into rows.

    After a row, `damage` says what is wrong with its letters: `nul`, `encoding` or nothing.
    """

    def __init__(self, path: Path, encoding: str):
        self._path, self._encoding = path, encoding
        self._length = 0
        self.row = 0
        self.damage = ""

    def begin_row(self) -> None:
        self.row += 1
        self._length = 0
        self.damage = ""

    def __iter__(self) -> Iterator[str]:
        with self._path.open("rb") as file:
            text = io.TextIOWrapper(file, self._encoding, errors="mark damage", newline=None)
            lines = iter(partial(text.readline, LONGEST_LINE + 2), "")
            for line in lines:
                yield self._checked(line.removeprefix("\ufeff"))
                break
            for number, line in enumerate(lines):
                if not number % _LINES_AT_A_TIME:
                    time.sleep(_MOMENT)
                yield self._checked(line)

    def _checked(self, line: str) -> str:
        self._length += len(line)
        if len(line) > LONGEST_LINE + 1 or self._length > _LONGEST_ROW:
            raise UnreadableError(
                _(
                    "Row %(row)s: the line is longer than %(most)s characters. This may not be a table, or its "
                    "line endings are missing. Export it again as “CSV UTF-8”.",
                    row=num(max(self.row, 1)),
                    most=num(LONGEST_LINE),
                )
            )
        if "\0" in line:
            self.damage = "nul"
            line = line.replace("\0", "␀")
        if DAMAGED in line:
            self.damage = self.damage or "encoding"
            line = line.replace(DAMAGED, "�")
        return line


def refuse_what_is_no_text(path: Path) -> None:
    """Raises UnreadableError for files that hold no text, whatever their name says."""
    with path.open("rb") as file:
        beginning = file.read(4096)
    kind = next((kind for magic, kind in _NOT_TEXT.items() if beginning.startswith(magic)), "")
    if kind == "old spreadsheet":
        raise UnreadableError(
            _(
                "This spreadsheet is in the old XLS format or password-protected. Open it in your spreadsheet "
                "program, save it as XLSX without a password and choose that file."
            )
        )
    if not beginning.strip(b"\0"):
        raise UnreadableError(_("The file is empty."))
    # The halves of letters in UTF-16 are bytes of any kind; elsewhere no text is full of control characters.
    controls = 0 if is_utf_16(beginning) else len(beginning) - len(beginning.translate(None, _CONTROLS))
    if kind or controls * 10 > len(beginning) or _MARKUP.match(beginning):
        raise UnreadableError(_("This is not a table. Export the rows as CSV or XLSX and choose that file."))
