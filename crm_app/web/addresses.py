"""Numbers in addresses: only those that a record can have; any other address leads nowhere."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

# Where the integers of PostgreSQL end.
LARGEST_ID = 2**31 - 1


class RecordNumber(IntegerConverter):
    """`<int:…>`, so that a larger one is not found instead of failing."""

    def __init__(self, url_map: Map, *args, **kwargs):
        kwargs.setdefault("max", LARGEST_ID)
        super().__init__(url_map, *args, **kwargs)


def whole_id(value: Any) -> int | None:
    """An id as it stands in an address or a hidden field; None for anything else."""
    text = str(value or "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0
    return number if 0 < number <= LARGEST_ID else None


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RecordNumber
