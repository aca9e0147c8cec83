"""Numbers in addresses: only those that a record can have; any other address leads nowhere."""

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


class RecordNumber(IntegerConverter):
    """`<int:…>`, ended where the databases' integers end, so that a larger one is not found instead of failing."""

    def __init__(self, url_map: Map, *args, **kwargs):
        kwargs.setdefault("max", LARGEST)
        super().__init__(url_map, *args, **kwargs)


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RecordNumber
