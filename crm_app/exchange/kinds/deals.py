"""Importing deals with their history: told apart by code, else by title and company."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from crm_app.accounts.models import User
from crm_app.accounts.queries import sees_everything
from crm_app.catalog.models import Product
from crm_app.catalog.queries import visible_to as products_visible_to
from crm_app.contacts.models import Company, Person
from crm_app.contacts.queries import companies_visible_to, people_visible_to
from crm_app.exchange import cells
from crm_app.exchange.cells import CellError
from crm_app.exchange.fields import Field
from crm_app.exchange.headers import DEALS
from crm_app.exchange.kinds import deal_writing, owners
from crm_app.exchange.kinds.kind import Kind, Problem, Row, name_key
from crm_app.exchange.kinds.stages import Stages, outcome
from crm_app.exchange.kinds.stored import StoredLookup
from crm_app.exchange.matching import Entry, Lookup
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.pipeline.queries import visible_to
from crm_app.web import formats

_COLUMNS = (
    "id", "version", "title", "code", "value_amount", "currency", "pipeline_id", "stage_id", "status", "owner_id",
    "company_id", "person_id", "product_id", "source", "expected_close", "created_at", "created_is_known", "closed_at",
    "lost_reason",
)  # fmt: skip
_LINKS = ("owner", "product", "company", "person", "stage")


class Deals(Kind):
    key = "deals"
    model = Deal
    # Ranks, stages and history of all rows hang together.
    is_whole = True
    identities = ("code", "title_and_company")
    money = (("value_amount",), "currency")
    fields = (
        Field("title", _l("Title"), DEALS["title"], cells.text(200)),
        Field("code", _l("Code"), DEALS["code"], cells.text(60)),
        Field("owner", _l("Owner"), DEALS["owner"], to="owners"),
        Field("product", _l("Product"), DEALS["product"], to="products"),
        Field("company", _l("Company"), DEALS["company"], to="companies"),
        Field("person", _l("Person"), DEALS["person"], to="people"),
        Field("stage", _l("Stage"), DEALS["stage"], to="stages"),
        Field("outcome", _l("Outcome"), DEALS["outcome"], outcome),
        Field("created", _l("Begun on"), DEALS["created"], cells.day),
        Field("closed", _l("Closed on"), DEALS["closed"], cells.day),
        Field("value", _l("Value"), DEALS["value"], cells.amount, is_money=True),
        Field("currency", _l("Currency"), DEALS["currency"], cells.currency),
        Field("source", _l("Source"), DEALS["source"], cells.text(100)),
        Field("lost_reason", _l("Reason of the loss"), DEALS["lost_reason"], cells.text(500)),
        Field("expected_close", _l("Expected close"), DEALS["expected_close"], cells.day),
    )  # fmt: skip

    def load(self) -> None:
        user = self.setting.user
        self.stages = Stages(self.setting.pipeline_id, self.setting.new_pipeline)
        columns = [getattr(Deal, name) for name in _COLUMNS]
        self.remember(map(self._known, db.session.execute(visible_to(user).with_only_columns(*columns))))
        self._taken = _codes_out_of_sight(user)
        products = products_visible_to(user).with_only_columns(Product.id, Product.name, Product.code)
        companies = companies_visible_to(user).with_only_columns(Company.id, Company.name)
        people = people_visible_to(user).with_only_columns(Person.id, Person.name, Person.email)
        self.lookups = {
            "owners": owners.lookup(user),
            "products": _lookup(products, is_vocabulary=True),
            "companies": StoredLookup(companies, [Company.name_key]),
            "people": StoredLookup(people, [Person.name_key, Person.email_key]),
        }
        self._separator = _(", ")
        self.writing = deal_writing.Writing(self.setting)

    def _known(self, record: Any) -> dict[str, Any]:
        """With days in the place of instants: a file knows no finer."""
        known = dict(record._mapping)
        for name, column, is_known in (
            ("created_day", "created_at", known["created_is_known"]),
            ("closed_day", "closed_at", known["closed_at"] is not None),
        ):
            known[name] = known[column].astimezone(self.setting.zone).date() if is_known else None
        return known

    def meet(self, texts_of: Callable[[str], Iterator[str]]) -> None:
        self.stages.meet(texts_of("stage"))
        self.lookups["stages"] = self.stages.lookup()

    def identity(self, name: str, facts: Mapping[str, Any]) -> Any:
        code = name_key(facts.get("code") or "")
        if name == "code":
            return code or None
        # A row with a code never takes over a deal that only looks alike: many deals share product and company.
        if code and "id" not in facts:
            return None
        key = name_key(facts.get("title") or "")
        return (key, facts.get("company_id")) if key else None

    def settle(self, row: Row) -> None:
        values, facts = row.values, row.facts
        for name in ("title", "code", "source", "expected_close"):
            if values.get(name):
                facts[name] = values[name]
        for name in _LINKS:
            if values.get(name):
                facts[f"{name}_id"] = values[name].id
        if self.identity("code", facts) in self._taken:
            self.refuse(row, "code", _("Another deal has this code."))
        self._settle_stage(row)
        if not row.problems:
            self._settle_dates(row)
            self._settle_value(row)
        self._settle_title(row)

    def _settle_stage(self, row: Row) -> None:
        # Where a file says apart from the stage that a deal is won or lost, the stage is where it stood before.
        row.values["closes"] = row.values.get("outcome") in ("won", "lost")
        if row.values["closes"]:
            row.facts["stage_id"] = self.stages.of_kind(row.values["outcome"])
        if "stage" in self.mapped and "stage_id" not in row.facts:
            self.refuse(row, "stage", _("The cell is empty; every deal stands in a stage."))
            return
        row.facts.setdefault("stage_id", (self.stages.open_ids or [None])[0])
        row.values["outcome"] = self.stages.kinds[row.facts["stage_id"]]
        if row.values["outcome"] == "lost" and row.values.get("lost_reason"):
            row.facts["lost_reason"] = row.values["lost_reason"]

    def _settle_dates(self, row: Row) -> None:
        created, closed = row.values.get("created"), row.values.get("closed")
        is_open = row.values["outcome"] == "open"
        if created and created > self.setting.today:
            self.refuse(row, "created", _("%(day)s lies in the future.", day=created))
        if is_open:
            # What other systems call the close date of an open deal is when they expect it.
            if closed:
                row.facts.setdefault("expected_close", closed)
        elif not closed:
            self.refuse(row, "closed", _("A deal that is won or lost needs the day on which it was."))
        elif closed > self.setting.today:
            self.refuse(row, "closed", _("%(day)s lies in the future.", day=closed))
        elif created and closed < created:
            self.refuse(
                row,
                "closed",
                _("%(closed)s is before %(created)s, when the deal began.", closed=closed, created=created),
            )
        else:
            row.facts["closed_day"] = closed
        if created:
            row.facts["created_day"] = created

    def _settle_value(self, row: Row) -> None:
        """A 0 beside a lost deal says what came of it, not what it was worth: it is no value.

        Kept as 0 it would pull every average down and make the win rate by value 100 per cent.
        """
        units, currency = row.values.get("value"), row.values.get("currency")
        if units is None or (units == 0 and row.values["outcome"] == "lost"):
            return
        currency = currency or self.setting.currency
        try:
            row.facts |= {"value_amount": cells.minor(units, 1, currency), "currency": currency}
        except CellError as error:
            self.refuse(row, "value", str(error))

    def _settle_title(self, row: Row) -> None:
        """A deal without a title is called by its product and company, or by its code."""
        names = [row.values[name].name for name in ("product", "company") if row.values.get(name)]
        row.values["default_title"] = (self._separator.join(names) or row.facts.get("code", ""))[:200]
        if not row.facts.get("title"):
            if not row.values["default_title"]:
                self.refuse(row, "title", _("The row has neither a title nor a product, a company or a code."))
            elif not row.facts.get("code"):
                row.facts["title"] = row.values["default_title"]

    def compare(self, row: Row) -> None:
        assert row.known is not None
        if "stage" not in self.mapped and not row.values["closes"]:
            row.facts["stage_id"], row.values["outcome"] = row.known["stage_id"], row.known["status"]
        elif not self.stages.pipeline or row.known["pipeline_id"] != self.stages.pipeline.id:
            self.refuse(row, "stage", _("This deal is in another pipeline; move it there first, or choose that one."))
        super().compare(row)

    def fill(self, row: Row) -> None:
        """A deal always stands in a stage; what belongs to its end is filled only where it has ended that way."""
        super().fill(row)
        assert row.known is not None
        row.changes.pop("closed_day", None)
        if row.known["status"] != "lost":
            row.changes.pop("lost_reason", None)

    def finish(self, rows: list[Row]) -> dict[int, Problem]:
        fine = [row for row in rows if not row.problems]
        worked = Counter(
            row.facts["stage_id"] for row in fine if row.values["outcome"] == "open" and row.values.get("created")
        )
        opens = self.stages.open_ids
        # Closed deals have no word in the file about where they were before: where dated open deals are worked on.
        self.worked_in = max(opens, key=lambda id_: worked[id_], default=0)
        if self.setting.new_pipeline and fine:
            names = formats.listed(self.stages.names.values())
            self.notes.append(
                _(
                    "New pipeline “%(name)s” with the stages %(stages)s.",
                    name=self.setting.new_pipeline,
                    stages=names,
                )
            )
        return {}

    def write(self, rows: list[Row], pen: Any) -> None:
        self.stages.make(pen)
        self.writing.create([row for row in rows if row.becomes == "create"], self, pen)
        self.writing.update([row for row in rows if row.becomes == "update"], self, pen)

    def say_unknown(self, field: Field, text: str) -> str:
        if field.to == "owners":
            return _("There is nobody called “%(text)s” to whom you may give deals.", text=text)
        if field.to == "stages":
            where = self.stages.pipeline.name if self.stages.pipeline else self.stages.new_name
            return _("The pipeline “%(pipeline)s” has no stage “%(text)s”.", pipeline=where, text=text)
        if field.to == "products":
            return _("There is no product “%(text)s”.", text=text)
        if field.to == "people":
            return _("There is no person “%(text)s”.", text=text)
        return _("There is no company “%(text)s”.", text=text)

    def say_ambiguous(self, count: int) -> str:
        return _("%(count)s deals here are told apart only by their code; give it.", count=count)


def _codes_out_of_sight(user: User) -> set[str]:
    """The codes of deals that the user does not see: those stay unique too."""
    if sees_everything(user):
        return set()
    seen = visible_to(user).with_only_columns(Deal.id)
    hidden = select(Deal.code).where(Deal.code != "", Deal.deleted_at.is_(None), Deal.id.not_in(seen))
    return {name_key(code) for code in db.session.scalars(hidden)}


def _lookup(named: Any, *, is_vocabulary: bool = False) -> Lookup:
    rows = db.session.execute(named)
    return Lookup((Entry(row[0], row[1], tuple(row[2:])) for row in rows), is_vocabulary=is_vocabulary)
