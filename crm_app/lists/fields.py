"""What a list knows of its records, field by field: how each is called, shown, sorted and asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select

from crm_app.accounts.models import User
from crm_app.web.ordering import Order

Pairs = Sequence[tuple[str, str]]
# What asks for a field in a way of its own, by the operator: from the values that were typed or chosen.
Asking = Callable[[Sequence[Any]], ColumnElement[bool]]


@dataclass(frozen=True)
class Badge:
    """A word in a box; `tone` and `icon` as the badge macro takes them."""

    text: str
    tone: str = ""
    icon: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Point:
    """A word beside a coloured point."""

    text: str
    hue: object

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Link:
    """The name of another record; `url` is empty where its page is not the reader's to open."""

    text: str
    url: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Field:
    """`value` takes what one row of the list holds and gives what its cell shows, None or an empty text for nothing.

    `kind` is a key of `kinds.KINDS`: it says how the field is asked for. `column` holds what is compared, `currency`
    the currency beside an amount. `options` are those to choose from, `records` those that may be named, found with
    `suggestions`. `link` is the pair of columns of a table that tags records. `asking` answers single operators
    differently from the kind. `cell` names the macro that writes a cell where the kind does not say it.
    `fact` is what of the record it is, where that has another name; `taken` gives what a file holds, where that is not
    what the cell shows, and of an instant the time beside the day if it `is_timed`. `width` is what a column takes, in
    rems; `place` is where a phone shows it: under, end or wide (nowhere).
    """

    key: str
    label: Any
    kind: str = "text"
    value: Callable[[Any], Any] | None = None
    column: Any = None
    currency: Any = None
    order: Order | None = None
    options: Callable[[], Pairs] | None = None
    records: Callable[[User], Select[Any]] | None = None
    suggestions: str = ""
    link: tuple[Any, Any] | None = None
    asking: Mapping[str, Asking] = field(default_factory=dict)
    coerce: Callable[[str], Any] = str
    cell: str = ""
    width: float = 9
    place: str = "wide"
    is_standard: bool = True
    taken: Callable[[Any], Any] | None = None
    is_timed: bool = False
    fact: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether it can be a column."""
        return self.value is not None

    @property
    def is_asked(self) -> bool:
        """Whether a filter can go by it."""
        return self.column is not None or bool(self.asking)

    @property
    def of_record(self) -> str:
        """The fact of the record that it shows."""
        return self.fact or self.key

    @property
    def written_as(self) -> str:
        return self.cell or self.kind
