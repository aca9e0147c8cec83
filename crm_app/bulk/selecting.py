"""The records that are meant: picked one by one, or all that the list's address asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import request
from sqlalchemy import Select, String, insert, literal

from crm_app.bulk.models import WAITING, BulkChange, BulkRecord
from crm_app.extensions import db
from crm_app.lists.listables import Listable
from crm_app.lists.showing import rows_asked
from crm_app.web.addresses import whole_id
from crm_app.web.tables import count_up_to

# So many can be picked one by one.
MOST_PICKED = 5000
_AT_ONCE = 500


@dataclass(frozen=True)
class Selection:
    """`picks` holds the version that was seen of each record, or None, by its id. `rows` is what may be meant."""

    listable: Listable
    rows: Select[Any]
    is_all: bool
    picks: Mapping[int, int | None]

    @cached_property
    def found(self) -> list[int]:
        """Those picked that are to be found, by their ids."""
        ids, key = sorted(self.picks), self.listable.model.id
        parts = [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]
        return [one for part in parts for one in db.session.scalars(self._of(key).where(key.in_(part)))]

    @cached_property
    def number(self) -> int:
        return count_up_to(self.rows, None).number if self.is_all else len(self.found)

    @property
    def written(self) -> str:
        """The picks as one field of a form carries them."""
        return " ".join(f"{id_}.{seen}" if seen else str(id_) for id_, seen in self.picks.items())

    def keep(self, change: BulkChange) -> None:
        """Note the records of a change, to be done one batch after the other; those not to be found count at once."""
        if self.is_all:
            model = self.listable.model
            columns = (literal(change.id), model.id, model.version, literal(WAITING, String))
            rows = self._of(*columns)
            names = ["change_id", "record_id", "seen", "outcome"]
            noted = insert(BulkRecord).from_select(names, rows).execution_options(preserve_rowcount=True)
            change.count = db.session.execute(noted).rowcount
            return
        change.count, change.refused = len(self.picks), len(self.picks) - self.number
        rows = [{"change_id": change.id, "record_id": one, "seen": self.picks[one]} for one in self.found]
        if rows:
            db.session.execute(insert(BulkRecord), rows)

    def _of(self, *columns: Any) -> Select[Any]:
        return self.rows.with_only_columns(*columns, maintain_column_froms=True).order_by(None)


def of_request(listable: Listable) -> Selection:
    """What the form sends; the address says what the list was asked for."""
    if request.form.get("all") == "1":
        return Selection(listable, rows_asked(listable), True, {})
    return Selection(listable, listable.rows, False, _picks(request.form.getlist("pick")))


def _picks(texts: list[str]) -> dict[int, int | None]:
    """`7.3` is record 7 in its version 3. What cannot be read is nobody's."""
    picks: dict[int, int | None] = {}
    for text in " ".join(texts).split():
        match = re.fullmatch(r"(\d{1,10})(?:\.(\d{1,9}))?", text, re.ASCII)
        id_ = whole_id(match[1]) if match else None
        if match and id_ and len(picks) < MOST_PICKED:
            picks[id_] = int(match[2]) if match[2] else None
    return picks
