"""Taking a list along: what its columns show, row by row, as a file of CSV or XLSX."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from flask import Response
from sqlalchemy import Select

from crm_app.extensions import db
from crm_app.lists.fields import Field
from crm_app.lists.listables import Listable
from crm_app.web import csv, formats, xlsx
from crm_app.web.money import Money
from crm_app.web.ordering import in_order
from crm_app.web.periods import JALALI
from crm_app.web.reader import reader
from crm_app.web.tables import count_up_to
from crm_app.web.texts import gettext as _

_AT_ONCE = 1000
# As many records as an address can name.
MOST_IDS = 1000


class TooLongError(ValueError):
    """There are more rows than a sheet holds."""


WRITERS = {"csv": csv.download, "xlsx": xlsx.download}


def taken(listable: Listable, rows: Select[Any], fields: Sequence[Field], sort: str, form: str) -> Response:
    """All rows in the order of the list. Raises TooLongError."""
    if form == "xlsx" and count_up_to(rows, xlsx.MOST_ROWS).is_more:
        raise TooLongError
    sort = sort if sort.removeprefix("-") in listable.sorts else listable.default_sort
    ordered = in_order(rows, sort, listable.sorts, key=listable.model.id)
    found = db.session.execute(ordered.execution_options(yield_per=_AT_ONCE))
    plain = (row[0] if len(row) == 1 else row for row in found)
    return WRITERS[form](f"{listable.place}.{form}", _head(fields), _cells(plain, fields))


def _head(fields: Iterable[Field]) -> list[str]:
    heads: list[str] = []
    for field in fields:
        label, currency = str(field.label), _("Currency")
        heads.append(label)
        if field.kind == "money":
            heads.append(_("%(name)s: currency", name=label) if currency in heads else currency)
        elif _has_jalali(field):
            heads.append(_("%(name)s (Jalali)", name=label))
    return heads


def _cells(rows: Iterable[Any], fields: Sequence[Field]) -> Iterator[list[Any]]:
    for row in rows:
        yield [cell for field in fields for cell in _written(field, (field.taken or field.value)(row))]


def _written(field: Field, value: Any) -> list[Any]:
    """Numbers and days stay what they are; money is an amount beside its currency, tags are a row of words."""
    if field.kind == "money":
        return [value.units, value.currency] if isinstance(value, Money) else [None, None]
    if isinstance(value, datetime):
        # Sheets know no zones.
        local = reader.local(value).replace(microsecond=0, tzinfo=None)
        value = local if field.is_timed else local.date()
    if _has_jalali(field):
        return [value, formats.jalali_iso(value) if isinstance(value, date) else None]
    if field.kind == "tags":
        return [", ".join(tag.name for tag in value)]
    if field.cell == "owner":
        return [value.name if value else ""]
    return [value if isinstance(value, int | date) or value is None else str(value)]


def _has_jalali(field: Field) -> bool:
    """Whoever reads Jalali days finds them beside those that other programs read."""
    return field.kind in ("day", "instant") and reader.calendar == JALALI
