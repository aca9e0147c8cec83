"""The columns of a list: those that the address names, else those that its reader chose, else the standard ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from flask import request
from sqlalchemy import bindparam, select

from crm_app.accounts.models import User
from crm_app.extensions import db
from crm_app.lists.fields import Field
from crm_app.lists.listables import Listable
from crm_app.lists.models import ListLayout
from crm_app.web.money import minor_digits
from crm_app.web.reader import current_reader

_CLASSES = {
    "number": "table__num",
    "money": "table__num",
    "instant": "table__day table__quiet",
    "day": "table__nowrap",
    "year": "table__nowrap",
    "phone": "table__nowrap",
}
_KEPT = select(ListLayout.columns).where(
    ListLayout.user_id == bindparam("user_id"), ListLayout.place == bindparam("place")
)
# Widths of the area of a list, in rems, from which on a column of the standard ones is shown.
_STEPS = (40, 44, 52, 60, 70, 84)
# What the boxes to select rows by take.
_BOXES = 2
# What an amount takes more where a currency has no cents, because its amounts have more digits: tomans, won, yen.
_LONG_AMOUNTS = 4


@dataclass(frozen=True)
class Columns:
    """`shown` in their order. Chosen ones are all shown and slide sideways; standard ones wait for room."""

    shown: list[Field]
    is_chosen: bool
    rooms: dict[str, int]

    @property
    def keys(self) -> str:
        return ",".join(field.key for field in self.shown)

    def head_cls(self, field: Field) -> str:
        """The classes of the name over a column."""
        return self.cls(field).replace(" table__quiet", "")

    def cls(self, field: Field) -> str:
        """The classes of a column's cells, by what they hold and from which width on they are shown."""
        room = self.rooms.get(field.key, 0)
        kind = _CLASSES.get(field.written_as, "")
        return f"{kind} table__from-{room}" if room else kind

    @cached_property
    def cells(self) -> list[tuple[Field, str, str]]:
        """Each column with its classes and where a phone shows it."""
        return [(field, self.cls(field), self.place(field)) for field in self.shown]

    def place(self, field: Field) -> str:
        """Where a phone shows it: chosen columns all stand under each other."""
        if self.is_chosen and field.place == "wide":
            return "under"
        return field.place


def of_request(listable: Listable, user: User, sort: str) -> Columns:
    chosen = named(listable, request.args.get("columns", "").split(",")) or _remembered(listable, user)
    if chosen:
        return Columns(chosen, True, {})
    shown = _standard(listable)
    return Columns(shown, False, _rooms(shown, sort.removeprefix("-")))


def of_reader(listable: Listable, user: User) -> list[Field]:
    """What the list shows where its address does not say it."""
    return _remembered(listable, user) or _standard(listable)


def named(listable: Listable, keys: Iterable[str]) -> list[Field]:
    """The columns of these keys in their order, led by the name; empty where none is known."""
    known = {field.key: field for field in listable.columns}
    found = [known[key] for key in dict.fromkeys(keys) if key in known]
    name = listable.columns[0]
    return [name, *(field for field in found if field is not name)] if found else []


def remember(listable: Listable, user: User, fields: Sequence[Field]) -> None:
    """Show these from now on; the standard ones again where there are none."""
    kept = db.session.get(ListLayout, (user.id, listable.place))
    keys = ",".join(field.key for field in fields)
    if kept is None and keys:
        db.session.add(ListLayout(user_id=user.id, place=listable.place, columns=keys))
    elif kept is not None and keys:
        kept.columns = keys
    elif kept is not None:
        db.session.delete(kept)


def _remembered(listable: Listable, user: User) -> list[Field]:
    kept = db.session.connection().scalar(_KEPT, {"user_id": user.id, "place": listable.place})
    return named(listable, kept.split(",")) if kept else []


def _standard(listable: Listable) -> list[Field]:
    return [field for field in listable.columns if field.is_standard]


def _rooms(shown: Sequence[Field], sorted_by: str) -> dict[str, int]:
    """From which width on each column is shown: what the list is sorted by takes the place of others."""
    first, *others = shown
    in_turn = [first, *sorted(others, key=lambda field: field.key != sorted_by)]
    has_long_amounts = not minor_digits(current_reader().currency)
    rooms, taken = {}, float(_BOXES)
    for field in in_turn:
        taken += field.width + (_LONG_AMOUNTS if has_long_amounts and field.written_as == "money" else 0)
        rooms[field.key] = next((step for step in _STEPS if taken <= step), _STEPS[-1])
    return {key: room for key, room in rooms.items() if room > _STEPS[0]}
