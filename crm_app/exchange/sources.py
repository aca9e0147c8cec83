"""Where the values of a field come from: one column of a file, or several of which the first filled one counts."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from crm_app.exchange.fields import Field
from crm_app.exchange.origins import preferred
from crm_app.web.text import clean


class Column(NamedTuple):
    """A column of the file that is imported."""

    position: int
    header: str
    field: Field

    def is_filled(self, cells: Sequence[str]) -> bool:
        """Rows that do not fit may end before the column."""
        return self.position < len(cells) and bool(cells[self.position]) and bool(clean(cells[self.position]))


class Source:
    """The columns that go to one field, in the order in which they count."""

    def __init__(self, columns: Sequence[Column]):
        self.columns = tuple(columns)
        self.field = self.columns[0].field

    @cached_property
    def headers(self) -> list[str]:
        return [column.header for column in self.columns]

    @property
    def has_several(self) -> bool:
        return len(self.columns) > 1

    def column_in(self, cells: Sequence[str]) -> Column:
        """The one that counts in a row: the first that is filled. Of a row without any, the first of all."""
        first = self.columns[0]
        return (
            next((column for column in self.columns if column.is_filled(cells)), first) if self.has_several else first
        )

    def passed_over(self, cells: Sequence[str]) -> list[str]:
        """The headers of those that are filled in a row as well, and do not count."""
        return [column.header for column in self.columns if column.is_filled(cells)][1:] if self.has_several else []


def sources_of(columns: Sequence[Column], header: Sequence[str]) -> list[Source]:
    """One for each field. Columns count in the order of the file, unless its origin is known to have a better one."""
    places = preferred(header)
    of_field: dict[str, list[Column]] = {}
    for column in columns:
        of_field.setdefault(column.field.key, []).append(column)
    return [Source(sorted(several, key=lambda one: places[one.header])) for several in of_field.values()]
