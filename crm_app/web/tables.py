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
from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select

from crm_app.extensions import UtcDateTime, db

PAGE_SIZE = 50
COUNTED_TO = 1000


class Count(NamedTuple):
    """`number` is exact unless `is_more`: then there are more than that."""

    number: int
    is_more: bool


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
    sorts: Mapping[str, ColumnElement],
    default: str,
    size: int = PAGE_SIZE,
) -> Listing:
    """Sort and page a select by the query string's `sort` and `after`.

    `key` is the unique column that breaks ties. A sort expression never yields NULL: coalesce it. An unknown
    `sort` or a broken `after` counts as not given. The select's rows are entities, or tuples led by one.
    """
    sort = request.args.get("sort", default)
    if sort.removeprefix("-") not in sorts:
        sort = default
    expression = sorts[sort.removeprefix("-")]
    descending = sort.startswith("-")
    ordered = rows.add_columns(expression.label("sort_value"), key.label("sort_id")).limit(size + 1)
    ordered = ordered.order_by(*([expression.desc(), key.desc()] if descending else [expression, key]))
    after = _decoded(request.args.get("after", ""), expression)
    if after is not None:
        ordered = ordered.where(_beyond(expression, key, after, descending))
    found = db.session.execute(ordered).all()
    page = found[:size]
    next_url = None
    if len(found) > size:
        next_url = same_url(sort=sort, after=_encoded(page[-1].sort_value, page[-1].sort_id))
    plain = [row[0] if len(row) == 3 else row for row in page]
    return Listing(plain, count_up_to(rows), sort, next_url, after is not None)


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


def _beyond(expression: ColumnElement, key: ColumnElement, after: tuple[Any, int], descending: bool):
    value, last = after
    if descending:
        return or_(expression < value, and_(expression == value, key < last))
    return or_(expression > value, and_(expression == value, key > last))


def _encoded(value: Any, last: int) -> str:
    if isinstance(value, date):
        value = value.isoformat()
    elif isinstance(value, Decimal):
        value = str(value)
    text = json.dumps([value, last], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decoded(text: str, expression: ColumnElement) -> tuple[Any, int] | None:
    if not text or len(text) > 2000:
        return None
    try:
        value, last = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        value = _as(datetime if isinstance(expression.type, UtcDateTime) else expression.type.python_type, value)
        return (value, last) if type(last) is int and abs(last) < 2**62 else None
    except (ValueError, TypeError, ArithmeticError, NotImplementedError, RecursionError, binascii.Error):
        return None


def _as(wanted: type, value: Any) -> Any:
    """A value of a page's key in the type of its column. Raises ValueError or TypeError for anything else."""
    if wanted is datetime:
        instant = datetime.fromisoformat(value)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    if wanted is date:
        return date.fromisoformat(value)
    if wanted is Decimal:
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, wanted if wanted is not float else (int, float)):
        raise TypeError(f"{value!r} is no {wanted.__name__}")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError("too large to be anyone's key")
    if isinstance(value, str) and any(c == "\0" or 0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise ValueError("no text that a database keeps")
    return value
