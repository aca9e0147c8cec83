"""What the cells of a row say of a deal: stage and outcome, days, value, and a title where the file has none."""

from typing import Any

from crm_app.exchange import cells, currencies
from crm_app.exchange.cells import CellError
from crm_app.exchange.kinds.kind import Known, Row
from crm_app.web import formats
from crm_app.web.texts import gettext as _

_PLAIN = ("title", "code", "source", "expected_close")
_LINKS = ("owner", "product", "company", "person", "pipeline")


class Facts:
    """Fills `row.facts` for one kind of deals, refusing what does not fit together."""

    def __init__(self, kind: Any):
        self._kind, self._today = kind, kind.setting.today
        self._separator = _(", ")

    def settle(self, row: Row) -> None:
        values, facts = row.values, row.facts
        for name in _PLAIN:
            if values.get(name):
                facts[name] = values[name]
        for name in _LINKS:
            if values.get(name):
                facts[f"{name}_id"] = values[name].id
        self._settle_stage(row)
        if not row.problems:
            self._settle_days(row)
            self._settle_value(row)
        self._settle_title(row)

    def _settle_stage(self, row: Row) -> None:
        stages, named = self._kind.stages_of(row), row.values.get("stage")
        if named:
            found = stages.meant(named)
            if found is None:
                self._kind.refuse(row, "stage", stages.say_unknown(named.name))
                return
            row.facts["stage_id"] = found
        # Where a file says apart from the stage that a deal is won or lost, the stage is where it stood before.
        said = row.values.get("outcome")
        row.values["closes"], row.values["opens"] = said in ("won", "lost"), said == "open"
        if row.values["closes"]:
            row.facts["stage_id"] = stages.of_kind(row.values["outcome"])
        if "stage" in self._kind.mapped and "stage_id" not in row.facts:
            self._kind.refuse(row, "stage", _("The cell is empty, but every deal needs a stage."))
            return
        row.facts.setdefault("stage_id", (stages.open_ids or [None])[0])
        row.values["outcome"] = stages.kinds[row.facts["stage_id"]]
        self._settle_reason(row)

    def stay(self, row: Row, known: Known) -> None:
        """A known deal whose row names no stage stays where it is; if it has ended, the row tells of its end."""
        values, facts = row.values, row.facts
        facts["stage_id"], values["outcome"] = known["stage_id"], known["status"]
        if known["status"] == "open" or values["opens"]:
            return
        if values.get("closed"):
            if not values.get("expected_close"):
                facts.pop("expected_close", None)
            self._settle_days(row)
        if _is_nothing(row):
            facts.pop("value_amount", None)
            facts.pop("currency", None)
        self._settle_reason(row)

    @staticmethod
    def _settle_reason(row: Row) -> None:
        if row.values["outcome"] == "lost" and row.values.get("lost_reason"):
            row.facts["lost_reason"] = row.values["lost_reason"]

    def _settle_days(self, row: Row) -> None:
        created, closed = row.values.get("created"), row.values.get("closed")
        is_open = row.values["outcome"] == "open"
        if created and created > self._today:
            self._kind.refuse(row, "created", _("%(day)s is in the future.", day=formats.day(created)))
        if is_open:
            # What other systems call the close date of an open deal is when they expect it.
            if closed:
                row.facts.setdefault("expected_close", closed)
        elif not closed:
            self._kind.refuse(row, "closed", _("A won or lost deal needs a closing date."))
        elif closed > self._today:
            self._kind.refuse(row, "closed", _("%(day)s is in the future.", day=formats.day(closed)))
        elif created and closed < created:
            days = {"closed": formats.day(closed), "created": formats.day(created)}
            said = _("%(closed)s is before %(created)s, when the deal was created.", **days)
            self._kind.refuse(row, "closed", said)
        else:
            row.facts["closed_day"] = closed
        if created:
            row.facts["created_day"] = created

    def _settle_value(self, row: Row) -> None:
        """A 0 beside a lost deal says what came of it, not what it was worth: it is no value.

        Kept as 0 it would pull every average down and make the win rate by value 100 per cent.
        """
        value, said = row.values.get("value"), row.values.get("currency") or ""
        if value is None or _is_nothing(row):
            return
        try:
            currency = cells.currency_of([value], said, self._kind.setting.unit)
            row.facts |= {"value_amount": cells.minor(value.units, currency), "currency": currencies.kept_in(currency)}
        except CellError as error:
            self._kind.refuse(row, "value", str(error))

    def _settle_title(self, row: Row) -> None:
        """A deal without a title is called by its product and company, or by its code."""
        names = [row.values[name].name for name in ("product", "company") if row.values.get(name)]
        row.values["default_title"] = (self._separator.join(names) or row.facts.get("code", ""))[:200]
        if not row.facts.get("title"):
            if not row.values["default_title"]:
                said = _("The row has no title, product, company or code.")
                self._kind.refuse(row, "title", said)
            elif not row.facts.get("code"):
                row.facts["title"] = row.values["default_title"]


def _is_nothing(row: Row) -> bool:
    value = row.values.get("value")
    return value is not None and value.units == 0 and row.values["outcome"] == "lost"
