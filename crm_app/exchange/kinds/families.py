"""Which company belongs to which, in the database and in a file: no circles, and no parent that is refused itself."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from crm_app.contacts import rings
from crm_app.contacts.models import Company
from crm_app.exchange.kinds.kind import Row
from crm_app.extensions import db
from crm_app.web.texts import gettext as _


def parent_of(row: Row) -> Any:
    """The parent that the row gives its company, if it does; ("new", key) for one that the file makes."""
    return row.facts.get("parent_id") if row.known is None else row.changes.get("parent_id", (None, None))[1]


class Families:
    """A company is its id, or ("new", key) if the file makes it. Only rows with a parent are remembered."""

    def __init__(self) -> None:
        self._parents: dict[Any, Any] = {}
        self._children: list[tuple[int, Any, Any, str]] = []
        self._made: set[Any] = set()

    def load(self) -> None:
        """A circle may go through companies that whoever imports does not see, and through the bin."""
        ties = select(Company.id, Company.parent_id).where(Company.parent_id.is_not(None))
        self._parents = dict(db.session.execute(ties).all())

    def note(self, row: Row, node: Any) -> None:
        """Of a row that is fine as far as it goes."""
        if row.known is None:
            self._made.add(node)
        parent = parent_of(row)
        if parent is not None:
            self._children.append((row.number, node, parent, row.values["parent"].name))

    @property
    def has_new_parents(self) -> bool:
        return any(isinstance(parent, tuple) for _number, _node, parent, _name in self._children)

    def late_among(self, numbers: Iterable[int]) -> dict[str, int]:
        known = {number for number, node, _parent, _name in self._children if isinstance(node, int)}
        return Counter("update" if number in known else "create" for number in numbers)

    def refused(self) -> dict[int, str]:
        """Number and reason of the rows whose parent is refused, or would be part of its own child."""
        refused: dict[int, str] = {}
        before = -1
        # A company that is part of itself leaves its children without a parent.
        while before != len(refused):
            before = len(refused)
            self._refuse_orphans(refused)
            self._refuse_circles(refused)
        return refused

    def _refuse_orphans(self, refused: dict[int, str]) -> None:
        found = True
        while found:
            found = False
            for number, node, parent, name in self._children:
                if number not in refused and isinstance(parent, tuple) and parent not in self._made:
                    refused[number] = _("“%(text)s” is in a row of this file that is rejected.", text=name)
                    self._made.discard(node)
                    found = True

    def _refuse_circles(self, refused: dict[int, str]) -> None:
        parents = self._parents | {node: parent for number, node, parent, _n in self._children if number not in refused}
        for number, node, _parent, _name in self._children:
            if number not in refused and node in rings.line(parents.get(node), parents):
                refused[number] = _("A company cannot be part of itself.")
                self._made.discard(node)
