"""Files made for the reader to save, sent piece by piece."""

from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from flask import Response

_PIECE = 64 * 1024


def attached(name: str, file: IO[bytes], mimetype: str) -> Response:
    """The file from its beginning; closed once it is sent, or the reader has gone."""
    file.seek(0)
    response = Response(_pieces(file), content_type=mimetype)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
