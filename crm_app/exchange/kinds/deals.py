"""Importing deals with their history: told apart by code, else by title and company."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, true

from crm_app.accounts.models import User
from crm_app.accounts.queries import sees_everything
from crm_app.catalog.models import Product
from crm_app.catalog.queries import visible_to as products_visible_to
from crm_app.contacts.models import Company, Person
from crm_app.contacts.queries import companies_visible_to, people_visible_to
from crm_app.exchange import cells
from crm_app.exchange.fields import Field
from crm_app.exchange.headers import DEALS
from crm_app.exchange.kinds import deal_writing, owners
from crm_app.exchange.kinds.deal_facts import Facts
from crm_app.exchange.kinds.kind import Kind, Problem, Row, code_key, name_key
from crm_app.exchange.kinds.stages import Pipelines, Stages, outcome
from crm_app.exchange.kinds.stored import StoredLookup, chunks
from crm_app.exchange.matching import Entry, Lookup
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.pipeline.queries import visible_to
from crm_app.web import formats
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

_COLUMNS = (
    "id", "version", "title", "code", "value_amount", "currency", "pipeline_id", "stage_id", "status", "owner_id",
    "company_id", "person_id", "product_id", "source", "expected_close", "created_at", "created_is_known", "closed_at",
    "lost_reason",
)  # fmt: skip


class Deals(Kind):
    key = "deals"
    model = Deal
    concludes = True
    kept_values = ("outcome", "default_title")
    identities = ("code", "title_and_company")
    money = (("value_amount",), "currency")
    fields = (
        Field("title", _l("Title"), DEALS["title"], cells.text(200)),
        Field("code", _l("Code"), DEALS["code"], cells.text(60)),
        Field("owner", _l("Owner"), DEALS["owner"], to="owners"),
        Field("product", _l("Product"), DEALS["product"], to="products"),
        Field("company", _l("Company"), DEALS["company"], to="companies"),
        Field("person", _l("Person"), DEALS["person"], to="people"),
        Field("pipeline", _l("Pipeline"), DEALS["pipeline"], to="pipelines"),
        Field("stage", _l("Stage"), DEALS["stage"], to="stages"),
        Field("outcome", _l("Outcome"), DEALS["outcome"], outcome),
        Field("created", _l("Created on"), DEALS["created"], cells.day),
        Field("closed", _l("Closed on"), DEALS["closed"], cells.day),
        Field("value", _l("Value"), DEALS["value"], cells.amount, is_money=True),
        Field("currency", _l("Currency"), DEALS["currency"], cells.currency),
        Field("source", _l("Source"), DEALS["source"], cells.text(100)),
        Field("lost_reason", _l("Lost reason"), DEALS["lost_reason"], cells.text(500)),
        Field("expected_close", _l("Expected close"), DEALS["expected_close"], cells.day),
    )  # fmt: skip

    @property
    def visible(self) -> Select[Any]:
        return visible_to(self.setting.user)

    def load(self) -> None:
        user = self.setting.user
        self.stages = Stages(self.setting.pipeline_id, self.setting.new_pipeline)
        self.pipelines = Pipelines(self.stages)
        products = products_visible_to(user).with_only_columns(Product.id, Product.name, Product.code)
        companies = companies_visible_to(user).with_only_columns(Company.id, Company.name)
        people = people_visible_to(user).with_only_columns(Person.id, Person.name, Person.email)
        self.lookups = {
            "owners": owners.lookup(user),
            "pipelines": self.pipelines.lookup(),
            "products": _lookup(products, is_vocabulary=True),
            "companies": StoredLookup(companies, [Company.name_key]),
            "people": StoredLookup(people, [Person.name_key, Person.email_key]),
        }
        self.writing = deal_writing.Writing(self.setting)
        self._facts = Facts(self)
        self._taken: set[str] = set()
        self._worked: Counter[int] = Counter()
        self._has_rows = False

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
        is_said = "pipeline" in self.mapped and not self.stages.new_name
        self.lookups["stages"] = self.pipelines.stage_lookup() if is_said else self.stages.lookup()

    def stages_of(self, row: Row) -> Stages:
        """Those of the pipeline where the deal of the row is or will be."""
        return self.pipelines.of(row.facts.get("pipeline_id"))

    def identity(self, name: str, facts: Mapping[str, Any]) -> Any:
        code = code_key(facts.get("code"))
        if name == "code":
            return code or None
        # A row with a code never takes over a deal that only looks alike: many deals share product and company.
        if code and "id" not in facts:
            return None
        key = name_key(facts.get("title") or "")
        return (key, facts.get("company_id")) if key else None

    def settle(self, row: Row) -> None:
        self._facts.settle(row)

    def know(self, rows: Iterable[Row]) -> None:
        """By code where a row has one, else by title among the deals of the companies that the rows name."""
        self._index.clear()
        rows = list(rows)
        codes = {self.identity("code", row.facts) for row in rows} - {None}
        looks = [row.facts for row in rows if self.identity("code", row.facts) is None]
        by_title = _any_of({facts.get("company_id") for facts in looks})
        for column, keys, besides in (
            (Deal.code_key, codes, true()),
            (Deal.title_key, {name_key(facts.get("title")) for facts in looks}, by_title),
        ):
            for chunk in chunks(sorted(keys - {""})):
                self._look_up(column.in_(chunk), besides)
        self._taken = _codes_out_of_sight(self.setting.user, codes)

    def _look_up(self, *conditions: ColumnElement[bool]) -> None:
        found = self.visible.with_only_columns(*(getattr(Deal, name) for name in _COLUMNS)).where(*conditions)
        self.remember(map(self._known, db.session.execute(found)))

    def find(self, row: Row) -> None:
        if self.identity("code", row.facts) in self._taken:
            self.refuse(row, "code", _("Another deal has this code."))
        else:
            super().find(row)

    def compare(self, row: Row) -> None:
        assert row.known is not None
        is_elsewhere = row.known["pipeline_id"] != self.stages_of(row).pipeline_id
        if row.facts.get("pipeline_id") and is_elsewhere:
            self.refuse(row, "pipeline", _("This deal is in another pipeline."))
        elif "stage" not in self.mapped and not row.values["closes"]:
            self._facts.stay(row, row.known)
        elif is_elsewhere:
            self.refuse(row, "stage", _("This deal is in another pipeline. Choose that pipeline for it."))
        super().compare(row)

    def fill(self, row: Row) -> None:
        """A deal always stands in a stage; what belongs to its end is filled only where it has ended that way."""
        super().fill(row)
        assert row.known is not None
        row.changes.pop("closed_day", None)
        if row.known["status"] != "lost":
            row.changes.pop("lost_reason", None)

    def note(self, row: Row) -> None:
        self._has_rows = True
        if row.values["outcome"] == "open" and row.values.get("created"):
            self._worked[row.facts["stage_id"]] += 1

    def finish(self, rows: list[Row]) -> dict[int, Problem]:
        # Closed deals have no word in the file about where they were before: where dated open deals are worked on.
        self.worked_in = [stages.worked_in(self._worked) for stages in self.pipelines.all()]
        if self.setting.new_pipeline and self._has_rows:
            names = formats.listed(self.stages.names.values())
            said = _("New pipeline “%(name)s” with the stages %(stages)s.", name=self.stages.new_name, stages=names)
            self.notes.append(said)
        return {}

    def state(self) -> dict[str, Any]:
        return {
            "stages": self.stages.state(),
            "worked_in": self.worked_in,
            "mapped": sorted(self.mapped),
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        self.stages.take_up(state["stages"])
        worked_in, self.mapped = state["worked_in"], frozenset(state["mapped"])
        # What was checked by an earlier version knows the one pipeline that was chosen.
        self.worked_in = worked_in if isinstance(worked_in, list) else [worked_in]

    def worked_in_of(self, row: Row) -> int:
        """The open stage where deals of that pipeline are worked on; 0 where the file does not show any."""
        known = self.stages_of(row).kinds
        return next((id_ for id_ in self.worked_in if id_ in known), 0)

    def refresh(self) -> None:
        self.writing = deal_writing.Writing(self.setting)

    def columns_of(self, row: Row) -> dict[str, Any]:
        return self.writing.columns_of(row, self)

    def write(self, rows: list[Row], pen: Any) -> None:
        self.stages.stand(pen)
        self.writing.expect_stages(rows, self)
        self.writing.take_rates()
        self.writing.create([row for row in rows if row.becomes == "create"], self, pen)
        self.writing.update([row for row in rows if row.becomes == "update"], self, pen)

    def conclude(self, pen: Any) -> None:
        self.writing.put_in_order(pen)

    def say_unknown(self, field: Field, text: str) -> str:
        if field.to == "owners":
            return _("There is no user “%(text)s” to whom you can assign deals.", text=text)
        if field.to == "stages":
            return self.stages.say_unknown(text)
        if field.to == "pipelines":
            return _("There is no pipeline “%(text)s”.", text=text)
        if field.to == "products":
            return _("There is no product “%(text)s”.", text=text)
        if field.to == "people":
            return _("There is no person “%(text)s”.", text=text)
        return _("There is no company “%(text)s”.", text=text)

    def say_ambiguous(self, count: int) -> str:
        return _("%(count)s deals match, and only their code tells them apart. Enter the code.", count=count)


def _any_of(companies: set[int | None]) -> ColumnElement[bool]:
    return or_(Deal.company_id.in_(companies - {None}), Deal.company_id.is_(None))


def _codes_out_of_sight(user: User, codes: set[str]) -> set[str]:
    """Those of the codes that deals have which the user does not see: codes stay unique there too."""
    if sees_everything(user):
        return set()
    seen, taken = visible_to(user).with_only_columns(Deal.id), set()
    for chunk in chunks(sorted(codes)):
        hidden = select(Deal.code_key).where(Deal.code_key.in_(chunk), Deal.deleted_at.is_(None), Deal.id.not_in(seen))
        taken.update(db.session.scalars(hidden))
    return taken


def _lookup(named: Any, *, is_vocabulary: bool = False) -> Lookup:
    rows = db.session.execute(named)
    return Lookup((Entry(row[0], row[1], tuple(row[2:])) for row in rows), is_vocabulary=is_vocabulary)
