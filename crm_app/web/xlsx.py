"""Sheets of spreadsheet programs, written row by row; text stays text, also where it begins like a formula."""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from flask import Response

from crm_app.web.downloads import attached

# The last row of a sheet, less the one of the names.
MOST_ROWS = 1_048_575
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_CELL = 32_767


def download(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A workbook of one sheet to save; it holds MOST_ROWS rows at most."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)
    cells = [_text(sheet, text) for text in head]
    for cell in cells:
        cell.font = bold
    sheet.append(cells)
    for row in rows:
        sheet.append([_text(sheet, cell) if isinstance(cell, str) else _day(sheet, cell) for cell in row])
    # The response reads it, and closes it when it is sent.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    book.save(file)
    return attached(name, file, _TYPE)


def _text(sheet, text: str):
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = WriteOnlyCell(sheet, value="")
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:_LONGEST_CELL]
    cell.data_type = "s"
    return cell


def _day(sheet, value: object):
    if not isinstance(value, date):
        return value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = "yyyy-mm-dd hh:mm:ss" if isinstance(value, datetime) else "yyyy-mm-dd"
    return cell
