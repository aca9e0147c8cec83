"""The columns of a file beside the fields to which they go, as the page shows them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from crm_app.exchange import cells, sources
from crm_app.exchange.fields import Field
from crm_app.exchange.reading import Sheet


class Column(NamedTuple):
    """A column of the file: its first values, the field it goes to, and what one of its units counts.

    `place` says as which it is looked at, from 1, of the `of_several` that go to its field; both 0 of an only one.
    """

    position: int
    name: str
    first: list[str]
    field: str
    unit: int
    may_count: bool
    place: int = 0
    of_several: int = 0


def of(sheet: Sheet, going: Mapping[str, str], units: Mapping[str, int], fields: Sequence[Field]) -> list[Column]:
    """All columns of the sheet. `going`: header -> field; `units`: header -> what one unit counts."""
    money = {field.key for field in fields if field.is_money}
    columns = [
        _column(sheet, position, name, going.get(name, ""), units.get(name, 1), money)
        for position, name in enumerate(sheet.header)
    ]
    repeated = {field.key: field for field in fields if field.may_repeat}
    imported = [sources.Column(one.position, one.name, repeated[one.field]) for one in columns if one.field in repeated]
    for source in sources.sources_of(imported, sheet.header):
        for place, one in enumerate(source.columns if source.has_several else (), 1):
            columns[one.position] = columns[one.position]._replace(place=place, of_several=len(source.columns))
    return columns


def _column(sheet: Sheet, position: int, name: str, field: str, unit: int, money: set[str]) -> Column:
    first = sheet.first_values(position)
    may_count = field in money or (not field and bool(money) and bool(first) and all(map(_is_number, first)))
    return Column(position, name, first, field, unit, may_count)


def _is_number(text: str) -> bool:
    try:
        cells.number(text)
    except cells.CellError:
        return False
    return True
