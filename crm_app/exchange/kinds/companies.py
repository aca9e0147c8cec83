"""Importing companies: told apart by name; a parent may stand in the same file, above or below."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, update

from crm_app.contacts import queries
from crm_app.contacts.models import Company, company_keys, company_tags
from crm_app.exchange import cells, countries
from crm_app.exchange.cells import CellError
from crm_app.exchange.fields import Field
from crm_app.exchange.headers import COMPANIES
from crm_app.exchange.kinds import owners
from crm_app.exchange.kinds.kind import Kind, Row, name_key
from crm_app.exchange.kinds.tags import missing_tags, tags_of
from crm_app.exchange.matching import Entry, Lookup
from crm_app.extensions import db

_PLAIN = ("name", "industry", "founded", "size", "website", "phone")
_COLUMNS = (
    "id", "version", *_PLAIN, "name_key", "parent_id", "revenue_amount", "revenue_currency", "country", "owner_id",
)  # fmt: skip


class Companies(Kind):
    key = "companies"
    identities = ("name",)
    money = (("revenue_amount",), "revenue_currency")
    fields = (
        Field("name", _l("Name"), COMPANIES["name"], cells.text(200), required=True),
        Field("parent", _l("Parent company"), COMPANIES["parent"], to="companies"),
        Field("industry", _l("Industry"), COMPANIES["industry"], cells.text(100)),
        Field("founded", _l("Founded"), COMPANIES["founded"], cells.whole(1000, 2200)),
        Field("size", _l("Employees"), COMPANIES["size"], cells.whole(0, 100_000_000)),
        Field("revenue", _l("Yearly revenue"), COMPANIES["revenue"], cells.amount, is_money=True),
        Field("currency", _l("Currency of the revenue"), COMPANIES["currency"], cells.currency),
        Field("country", _l("Country"), COMPANIES["country"], to="countries"),
        Field("website", _l("Website"), COMPANIES["website"], cells.website),
        Field("phone", _l("Phone"), COMPANIES["phone"], cells.text(60)),
        Field("tags", _l("Tags"), COMPANIES["tags"], cells.tags),
        Field("owner", _l("Owner"), COMPANIES["owner"], to="owners"),
    )  # fmt: skip

    def load(self) -> None:
        user = self.setting.user
        columns = [getattr(Company, name) for name in _COLUMNS]
        visible = queries.companies_visible_to(user).with_only_columns(*columns)
        known = [dict(row._mapping) for row in db.session.execute(visible)]
        self._parent_of = {record["id"]: record["parent_id"] for record in known}
        self.know(known)
        self.lookups = {
            "companies": Lookup(Entry(record["id"], record["name"]) for record in known),
            "countries": countries.lookup(),
            "owners": owners.lookup(user),
        }
        self._tags = tags_of(company_tags.c.company_id, company_tags.c.tag_id)

    def meet(self, texts_of: Callable[[str], list[str]]) -> None:
        for name in dict.fromkeys(texts_of("name")):
            if name_key(name) and not self._index.get(("name", name_key(name))):
                self.lookups["companies"].add(Entry(("new", name_key(name)), name))

    def identity(self, name: str, facts: Mapping[str, Any]) -> str | None:
        return name_key(facts.get(name) or "") or None

    def settle(self, row: Row) -> None:
        values = row.values
        row.facts = {name: values[name] for name in _PLAIN if values.get(name) not in (None, "")}
        if not name_key(row.facts["name"]):
            self.refuse(row, "name", _("A name needs a letter or a digit."))
        for name, column in (("parent", "parent_id"), ("country", "country"), ("owner", "owner_id")):
            if values.get(name):
                row.facts[column] = values[name].id
        if values.get("tags"):
            row.facts["tags"] = values["tags"]
        if values.get("revenue") is not None:
            self._settle_revenue(row)

    def _settle_revenue(self, row: Row) -> None:
        currency = row.values.get("currency") or self.setting.currency
        try:
            row.facts["revenue_amount"] = cells.minor(row.values["revenue"], 1, currency)
            row.facts["revenue_currency"] = currency
        except CellError as error:
            self.refuse(row, "revenue", str(error))

    def compare(self, row: Row) -> None:
        super().compare(row)
        assert row.known is not None
        missing_tags(row, self._tags.get(row.known["id"], {}))

    def finish(self, rows: list[Row]) -> None:
        while self._refuse_orphans(rows):
            pass
        parents: dict[Any, Any] = dict(self._parent_of)
        tied = [row for row in rows if not row.problems and _parent_of(row) is not None]
        for row in tied:
            parents[self._node(row)] = _parent_of(row)
        for row in tied:
            if _goes_round(self._node(row), parents):
                self.refuse(row, "parent", _("The company would be part of itself."))

    def _refuse_orphans(self, rows: list[Row]) -> bool:
        """Refuse rows whose parent was to come from a row that is refused itself; whether there were any."""
        made = {self._node(row) for row in rows if not row.problems}
        found = False
        for row in rows:
            parent = _parent_of(row)
            if isinstance(parent, tuple) and not row.problems and parent not in made:
                name = row.values["parent"].name
                self.refuse(row, "parent", _("“%(text)s” stands in a row of this file that is refused.", text=name))
                found = True
        return found

    def _node(self, row: Row) -> Any:
        return row.known["id"] if row.known else ("new", self.identity("name", row.facts))

    def write(self, rows: list[Row], pen: Any) -> None:
        new = [row for row in rows if row.becomes == "create"]
        pen.create(Company, new, self._columns_of)
        ids = {("new", self.identity("name", row.facts)): row.id for row in new}
        children = [
            {"child": row.id, "parent": ids.get(row.facts["parent_id"], row.facts["parent_id"])}
            for row in new
            if "parent_id" in row.facts
        ]
        if children:
            table = Company.__table__
            ties = update(table).where(table.c.id == bindparam("child")).values(parent_id=bindparam("parent"))
            db.session.execute(ties, children)
        for row in rows:
            if row.becomes == "update" and "parent_id" in row.changes:
                before, after = row.changes["parent_id"]
                row.changes["parent_id"] = (before, ids.get(after, after))
        pen.update(Company, rows)
        pen.tag(company_tags, "company_id", rows)

    def _columns_of(self, row: Row) -> dict[str, Any]:
        blank = {
            "industry": "", "founded": None, "size": None, "website": "", "phone": "", "country": "",
            "revenue_amount": None, "revenue_currency": None,
            "owner_id": owners.of_contacts(self.setting.user),
        }  # fmt: skip
        facts = blank | {name: value for name, value in row.facts.items() if name not in ("parent_id", "tags")}
        return facts | company_keys(facts["name"], facts["website"], facts["phone"])

    def say_unknown(self, field: Field, text: str) -> str:
        if field.to == "countries":
            return _("There is no country “%(text)s”.", text=text)
        if field.to == "owners":
            return _("There is nobody called “%(text)s” to whom you may give records.", text=text)
        return _("There is no company “%(text)s”, here or in the file.", text=text)


def _parent_of(row: Row) -> Any:
    """The parent that the row gives its company, if it does."""
    return row.facts.get("parent_id") if row.known is None else row.changes.get("parent_id", (None, None))[1]


def _goes_round(start: Any, parents: Mapping[Any, Any]) -> bool:
    node, steps = parents.get(start), 0
    while node is not None and steps <= len(parents):
        if node == start:
            return True
        node, steps = parents.get(node), steps + 1
    return False
