"""Importing companies: told apart by name; a parent may stand in the same file, above or below."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, bindparam, update

from crm_app.contacts import queries
from crm_app.contacts.models import Company, company_keys, company_tags
from crm_app.exchange import cells, countries, currencies
from crm_app.exchange.cells import CellError
from crm_app.exchange.fields import Field
from crm_app.exchange.headers import COMPANIES
from crm_app.exchange.kinds import owners
from crm_app.exchange.kinds.families import Families, parent_of
from crm_app.exchange.kinds.kind import Kind, Problem, Row, name_key
from crm_app.exchange.kinds.stored import StoredLookup, chunks, looking
from crm_app.exchange.kinds.tags import missing_tags, tags_of
from crm_app.exchange.matching import Entry
from crm_app.extensions import db
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l
from crm_app.web.years import LATEST

_PLAIN = ("name", "industry", "founded", "size", "website", "phone")
_COLUMNS = (
    "id", "version", *_PLAIN, "name_key", "parent_id", "revenue_amount", "revenue_currency", "country", "owner_id",
)  # fmt: skip


class Companies(Kind):
    key = "companies"
    model = Company
    identities = ("name",)
    money = (("revenue_amount",), "revenue_currency")
    fields = (
        Field("name", _l("Name"), COMPANIES["name"], cells.text(200), required=True),
        Field("parent", _l("Parent company"), COMPANIES["parent"], to="companies"),
        Field("industry", _l("Industry"), COMPANIES["industry"], cells.text(100)),
        Field("founded", _l("Founded"), COMPANIES["founded"], cells.whole(1000, LATEST)),
        Field("size", _l("Employees"), COMPANIES["size"], cells.whole(0, 2_000_000_000)),
        Field("revenue", _l("Annual revenue"), COMPANIES["revenue"], cells.amount, is_money=True),
        Field("currency", _l("Currency of the revenue"), COMPANIES["currency"], cells.currency),
        Field("country", _l("Country"), COMPANIES["country"], to="countries"),
        Field("website", _l("Website"), COMPANIES["website"], cells.website, may_repeat=True),
        Field("phone", _l("Phone"), COMPANIES["phone"], cells.phone, may_repeat=True),
        Field("tags", _l("Tags"), COMPANIES["tags"], cells.tags),
        Field("owner", _l("Owner"), COMPANIES["owner"], to="owners"),
    )  # fmt: skip

    @property
    def visible(self) -> Select[Any]:
        return queries.companies_visible_to(self.setting.user)

    def load(self) -> None:
        user = self.setting.user
        by_name = self.visible.with_only_columns(Company.id, Company.name)
        self.lookups = {
            "companies": StoredLookup(by_name, [Company.name_key]),
            "countries": countries.lookup(),
            "owners": owners.lookup(user),
        }
        self.families = Families()

    def meet(self, texts_of: Callable[[str], Iterator[str]]) -> None:
        if "parent" not in self.mapped:
            return
        named = {name_key(text) for text in texts_of("parent")} - {""}
        with looking():
            self.families.load()
            here = self._keys_here(named)
        names = {name_key(name): name for name in texts_of("name") if name_key(name) in named - here}
        for key, name in names.items():
            self.lookups["companies"].add(Entry(("new", key), name))

    def _keys_here(self, keys: set[str]) -> set[str]:
        found: set[str] = set()
        for chunk in chunks(sorted(keys)):
            found.update(db.session.scalars(self.visible.with_only_columns(Company.name_key)
                                            .where(Company.name_key.in_(chunk))))  # fmt: skip
        return found

    def know(self, rows: Iterable[Row]) -> None:
        self._index.clear()
        keys = sorted({key for row in rows if (key := self.identity("name", row.facts))})
        columns = [getattr(Company, name) for name in _COLUMNS]
        found: list[dict[str, Any]] = []
        for chunk in chunks(keys):
            named = self.visible.with_only_columns(*columns).where(Company.name_key.in_(chunk))
            found += [dict(row._mapping) for row in db.session.execute(named)]
        self.remember(found)
        ids = [record["id"] for record in found] if "tags" in self.mapped else []
        self._tags = tags_of(company_tags.c.company_id, company_tags.c.tag_id, ids) if ids else {}

    def identity(self, name: str, facts: Mapping[str, Any]) -> str | None:
        return name_key(facts.get(name) or "") or None

    def settle(self, row: Row) -> None:
        values = row.values
        row.facts = {name: values[name] for name in _PLAIN if values.get(name) not in (None, "")}
        if not name_key(row.facts["name"]):
            self.refuse(row, "name", _("A name must contain a letter or a digit."))
        for name, column in (("parent", "parent_id"), ("country", "country"), ("owner", "owner_id")):
            if values.get(name):
                row.facts[column] = values[name].id
        if values.get("tags"):
            row.facts["tags"] = values["tags"]
        if values.get("revenue") is not None:
            self._settle_revenue(row)

    def _settle_revenue(self, row: Row) -> None:
        revenue = row.values["revenue"]
        try:
            currency = cells.currency_of([revenue], row.values.get("currency") or "", self.setting.unit)
            row.facts["revenue_amount"] = cells.minor(revenue.units, currency)
            row.facts["revenue_currency"] = currencies.kept_in(currency)
        except CellError as error:
            self.refuse(row, "revenue", str(error))

    def compare(self, row: Row) -> None:
        super().compare(row)
        assert row.known is not None
        missing_tags(row, self._tags.get(row.known["id"], {}))

    def note(self, row: Row) -> None:
        if "parent" in self.mapped:
            self.families.note(row, self._node(row))

    def finish(self, rows: list[Row]) -> dict[int, Problem]:
        column = self.header_of.get("parent", "")
        return {number: Problem(column, text) for number, text in self.families.refused().items()}

    def state(self) -> dict[str, Any]:
        return {"has_ties": self.families.has_new_parents}

    def late_among(self, late: Mapping[int, Problem]) -> dict[str, int]:
        return self.families.late_among(late)

    def _node(self, row: Row) -> Any:
        return row.known["id"] if row.known else ("new", self.identity("name", row.facts))

    def write(self, rows: list[Row], pen: Any) -> None:
        pen.create(Company, [row for row in rows if row.becomes == "create"], self.columns_of)
        known = [row for row in rows if row.known is not None]
        now = [replace(row, changes={n: c for n, c in row.changes.items() if not _is_new(c[1])}) for row in known]
        pen.update(Company, now)
        pen.tag(company_tags, "company_id", [row for row in rows if row.known is None] + now)

    def tie(self, rows: list[Row], pen: Any) -> None:
        """Parents that came with the same file: only now all of them are there."""
        tied = [row for row in rows if _is_new(parent_of(row))]
        new = [row for row in tied if row.known is None]
        ids = pen.made(Company, {parent_of(row)[1] for row in tied} | {self.identity("name", r.facts) for r in new})
        children = [{"child": ids[self.identity("name", row.facts)], "parent": ids[parent_of(row)[1]]} for row in new]
        if children:
            table = Company.__table__
            ties = update(table).where(table.c.id == bindparam("child")).values(parent_id=bindparam("parent"))
            db.session.execute(ties, children)
            pen.ledger.tied(Company.__tablename__, "parent_id", [(one["child"], one["parent"]) for one in children])
        again = []
        for row in tied:
            if row.known is not None:
                before, after = row.changes["parent_id"]
                known = {"id": row.known["id"], "version": None}
                again.append(replace(row, known=known, changes={"parent_id": (before, ids[after[1]])}))
        pen.update(Company, again)
        pen.ledger.count_once(Company.__tablename__, [row.known["id"] for row in tied if len(row.changes) > 1])

    def columns_of(self, row: Row) -> dict[str, Any]:
        blank = {
            "parent_id": None, "industry": "", "founded": None, "size": None, "website": "", "phone": "", "country": "",
            "revenue_amount": None, "revenue_currency": None,
            "owner_id": owners.of_contacts(self.setting.user),
        }  # fmt: skip
        facts = blank | {name: value for name, value in row.facts.items() if name != "tags" and not _is_new(value)}
        return facts | company_keys(facts["name"], facts["website"], facts["phone"])

    def say_unknown(self, field: Field, text: str) -> str:
        if field.to == "countries":
            return _("There is no country “%(text)s”.", text=text)
        if field.to == "owners":
            return _("There is no user “%(text)s” to whom you can assign records.", text=text)
        return _("There is no company “%(text)s” in Peyvand or in the file.", text=text)


def _is_new(value: Any) -> bool:
    """Whether the value stands for a company that the same file makes."""
    return isinstance(value, tuple)
