"""CSV that spreadsheets open rightly and safely: UTF-8 with its mark, no cell that could run as a formula."""

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence

from flask import Response

from crm_app.web.downloads import attached

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")


def download(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A CSV file to save. Text that begins like a formula gets an apostrophe; numbers stay numbers."""
    # The response reads it, and closes it when it is sent.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([safe_cell(cell) for cell in head])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    text.detach()
    return attached(name, file, "text/csv; charset=utf-8")


def safe_cell(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return "'" + cell
    return "" if cell is None else cell
