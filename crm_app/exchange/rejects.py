"""The refused rows of an import as they stood in the file, with the reason in each."""

from collections.abc import Iterable, Iterator
from typing import Any

from crm_app.exchange import checked
from crm_app.exchange.models import Import
from crm_app.exchange.reading import Sheet
from crm_app.web.csv import safe_cell
from crm_app.web.texts import gettext as _

Reasons = Iterable[tuple[int, str]]


def of(import_: Import) -> Reasons:
    """Row number and reason, in the order of the file. Raises FileNotFoundError once they have gone."""
    name = import_.checked.get("name")
    return checked.reasons(name) if name else ((number, reason) for number, reason in import_.refusals)


def head(sheet: Sheet) -> list[str]:
    """The names of the last two are those of no field, as the file comes back once it is corrected."""
    return [*sheet.header, _("Row"), _("Rejection reason")]


def body(sheet: Sheet, reasons: Reasons) -> Iterator[list[Any]]:
    """The row's own cells first, so that the corrected file can be imported as it is."""
    width, waiting = len(sheet.header), iter(reasons)
    refused = next(waiting, None)
    for line in sheet.lines:
        if refused is not None and line.number == refused[0]:
            yield [*line.cells[:width], *[""] * (width - len(line.cells)), *refused]
            refused = next(waiting, None)


def rows(sheet: Sheet, reasons: Reasons) -> Iterator[list[Any]]:
    """Head and body with every cell made safe for spreadsheets."""
    yield [safe_cell(cell) for cell in head(sheet)]
    for row in body(sheet, reasons):
        yield [safe_cell(cell) for cell in row]
