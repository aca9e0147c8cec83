"""What can be imported of a kind of record: each field's name, the headers it goes by, and how its cells are read."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crm_app.web.text import match_key

# What a column of money counts: units of the currency, or a multiple of them.
UNITS = (1, 1_000, 1_000_000)


@dataclass(frozen=True)
class Field:
    """`headers` are the names by which columns are recognised, the surest first, parted by commas.

    A field with `to` names a record or a word of a list: its cells are looked up there. Any other is read by `read`.
    To a field that `may_repeat` several columns may go, such as all phones of a person; one of them counts in each row.
    """

    key: str
    label: Any
    headers: str
    read: Callable[[str], Any] | None = None
    to: str = ""
    required: bool = False
    is_money: bool = False
    may_repeat: bool = False

    @cached_property
    def names(self) -> tuple[str, ...]:
        keys = map(match_key, (self.key, *self.headers.split(",")))
        return tuple(dict.fromkeys(key for key in keys if key))
