"""Lists: sorted by a click, paged by key so that page 1,000 costs what page 1 costs, counted up to a limit."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select

from crm_app.extensions import UtcDateTime, db

PAGE_SIZE = 50
COUNTED_TO = 1000


class Count(NamedTuple):
    """`number` is exact unless `is_more`: then there are more than that."""

    number: int
    is_more: bool


class Part(NamedTuple):
    """One of several values that an order goes by, with a direction of its own unless it turns with the list."""

    value: ColumnElement
    is_descending: bool | None = None


Order = ColumnElement | tuple[Part, ...]


@dataclass(frozen=True)
class Listing:
    """One page of rows and how to get to the others; `sort` is a key, with a minus in front when descending."""

    rows: Sequence[Any]
    count: Count
    sort: str
    next_url: str | None
    is_continued: bool

    def sort_url(self, key: str) -> str:
        """The same list from its beginning, sorted by `key`; the other way round if it is so sorted already."""
        chosen = f"-{key}" if self.sort == key else key
        return same_url(sort=chosen, after=None)

    def aria_sort(self, key: str) -> str | None:
        return {key: "ascending", f"-{key}": "descending"}.get(self.sort)


def listing(
    rows: Select,
    *,
    key: ColumnElement[int],
    sorts: Mapping[str, Order],
    default: str,
    size: int = PAGE_SIZE,
) -> Listing:
    """Sort and page a select by the query string's `sort` and `after`.

    `key` is the unique column that breaks ties. A sort's values are never NULL: coalesce them. An unknown
    `sort` or a broken `after` counts as not given. The select's rows are entities, or tuples led by one.
    """
    sort = request.args.get("sort", default)
    if sort.removeprefix("-") not in sorts:
        sort = default
    parts = _parts(sorts[sort.removeprefix("-")], key, descending=sort.startswith("-"))
    values = [part.value for part in parts]
    ordered = _in_order(rows, parts).limit(size + 1)
    ordered = ordered.add_columns(*(value.label(f"sort_{place}") for place, value in enumerate(values)))
    after = _decoded(request.args.get("after", ""), values)
    if after is not None:
        ordered = ordered.where(_beyond(parts, after))
    found = db.session.execute(ordered).all()
    page = found[:size]
    next_url = None
    if len(found) > size:
        next_url = same_url(sort=sort, after=_encoded(page[-1][-len(parts) :]))
    plain = [row[0] if len(row) == 1 + len(parts) else row for row in page]
    return Listing(plain, count_up_to(rows), sort, next_url, after is not None)


def in_order(rows: Select, sort: str, sorts: Mapping[str, Order], *, key: ColumnElement[int]) -> Select:
    """All rows, in the order in which a list sorted so would show them."""
    return _in_order(rows, _parts(sorts[sort.removeprefix("-")], key, descending=sort.startswith("-")))


def known_first(is_known: ColumnElement[bool], value: ColumnElement) -> tuple[Part, ...]:
    """By `value`, where it is known; the others stand last whichever way the list runs."""
    return Part(is_known, is_descending=True), Part(value)


def count_up_to(rows: Select, limit: int = COUNTED_TO) -> Count:
    """How many rows there are, without counting past `limit`."""
    counted = rows.with_only_columns(literal(1), maintain_column_froms=True).order_by(None).limit(limit + 1)
    number = db.session.scalar(select(func.count()).select_from(counted.subquery())) or 0
    return Count(min(number, limit), number > limit)


def same_url(**changes: object) -> str:
    """This page's address with some of its query changed; None takes a part out."""
    arguments: dict[str, Any] = request.args.to_dict(flat=False)
    arguments.update({name: value for name, value in changes.items() if value is not None})
    for name, value in changes.items():
        if value is None:
            arguments.pop(name, None)
    return with_query(url_for(request.endpoint or "", **(request.view_args or {})), arguments)


def with_query(path: str, arguments: Mapping[str, Any]) -> str:
    """An address with names that somebody else chose: given to `url_for`, some would take it to another site."""
    query = urlencode(arguments, doseq=True)
    return f"{path}?{query}" if query else path


def as_asked(path: str) -> str:
    """Another address with the query of this page."""
    return with_query(path, request.args.to_dict(flat=False))


def _parts(order: Order, key: ColumnElement[int], *, descending: bool) -> list[Part]:
    """All that decides about the order, down to the key that breaks ties, each part with its direction."""
    given = order if isinstance(order, tuple) else (Part(order),)
    turned = [descending if part.is_descending is None else part.is_descending for part in given]
    return [*(Part(part.value, turn) for part, turn in zip(given, turned, strict=True)), Part(key, descending)]


def _in_order(rows: Select, parts: Sequence[Part]) -> Select:
    return rows.order_by(*(part.value.desc() if part.is_descending else part.value for part in parts))


def _beyond(parts: Sequence[Part], after: Sequence[Any]) -> ColumnElement[bool]:
    beyond: ColumnElement[bool] = false()
    for (value, is_descending), last in zip(reversed(parts), reversed(after), strict=True):
        bound = literal(last, value.type)
        further = value < bound if is_descending else value > bound
        beyond = or_(further, and_(value == bound, beyond))
    return beyond


def _encoded(values: Sequence[Any]) -> str:
    written = [
        value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        for value in values
    ]
    text = json.dumps(written, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(text: str, values: Sequence[ColumnElement]) -> list[Any] | None:
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
