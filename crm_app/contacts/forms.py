"""What people fill in about companies and people: all of a new one, or a single fact of one that is known."""

from typing import Any

from flask import request
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, ValidationError

from crm_app.accounts.forms import EmailField, currency_choices
from crm_app.contacts import queries, rings
from crm_app.contacts.fields import CountryField, OwnerField, PhoneField, TagsField, WebsiteField
from crm_app.contacts.models import Company, Person
from crm_app.contacts.tagging import tag_as, tags_named
from crm_app.extensions import db
from crm_app.web.fields import MoneyField, NumberField, Required, TextField
from crm_app.web.pickers import RecordField, found_by_id
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l
from crm_app.web.texts import lazy_pgettext
from crm_app.web.years import YearField


def _companies():
    return queries.companies_visible_to(current_user)


class VersionField(HiddenField):
    """The version of the record that the reader saw; None where none was sent, 0 for what no version can be."""

    def process_formdata(self, valuelist):
        sent = valuelist[0] if valuelist else ""
        is_number = sent.isascii() and sent.isdigit() and len(sent) < 10
        self.data = (int(sent) if is_number else 0) if sent else None


class CompanyForm(FlaskForm):
    """A new company. A name that stands already is refused until the box is ticked that says it is another one."""

    name = TextField(_l("Name"), [Required()])
    parent = RecordField(_l("Parent company"), find=_companies, suggestions="contacts.company_suggestions")
    industry = TextField(_l("Industry"), longest=100)
    founded = YearField(_l("Founded"))
    size = NumberField(_l("Employees"), whole=True, least=0, most=2_000_000_000)
    revenue = MoneyField(_l("Annual revenue"), currency_from="revenue_currency")
    revenue_currency = SelectField(_l("Currency"))
    country = CountryField(_l("Country"))
    website = WebsiteField(_l("Website"))
    phone = PhoneField(_l("Phone"))
    tags = TagsField(_l("Tags"))
    owner = OwnerField(_l("Owner"))
    create_anyway = BooleanField(_l("This is a different one: create it anyway"))

    def __init__(self, company: Company | None = None, **kwargs):
        self.record, self.twins = company, []
        super().__init__(obj=company, **kwargs)
        self.revenue_currency.choices = currency_choices(beside_amount=True)
        if not self.is_submitted():
            self.revenue_currency.data = self.revenue_currency.data or reader.currency
        self.owner.offer(company.owner if company else None, is_new=company is None)

    def validate_parent(self, field: RecordField) -> None:
        company: Any = self.record
        if field.data and company:
            above = rings.parents_above({field.data.id})
            if company.id in rings.line(field.data.id, above):
                raise ValidationError(_("A company cannot be its own parent."))

    def validate_name(self, field: TextField) -> None:
        if self.record or self.create_anyway.data:
            return
        like_this = Company(name=field.data)
        self.twins = list(db.session.scalars(queries.same_name(current_user, like_this).limit(5)))
        if self.twins:
            raise ValidationError(_("There is already a company with this name."))


class PersonForm(FlaskForm):
    """A new person. An e-mail address that is somebody's already is refused until the box is ticked."""

    name = TextField(lazy_pgettext("person", "Name"), [Required()])
    job_title = TextField(_l("Job title"))
    company = RecordField(_l("Company"), find=_companies, suggestions="contacts.company_suggestions")
    email = EmailField(_l("Email"), longest=254)
    phone = PhoneField(_l("Phone"))
    tags = TagsField(_l("Tags"))
    owner = OwnerField(_l("Owner"))
    create_anyway = BooleanField(_l("This is a different one: create it anyway"))

    def __init__(self, person: Person | None = None, **kwargs):
        self.record, self.twins = person, []
        super().__init__(obj=person, **kwargs)
        self.owner.offer(person.owner if person else None, is_new=person is None)

    def validate_email(self, field: EmailField) -> None:
        if self.record or self.create_anyway.data or not field.data:
            return
        self.twins = list(db.session.scalars(queries.same_email(current_user, field.data).limit(5)))
        if self.twins:
            raise ValidationError(_("Another person already has this email address."))


class _FactForm:
    """Mixed into a form: only the fields of one fact remain, with the version that was seen."""

    version = VersionField()

    def __init__(self, record: Company | Person, fact: str):
        self.fact = fact
        super().__init__(record)  # type: ignore[call-arg]
        kept = {*_FIELDS_OF.get(fact, (fact,)), "version", "csrf_token"}
        for other in [name for name in self._fields if name not in kept]:  # type: ignore[attr-defined]
            del self[other]  # type: ignore[attr-defined]
        if request.method == "GET":
            self._hide_what_is_hidden()

    @property
    def fields(self) -> list[Any]:
        return [self[name] for name in _FIELDS_OF.get(self.fact, (self.fact,))]  # type: ignore[index]

    @property
    def is_sent(self) -> bool:
        """Whether the fact itself was sent: emptying it is one thing, not naming it another."""
        return self.fact in request.form

    def _hide_what_is_hidden(self) -> None:
        field = self.fields[0]
        if isinstance(field, RecordField) and field.data and not found_by_id(field.find(), field.data.id):
            field.data = None


class CompanyFactForm(_FactForm, CompanyForm):
    """One fact of a company."""


class PersonFactForm(_FactForm, PersonForm):
    """One fact of a person."""


_FIELDS_OF = {"revenue": ("revenue", "revenue_currency")}
COMPANY_FACTS = (
    "owner", "name", "parent", "industry", "website", "phone", "country", "founded", "size", "revenue", "tags",
)  # fmt: skip
PERSON_FACTS = ("owner", "name", "job_title", "company", "email", "phone", "tags")


def fill(record: Company | Person, form: FlaskForm, facts: tuple[str, ...]) -> None:
    """Write what the form has of a record not yet created."""
    for fact in facts:
        if fact not in ("tags", "owner"):
            setattr(record, fact, form[fact].data)
    record.owner = form.owner.user  # type: ignore[attr-defined]
    record.tags = tags_named(form.tags.data)  # type: ignore[attr-defined]
    record.create()


def change_fact(record: Company | Person, form: Any) -> None:
    """Write one fact, with its event."""
    if form.fact == "tags":
        tag_as(record, form.tags.data)
    elif form.fact == "owner":
        record.change(owner=form.owner.user)
    else:
        record.change(**{form.fact: form[form.fact].data})
