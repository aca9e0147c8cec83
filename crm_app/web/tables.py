"""Lists: sorted by a click, paged by key so that page 1,000 costs what page 1 costs, counted up to a limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy import ColumnElement, Select, func, literal, select

from crm_app.extensions import db
from crm_app.web import paging
from crm_app.web.among import among
from crm_app.web.ordering import Order, Part, beyond, parts_of, put_in_order, turned, written_out

PAGE_SIZE = 50
COUNTED_TO = 1000
# As many are sorted as they were found; of more, the first are found in their order.
_FEW = 2 * COUNTED_TO


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
    previous_url: str | None = None
    goes_back: bool = False

    @property
    def is_continued(self) -> bool:
        """Whether it begins elsewhere than at the top, or stands before what was seen already."""
        return self.previous_url is not None or self.goes_back

    def sort_url(self, key: str) -> str:
        """The same list from its beginning, sorted by `key`; the other way round if it is so sorted already."""
        chosen = f"-{key}" if self.sort == key else key
        return same_url(sort=chosen, after=None, before=None)

    def aria_sort(self, key: str) -> str | None:
        return {key: "ascending", f"-{key}": "descending"}.get(self.sort)


def listing(
    rows: Select,
    *,
    key: ColumnElement[int],
    sorts: Mapping[str, Order],
    default: str,
    size: int = PAGE_SIZE,
    drawn: Select | None = None,
    is_sought: bool = False,
) -> Listing:
    """Sort and page a select by the query string's `sort`, `after` and `before`; `count=exact` counts all of it.

    `key` is the unique column that breaks ties. A sort's values are never NULL: coalesce them. An unknown
    `sort` or a broken `after` counts as not given. The select's rows are entities, or tuples led by one; with `drawn`,
    which selects columns of the same rows and perhaps of more, values of those columns and those they are sorted by. If
    all are asked for, the select is `drawn` itself. Of those with `drawn`, what is sought by words is sought once if it
    is few: to find it costs more than to sort it.
    """
    sort = request.args.get("sort", default)
    if sort.removeprefix("-") not in sorts:
        sort = default
    parts = parts_of(sorts[sort.removeprefix("-")], key, descending=sort.startswith("-"))
    if is_sought and drawn is not None and not {"after", "before", "count"} & request.args.keys():
        count, few = _few(rows, tuple(parts), size, drawn)
        if few is not None:
            links = _links(few.found, sort, len(parts), follows=few.has_more, precedes=False)
            return Listing(few.plain, count, sort, *links)
    else:
        count = count_up_to(rows, None if request.args.get("count") == "exact" else COUNTED_TO)
    values = [part.value for part in parts]
    before = paging.decoded(request.args.get("before", ""), values)
    if before is not None and (page := _page(rows, turned(parts), before, size, drawn)).found:
        links = _links(page.found[::-1], sort, len(parts), follows=True, precedes=page.has_more)
        return Listing(page.plain[::-1], count, sort, *links, goes_back=True)
    after = paging.decoded(request.args.get("after", ""), values)
    page = _page(rows, parts, after, size, drawn)
    links = _links(page.found, sort, len(parts), follows=page.has_more, precedes=after is not None)
    return Listing(page.plain, count, sort, *links)


class _Page(NamedTuple):
    """`found` carry the values they are sorted by behind what was asked for, `plain` do not."""

    found: Sequence[Any]
    plain: Sequence[Any]
    has_more: bool


def _page(rows: Select, parts: Sequence[Part], after: Sequence[Any] | None, size: int, drawn: Select | None) -> _Page:
    is_at_hand = rows is drawn and _are_in_order(tuple(parts))
    if after is not None:
        rows = rows.where(beyond(parts, after))
    if drawn is None:
        found = db.session.execute(_first_in_order(rows, tuple(parts), size + 1)).all()
    else:
        order = tuple(parts), size + 1
        first = _first_in_order(rows, *order) if is_at_hand else _first_drawn(rows, drawn, *order)
        # Plain values have no use for the session, which would take its time over every one of them.
        found = db.session.connection().execute(first).all()
    return _page_of(found, len(parts), size)


def _page_of(found: Sequence[Any], parts: int, size: int) -> _Page:
    page = found[:size]
    plain = [row[0] if len(row) == 1 + parts else row for row in page]
    return _Page(page, plain, len(found) > size)


def _few(rows: Select, parts: tuple[Part, ...], size: int, drawn: Select) -> tuple[Count, _Page | None]:
    """How many there are, and the first page if they are few."""
    connection = db.session.connection()
    found = connection.execute(_first_of_few(rows, parts, size + 1)).all()
    number = found[0].number if found else 0
    count = Count(min(number, COUNTED_TO), number > COUNTED_TO)
    if number > _FEW:
        return count, None
    keys = {"keys": [row[0] for row in found]}
    read = connection.execute(_first_among(drawn, parts, size + 1), keys).all() if found else []
    return count, _page_of(read, len(parts), size)


@lru_cache(maxsize=64)
def _first_of_few(rows: Select, parts: tuple[Part, ...], most: int) -> Select:
    """Their keys, each beside the number of all."""
    named = (part.value.label(f"sort_{place}") for place, part in enumerate(parts))
    few = rows.with_only_columns(*named).order_by(None).limit(written_out(_FEW + 1)).cte("few")
    # Said to be, or they would be looked for by each who asks.
    few = few.prefix_with("MATERIALIZED")
    order = [Part(few.c[f"sort_{place}"], part.is_descending) for place, part in enumerate(parts)]
    keys = select(order[-1].value, select(func.count()).select_from(few).scalar_subquery().label("number"))
    return put_in_order(keys, order).limit(written_out(most))


@lru_cache(maxsize=64)
def _first_among(drawn: Select, parts: tuple[Part, ...], most: int) -> Select:
    return _first_in_order(drawn.where(among(parts[-1].value, "keys")), parts, most)


@lru_cache(maxsize=64)
def _first_in_order(rows: Select, parts: tuple[Part, ...], most: int) -> Select:
    """Each with the values that it is sorted by."""
    ordered = put_in_order(rows, parts).limit(written_out(most))
    return ordered.add_columns(*(part.value.label(f"sort_{place}") for place, part in enumerate(parts)))


@lru_cache(maxsize=64)
def _are_in_order(parts: tuple[Part, ...]) -> bool:
    """Whether an index has all rows in that order, so that the first of them are found without a look at the others."""
    model = getattr(parts[-1].value, "parent", None)
    if model is None or len({part.is_descending for part in parts}) > 1:
        return False
    names = [part.value.key for part in parts if getattr(part.value, "parent", None) is model]
    indexes = ([column.name for column in index.columns] for index in model.local_table.indexes)
    return len(names) == len(parts) and any(index[: len(names)] == names for index in indexes)


@lru_cache(maxsize=64)
def _first_drawn(rows: Select, drawn: Select, parts: tuple[Part, ...], most: int) -> Select:
    """Which rows they are is settled first: of all others, only what they are sorted by is looked up."""
    key = parts[-1].value
    first = put_in_order(rows.with_only_columns(key), parts).limit(written_out(most)).subquery()
    return _first_in_order(drawn.where(key.in_(select(first.c[0]))), parts, most)


def _links(
    rows: Sequence[Any], sort: str, width: int, *, follows: bool, precedes: bool
) -> tuple[str | None, str | None]:
    """The addresses of what follows these rows and of what stands before them."""
    following = same_url(sort=sort, before=None, after=paging.encoded(rows[-1][-width:])) if rows and follows else None
    earlier = same_url(sort=sort, after=None, before=paging.encoded(rows[0][-width:])) if rows and precedes else None
    return following, earlier


def count_up_to(rows: Select, limit: int | None = COUNTED_TO) -> Count:
    """How many rows there are, without counting past `limit`; None counts them all."""
    number = db.session.connection().scalar(_counting(rows, limit)) or 0
    return Count(number, False) if limit is None else Count(min(number, limit), number > limit)


@lru_cache(maxsize=64)
def _counting(rows: Select, limit: int | None) -> Select:
    counted = rows.with_only_columns(literal(1), maintain_column_froms=True).order_by(None)
    counted = counted if limit is None else counted.limit(written_out(limit + 1))
    return select(func.count()).select_from(counted.subquery())


def same_url(**changes: object) -> str:
    """This page's address with some of its query changed; None takes a part out."""
    arguments: dict[str, Any] = request.args.to_dict(flat=False)
    arguments.update({name: value for name, value in changes.items() if value is not None})
    for name, value in changes.items():
        if value is None:
            arguments.pop(name, None)
    return with_query(url_for(request.endpoint or "", **(request.view_args or {})), arguments)


def number_asked(name: str) -> int | None:
    """A number of the query string, of a size that a database can hold."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def with_query(path: str, arguments: Mapping[str, Any]) -> str:
    """An address with names that somebody else chose: given to `url_for`, some would take it to another site."""
    query = urlencode(arguments, doseq=True)
    return f"{path}?{query}" if query else path


def as_asked(path: str) -> str:
    """Another address with the query of this page."""
    return with_query(path, request.args.to_dict(flat=False))
