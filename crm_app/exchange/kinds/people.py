"""Importing people: told apart by e-mail, else by name and company."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select

from crm_app.contacts import queries
from crm_app.contacts.models import Company, Person, person_keys, person_tags
from crm_app.exchange import cells
from crm_app.exchange.cells import CellError
from crm_app.exchange.fields import Field
from crm_app.exchange.headers import PEOPLE
from crm_app.exchange.kinds import owners
from crm_app.exchange.kinds.kind import Kind, Row, name_key
from crm_app.exchange.kinds.stored import StoredLookup, chunks
from crm_app.exchange.kinds.tags import missing_tags, tags_of
from crm_app.extensions import db
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l
from crm_app.web.texts import lazy_pgettext

_PLAIN = ("name", "job_title", "email", "phone")
_NAME = cells.text(200)
_COLUMNS = ("id", "version", *_PLAIN, "name_key", "email_key", "company_id", "owner_id")


class People(Kind):
    key = "people"
    model = Person
    identities = ("email", "name_and_company")
    fields = (
        Field("name", lazy_pgettext("person", "Name"), PEOPLE["name"], _NAME),
        Field("first_name", _l("First name"), PEOPLE["first_name"], cells.text(100)),
        Field("last_name", _l("Last name"), PEOPLE["last_name"], cells.text(100)),
        Field("email", _l("Email"), PEOPLE["email"], cells.email, may_repeat=True),
        Field("company", _l("Company"), PEOPLE["company"], to="companies"),
        Field("job_title", _l("Job title"), PEOPLE["job_title"], cells.text(200)),
        Field("phone", _l("Phone"), PEOPLE["phone"], cells.phone, may_repeat=True),
        Field("tags", _l("Tags"), PEOPLE["tags"], cells.tags),
        Field("owner", _l("Owner"), PEOPLE["owner"], to="owners"),
    )  # fmt: skip

    @property
    def visible(self) -> Select[Any]:
        return queries.people_visible_to(self.setting.user)

    def load(self) -> None:
        user = self.setting.user
        companies = queries.companies_visible_to(user).with_only_columns(Company.id, Company.name)
        self.lookups = {
            "companies": StoredLookup(companies, [Company.name_key]),
            "owners": owners.lookup(user),
        }

    def know(self, rows: Iterable[Row]) -> None:
        self._index.clear()
        rows = list(rows)
        emails = {key for row in rows if (key := self.identity("email", row.facts))}
        # Who is found by an address needs no other way; the rest may be here without one.
        names = {name_key(row.facts.get("name", "")) for row in rows} - {""}
        columns = [getattr(Person, name) for name in _COLUMNS]
        people: dict[int, Any] = {}
        for column, keys in ((Person.email_key, emails), (Person.name_key, names)):
            for chunk in chunks(sorted(keys)):
                found = self.visible.with_only_columns(*columns).where(column.in_(chunk))
                people |= {person.id: person._mapping for person in db.session.execute(found)}
        self.remember(people.values())
        ids = list(people) if "tags" in self.mapped else []
        self._tags = tags_of(person_tags.c.person_id, person_tags.c.tag_id, ids) if ids else {}

    def identity(self, name: str, facts: Mapping[str, Any]) -> Any:
        if name == "email":
            return (facts.get("email") or "").casefold() or None
        key = name_key(facts.get("name") or "")
        return (key, facts.get("company_id")) if key else None

    def settle(self, row: Row) -> None:
        values = row.values
        if not values.get("name"):
            self._join(row)
        row.facts = {name: values[name] for name in _PLAIN if values.get(name)}
        if not name_key(row.facts.get("name", "")):
            self.refuse(row, "name", _("The row has no name."))
        for name in ("company", "owner"):
            if values.get(name):
                row.facts[f"{name}_id"] = values[name].id
        if values.get("tags"):
            row.facts["tags"] = values["tags"]

    def _join(self, row: Row) -> None:
        name = _joined(row.values.get("first_name") or "", row.values.get("last_name") or "")
        try:
            row.values["name"] = _NAME(name)
        except CellError as error:
            row.values["name"] = name
            self.refuse(row, "last_name", str(error))

    def compare(self, row: Row) -> None:
        super().compare(row)
        assert row.known is not None
        missing_tags(row, self._tags.get(row.known["id"], {}))

    def write(self, rows: list[Row], pen: Any) -> None:
        pen.create(Person, [row for row in rows if row.becomes == "create"], self.columns_of)
        pen.update(Person, rows)
        pen.tag(person_tags, "person_id", rows)

    def columns_of(self, row: Row) -> dict[str, Any]:
        blank = {
            "job_title": "", "email": "", "phone": "", "company_id": None,
            "owner_id": owners.of_contacts(self.setting.user),
        }  # fmt: skip
        facts = blank | {name: value for name, value in row.facts.items() if name != "tags"}
        return facts | person_keys(facts["name"], facts["email"], facts["phone"])

    def say_unknown(self, field: Field, text: str) -> str:
        if field.to == "owners":
            return _("There is no user “%(text)s” to whom you can assign records.", text=text)
        return _("There is no company “%(text)s”; import the companies first.", text=text)


def _joined(first: str, last: str) -> str:
    """A full name; in Chinese the family name comes first, without a space."""
    if last and all("\u3400" <= letter <= "\u9fff" for letter in last + first):
        return last + first
    return f"{first} {last}".strip()
