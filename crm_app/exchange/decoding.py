"""A file's bytes into text: UTF-8, anything else refused with what to do about it, and with its row."""

from flask_babel import gettext as _

from crm_app.web.formats import num

LONGEST_LINE = 1_000_000
_NOT_TEXT = {
    b"PK\x03\x04": "spreadsheet",
    b"PK\x05\x06": "spreadsheet",
    b"\xd0\xcf\x11\xe0": "spreadsheet",
    b"%PDF": "other",
    b"\x1f\x8b": "other",
    b"\x89PNG": "other",
    b"\xff\xd8\xff": "other",
    b"SQLite format": "other",
}


class UnreadableError(Exception):
    """The whole file is refused; the message says why, in the reader's language, with the row where there is one."""


def decoded(content: bytes) -> str:
    """The text, its lines ended by a newline each. Raises UnreadableError."""
    _refuse_what_is_no_text(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise UnreadableError(
            _(
                "Row %(row)s: the file is not UTF-8. Save it again as “CSV UTF-8” and choose that file.",
                row=num(row),
            )
        ) from error
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableError(_("Row %(row)s: the file holds NUL characters, which no text has.", row=num(row)))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise UnreadableError(_("The file is empty."))
    _refuse_endless_lines(text)
    return text


def _refuse_what_is_no_text(content: bytes) -> None:
    for magic, kind in _NOT_TEXT.items():
        if content.startswith(magic):
            if kind == "spreadsheet":
                raise UnreadableError(
                    _(
                        "This is a spreadsheet or ZIP file, not CSV, whatever its name says. "
                        "Open it in the spreadsheet, save it as “CSV UTF-8” and choose that file."
                    )
                )
            raise UnreadableError(_("This is no CSV file. Export the rows as “CSV UTF-8” and choose that file."))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError(_("The file is UTF-16, not UTF-8. Save it again as “CSV UTF-8” and choose that file."))


def _refuse_endless_lines(text: str) -> None:
    start, row = 0, 1
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start > LONGEST_LINE:
            raise UnreadableError(
                _("Row %(row)s: the line is longer than %(most)s characters.", row=num(row), most=num(LONGEST_LINE))
            )
        start, row = end + 1, row + 1
