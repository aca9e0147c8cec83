"""The refused rows of an import as they stood in the file, with the reason in each."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from crm_app.exchange.planning import Plan
from crm_app.exchange.preparing import refusals
from crm_app.exchange.reading import Sheet
from crm_app.web.csv import safe_cell


def reasons(plan: Plan) -> dict[int, str]:
    return dict(refusals(plan))


def head(sheet: Sheet) -> list[str]:
    """The names of the last two are those of no field, as the file comes back once it is corrected."""
    return [*sheet.header, _("Row"), _("Reason of the refusal")]


def body(sheet: Sheet, reasons: Mapping[int, str]) -> Iterator[list[Any]]:
    """The row's own cells first, so that the corrected file can be imported as it is."""
    width = len(sheet.header)
    for line in sheet.lines:
        if line.number in reasons:
            cells = [*line.cells[:width], *[""] * (width - len(line.cells))]
            yield [*cells, line.number, reasons[line.number]]


def rows(sheet: Sheet, reasons: Mapping[int, str]) -> Iterator[list[Any]]:
    """Head and body with every cell made safe for spreadsheets."""
    for row in (head(sheet), *body(sheet, reasons)):
        yield [safe_cell(cell) for cell in row]
