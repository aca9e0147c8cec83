"""Finding records by the names in a file, asked of the database batch by batch, so that any number may stand there."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, func, or_, select

from crm_app.exchange.matching import Entry, Lookup, Suggestion
from crm_app.extensions import db, reading
from crm_app.web.text import fold, match_key, name_key

_CHUNK = 500
# Comparing a text with every name there is costs; among more than these a likeness says little anyway.
_MOST_COMPARED = 20_000


class StoredLookup(Lookup):
    """`visible` selects id, name and other names; `keys` are the columns by which they are found."""

    def __init__(self, visible: Select[Any], keys: Sequence[Any]):
        super().__init__(())
        self._visible, self._keys = visible, keys
        self._added: list[Entry] = []
        self._alike: Lookup | None = None

    def add(self, entry: Entry) -> None:
        self._added.append(entry)
        super().add(entry)

    def prime(self, texts: Iterable[str]) -> None:
        """Know what these texts name; what was known of others is forgotten."""
        super().__init__(self._added)
        wanted = sorted({key for text in texts for key in (name_key(text), text.casefold()) if key})
        found: dict[Any, Entry] = {}
        for chunk in chunks(wanted):
            named = self._visible.where(or_(*(key.in_(chunk) for key in self._keys)))
            for id_, name, *others in db.session.execute(named):
                found[id_] = Entry(id_, name, tuple(others))
        for entry in found.values():
            super().add(entry)

    def suggest(self, text: str) -> Suggestion | None:
        loose = self._loose.get(match_key(text), [])
        if loose:
            return Suggestion(loose[0], True) if len({entry.id for entry in loose}) == 1 else None
        return self._all().suggest(text)

    def choices(self, most: int) -> list[str]:
        return self._all().choices(most)

    def knows(self, text: str) -> bool:
        """Whether a record goes by that name, spaces and case aside."""
        return bool(self._loose.get(match_key(text)) or self._exact.get(fold(text)))

    def _all(self) -> Lookup:
        """All names, for likenesses; none where there are too many."""
        if self._alike is None:
            with looking():
                count = db.session.scalar(select(func.count()).select_from(self._visible.subquery())) or 0
                rows = db.session.execute(self._visible).all() if count <= _MOST_COMPARED else []
            self._alike = Lookup([Entry(row[0], row[1], tuple(row[2:])) for row in rows])
            for entry in self._added:
                self._alike.add(entry)
        return self._alike


@contextmanager
def looking() -> Iterator[None]:
    """Read in a short transaction of its own, so that nothing holds a lock while rows are computed.

    Whoever has a transaction open already goes on in it.
    """
    if db.session().in_transaction():
        yield
        return
    with reading():
        yield
        db.session.rollback()


def chunks(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """As many at a time as a statement takes well."""
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]
