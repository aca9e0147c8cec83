"""What can be done to many companies or people at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from sqlalchemy.orm import joinedload, selectinload
from wtforms import ValidationError

from crm_app.accounts.models import User
from crm_app.activity.sentences import shown
from crm_app.bulk.actions import Action, Assignment, Deletion, Fact, Link, Refused, Rows, by_id
from crm_app.contacts import queries, rings
from crm_app.contacts.fields import MOST_TAGS, TagsField
from crm_app.contacts.forms import CompanyFactForm, PersonFactForm
from crm_app.contacts.models import Company, Person, Tag
from crm_app.contacts.tagging import put_on, tags_named
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l


def of_companies() -> list[Action]:
    seen, form_of = queries.companies_visible_to, lambda fact: CompanyFactForm(Company(), fact)
    return [
        Assignment(seen, form_of, loads=[joinedload(Company.owner)]),
        Tagging(seen, [selectinload(Company.tags)]),
        Fact("industry", _l("Industry"), seen, form_of),
        Fact("country", _l("Country"), seen, form_of),
        Fact("size", _l("Employees"), seen, form_of),
        _Parent(seen, form_of),
        Deletion(seen, queries.companies_in_bin_of),
    ]


def of_people() -> list[Action]:
    seen, form_of = queries.people_visible_to, lambda fact: PersonFactForm(Person(), fact)
    return [
        Assignment(seen, form_of, loads=[joinedload(Person.owner)]),
        Tagging(seen, [selectinload(Person.tags)]),
        Link(
            "company", _l("Company"), seen, form_of, queries.companies_visible_to, Company,
            loads=[joinedload(Person.company)],
        ),
        Fact("job_title", _l("Job title"), seen, form_of),
        Deletion(seen, queries.people_in_bin_of),
    ]  # fmt: skip


class TaggingForm(FlaskForm):
    add = TagsField(_l("Tags to add"))
    remove = TagsField(_l("Tags to remove"))

    def validate_add(self, field: TagsField) -> None:
        if not field.data and not self.remove.data:
            raise ValidationError(_("Enter at least one tag to add or remove."))


class Tagging(Action):
    """Tags put on and taken off; the others of a record stay."""

    icon, verb = "tag", _l("Tag")

    def __init__(self, seen: Rows, loads: Sequence[Any]):
        super().__init__("tags", _l("Tags"), seen)
        self.loads = loads

    def title(self, counted: str) -> str:
        return _("Tag %(records)s", records=counted)

    @property
    def note(self) -> str:
        return _("Separate tags with commas. Other tags are kept. You can undo this for a day.")

    def form(self) -> TaggingForm:
        return TaggingForm()

    def fields(self, form: Any) -> Sequence[Any]:
        return [form.add, form.remove]

    def is_sent(self, form: Any) -> bool:
        return "add" in request.form or "remove" in request.form

    def meant(self, form: Any) -> dict[str, Any]:
        return {"add": form.add.data, "remove": form.remove.data}

    def words(self, meant: Mapping[str, Any]) -> object:
        return shown([*(f"+{name}" for name in meant["add"]), *(f"−{name}" for name in meant["remove"])])

    def ready(self, meant: Mapping[str, Any], user: User, records: Sequence[Any]) -> Any:
        """Tags to put on, and the keys of those to take off."""
        return tags_named(meant["add"]), {tag.name_key for tag in tags_named(meant["remove"])}

    def do(self, record: Any, value: Any) -> dict[str, Any] | None:
        put, off = value
        before = [tag.id for tag in record.tags]
        kept = {tag.name_key: tag for tag in [*record.tags, *put] if tag.name_key not in off}
        if len(kept) > max(MOST_TAGS, len(before)):
            raise Refused
        return {"tags": before} if put_on(record, list(kept.values())) else None

    def ready_back(self, befores: Iterable[Mapping[str, Any]], user: User, records: Sequence[Any]) -> Any:
        return by_id(Tag, {tag for before in befores for tag in before["tags"]})

    def undo(self, record: Any, before: Mapping[str, Any], value: Any) -> None:
        put_on(record, [value[tag] for tag in before["tags"] if tag in value])


class _Parent(Link):
    """No company comes to stand above itself."""

    def __init__(self, seen: Rows, form_of: Callable[[str], Any]):
        loads = [joinedload(Company.parent)]
        super().__init__("parent", _l("Parent company"), seen, form_of, seen, Company, loads=loads)

    def ready(self, meant: Mapping[str, Any], user: User, records: Sequence[Any]) -> Any:
        parent = super().ready(meant, user, records)
        return parent, rings.line(meant["value"], rings.parents_above({meant["value"]} - {None}))

    def do(self, record: Any, value: Any) -> dict[str, Any] | None:
        parent, line = value
        if record.id in line:
            raise Refused
        return super().do(record, parent)

    def ready_back(self, befores: Iterable[Mapping[str, Any]], user: User, records: Sequence[Any]) -> Any:
        befores = list(befores)
        above = rings.parents_above({before["value"] for before in befores} - {None})
        return super().ready_back(befores, user, records), above

    def undo(self, record: Any, before: Mapping[str, Any], value: Any) -> None:
        parents, above = value
        if record.id in rings.line(before["value"], above):
            raise Refused
        super().undo(record, before, parents)
        above[record.id] = before["value"]
