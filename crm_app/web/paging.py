"""How far a list has been read, as an address holds it: the values by which its last row is sorted."""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement

from crm_app.extensions import UtcDateTime


def encoded(values: Sequence[Any]) -> str:
    written = [
        value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        for value in values
    ]
    text = json.dumps(written, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decoded(text: str, values: Sequence[ColumnElement]) -> list[Any] | None:
    """What the last row of the page before had for these values; None where that cannot be told."""
    if not text or len(text) > 2000:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(found, list):
            return None
        return [_as(_kept_as(value), one) for value, one in zip(values, found, strict=True)]
    except (ValueError, TypeError, ArithmeticError, NotImplementedError, RecursionError, binascii.Error):
        return None


def _kept_as(value: ColumnElement) -> type:
    return datetime if isinstance(value.type, UtcDateTime) else value.type.python_type


def _as(wanted: type, value: Any) -> Any:
    """A value of a page's key in the type of its column. Raises ValueError or TypeError for anything else."""
    if wanted is datetime:
        instant = datetime.fromisoformat(value)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    if wanted is date:
        return date.fromisoformat(value)
    if wanted is Decimal:
        return Decimal(value)
    if wanted is bool and isinstance(value, bool):
        return value
    if isinstance(value, bool) or not isinstance(value, wanted if wanted is not float else (int, float)):
        raise TypeError(f"{value!r} is no {wanted.__name__}")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError("too large to be anyone's key")
    if isinstance(value, str) and any(c == "\0" or 0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise ValueError("no text that a database keeps")
    return value
