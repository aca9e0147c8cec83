"""What people fill in about deals: all of a new one, or a single fact of one that is known."""

from typing import Any

from flask import request
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, ValidationError
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from crm_app.accounts.forms import currency_choices
from crm_app.accounts.queries import sees_everything
from crm_app.catalog import queries as catalog
from crm_app.contacts import queries as contacts
from crm_app.contacts.fields import OwnerField
from crm_app.pipeline import queries
from crm_app.pipeline.models import Deal, Pipeline, Stage
from crm_app.web.fields import DayField, MoneyField, Required, TextField
from crm_app.web.pickers import RecordField, found_by_id
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

FACTS = ("owner", "title", "value", "company", "person", "product", "source", "expected_close", "code")
_FIELDS_OF = {"value": ("value", "currency")}


class DealForm(FlaskForm):
    """All that can be known of a deal by hand."""

    title = TextField(_l("Title"), [Required()])
    value = MoneyField(_l("Value"), currency_from="currency")
    currency = SelectField(_l("Currency"))
    company = RecordField(
        _l("Company"),
        find=lambda: contacts.companies_visible_to(current_user),
        suggestions="contacts.company_suggestions",
    )
    person = RecordField(
        _l("Person"),
        find=lambda: contacts.people_visible_to(current_user),
        suggestions="contacts.person_suggestions",
    )
    product = RecordField(
        _l("Product"), find=lambda: catalog.visible_to(current_user), suggestions="catalog.suggestions"
    )
    expected_close = DayField(_l("Expected close"))
    source = TextField(_l("Source"), longest=100)
    owner = OwnerField(_l("Owner"))
    code = TextField(_l("Code"), longest=60)

    def __init__(self, deal: Deal | None = None, **given):
        self.deal = deal
        super().__init__(obj=deal, **given)
        self.currency.choices = currency_choices(beside_amount=True)
        self.owner.offer(deal.owner if deal else None, is_new=deal is None)

    def validate_owner(self, field: OwnerField) -> None:
        if field.user is None and not sees_everything(current_user):
            raise ValidationError(_("Choose an owner: you could not see a deal without one."))

    def validate_code(self, field: TextField) -> None:
        if field.data and queries.is_code_taken(field.data, self.deal):
            raise ValidationError(_("Another deal has this code."))


class NewDealForm(DealForm):
    """A new deal, begun in an open stage of any pipeline."""

    stage = SelectField(_l("Stage"), coerce=str, validate_choice=False)

    def __init__(self, pipelines: list[Pipeline], **given):
        super().__init__(data={"currency": reader.currency} | given)
        self.stages = {str(stage.id): stage for pipeline in pipelines for stage in pipeline.open_stages}
        if self.owner.raw_data == []:
            self.owner.data = str(current_user.id)
        is_one = len(pipelines) == 1
        self.stage.choices = [
            (number, stage.name if is_one else f"{stage.pipeline.name} · {stage.name}")
            for number, stage in self.stages.items()
        ]

    @property
    def chosen_stage(self) -> Stage:
        return self.stages[self.stage.data]

    def validate_stage(self, field: SelectField) -> None:
        if field.data not in self.stages:
            raise ValidationError(_("That stage no longer exists. Choose another."))

    def fill(self, deal: Deal) -> None:
        """Write what was typed into a deal not yet created."""
        for fact in FACTS:
            if fact not in ("owner", "value"):
                setattr(deal, fact, self[fact].data)
        deal.owner, deal.currency, deal.value = self.owner.user, self.currency.data, self.value.data


class QuickDealForm(FlaskForm):
    """As much of a new deal as one types while the customer is on the phone."""

    title = TextField(_l("Title"), [Required()])
    value = MoneyField(_l("Value"))

    def __init__(self, stage: Stage, **kwargs):
        super().__init__(**kwargs)
        self.title.id, self.value.id = f"adding-title-{stage.id}", f"adding-value-{stage.id}"


def facts_of(deal: Deal) -> tuple[str, ...]:
    return (*FACTS, "lost_reason") if deal.status == "lost" else FACTS


class DealFactForm(DealForm):
    """One fact of a deal, of the version that was seen."""

    lost_reason = TextField(_l("Lost reason"), longest=500)
    version = IntegerField(validators=[Optional()], widget=HiddenInput())

    def __init__(self, deal: Deal, fact: str):
        self.fact = fact
        super().__init__(deal)
        kept = {*_FIELDS_OF.get(fact, (fact,)), "version", "csrf_token"}
        for other in [name for name in self._fields if name not in kept]:
            del self[other]
        if request.method == "GET":
            self._hide_what_is_hidden()

    @property
    def fields(self) -> list[Any]:
        return [self[name] for name in _FIELDS_OF.get(self.fact, (self.fact,))]

    @property
    def is_sent(self) -> bool:
        """Whether the fact itself was sent: emptying it is one thing, not naming it another."""
        return self.fact in request.form

    def changes(self) -> dict[str, Any]:
        if self.fact == "owner":
            return {"owner": self.owner.user}
        if self.fact == "value" and self.value.data is None:
            return {"value": None, "currency": self.currency.data}
        return {self.fact: self[self.fact].data}

    def validate_value(self, field: MoneyField) -> None:
        if self.deal and not self.deal.is_open:
            raise ValidationError(_("The deal is closed with this value. Reopen it to change the value."))

    def _hide_what_is_hidden(self) -> None:
        """A company or person whose page the reader may not open is not offered by name either."""
        field = self.fields[0]
        if isinstance(field, RecordField) and field.data and not found_by_id(field.find(), field.data.id):
            field.data = None


def prefilled() -> dict[str, Any]:
    """What the address of a new deal says of it (`company`, `person`, `product`, `stage`), except what is hidden."""
    person = _named("person", contacts.people_visible_to(current_user))
    company = _named("company", contacts.companies_visible_to(current_user))
    if person and person.company_id and not company:
        company = found_by_id(contacts.companies_visible_to(current_user), person.company_id)
    product = _named("product", catalog.visible_to(current_user))
    given = {"person": person, "company": company, "product": product, "value": product and product.price}
    if product and product.price:
        given["currency"] = product.currency
    return {"stage": request.args.get("stage", "")} | {name: value for name, value in given.items() if value}


def _named(name: str, rows: Any) -> Any:
    number = request.args.get(name, type=int)
    return found_by_id(rows, number) if number and 0 < number < 2**31 else None
