"""What narrows the deals of a board or a list: kept in the address, shown as chips."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from flask import request
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import Select, select
from wtforms import SelectField

from crm_app.accounts.models import User
from crm_app.accounts.queries import visible_to as users_visible_to
from crm_app.lists import chips as list_chips
from crm_app.lists import conditions
from crm_app.lists.chips import Chip as ConditionChip
from crm_app.lists.conditions import GROUPS, Conditions
from crm_app.lists.fields import Field
from crm_app.pipeline import expecting, lists, queries, rotting
from crm_app.pipeline.forms.choices import choices
from crm_app.pipeline.models import Deal, Stage
from crm_app.pipeline.shapes import AnyStage
from crm_app.web import formats
from crm_app.web.addresses import whole_id
from crm_app.web.fields import DayField, MoneyField, TextField
from crm_app.web.money import Rates
from crm_app.web.pickers import found_by_id
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

_CLOCKS = {"rotting": _l("Rotting"), "snoozed": _l("Snoozed"), "fresh": _l("Neither rotting nor snoozed")}
_NAMED_STILL: dict[str, Callable[[User], Select[Any]]] = {
    "owner": users_visible_to,
    "stage": lambda _user: select(Stage),
}
_SIGNS = {"close_from": "≥", "close_to": "≤", "least": "≥", "most": "≤"}


class Chip(NamedTuple):
    name: str
    label: str
    operator: str
    value: str


class DealFilterForm(FlaskForm):
    """A GET form. What cannot be read counts as not given, and its field says why; what is gone since finds nothing."""

    class Meta:
        csrf = False

    q = TextField(_l("Keywords"))
    owner = SelectField(_l("Owner"), coerce=whole_id, validate_choice=False)
    team = SelectField(_l("Team"), coerce=whole_id, validate_choice=False)
    product = SelectField(_l("Product"), coerce=whole_id, validate_choice=False)
    source = TextField(_l("Source"), longest=100)
    clock = SelectField(_l("Time in stage"), validate_choice=False)
    close = SelectField(_l("Expected close"), validate_choice=False)
    close_from = DayField(_l("Expected close from"))
    close_to = DayField(_l("Expected close up to"))
    least = MoneyField(_l("Minimum value"))
    most = MoneyField(_l("Maximum value"))

    @classmethod
    def of_request(cls) -> "DealFilterForm":
        form = cls(request.args)
        form.clock.choices = [("", _("Any")), *_CLOCKS.items()]
        form.close.choices = [("", _("Any time")), *expecting.WORDS.items()]
        form.validate()
        for name in form.errors:
            form[name].data = None
        form.forget_unknown(form.clock, form.close)
        return form

    def offer(self, user: User) -> "DealFilterForm":
        """With everything there is to choose from."""
        found = choices(user)
        is_alone = len(found.owners) < 2
        self.owner.choices = [] if is_alone else [("", _("Anyone")), *found.owners]
        self.team.choices = [] if is_alone or not found.teams else [("", _("Any team")), *found.teams]
        self.product.choices = [("", _("Any product")), *found.products]
        return self

    def narrow(self, deals: Select[tuple[Deal]], rates: Rates, stages: Iterable[AnyStage]) -> Select[tuple[Deal]]:
        """`stages` are those in which the deals may stand."""
        deals = queries.matching(deals, self.q.data or "")
        deals = queries.having(deals, **{field.name: field.data for field in self._plain})
        deals = rotting.only(deals, self.clock.data or None, stages)
        deals = expecting.within(deals, self.close.data)
        deals = expecting.between(deals, self.close_from.data, self.close_to.data)
        deals = queries.worth_at_least(deals, self.least.data, rates)
        deals = queries.worth_at_most(deals, self.most.data, rates)
        return self.conditions.narrow(deals)

    @cached_property
    def conditions(self) -> Conditions:
        """Those of any other field, in groups."""
        return conditions.of_request(lists.fields(current_user) if self.grouped else [])

    @cached_property
    def in_force(self) -> dict[str, Any]:
        """The part of an address that keeps these filters."""
        fields = {field.name: request.args[field.name] for field in self if field.data not in (None, "")}
        return fields | self.grouped

    @property
    def grouped(self) -> dict[str, list[str]]:
        """The part of an address that keeps the conditions of other fields."""
        return {name: texts for name in GROUPS if (texts := request.args.getlist(name))}

    def condition_chips(self, path: str) -> list[list[ConditionChip]]:
        return list_chips.of(self.conditions, "deals", path)

    def asked_fields(self, path: str) -> list[tuple[Field, str]]:
        """The fields that a filter can go by, with the addresses of their forms."""
        return list_chips.asked_fields(lists.fields(current_user), "deals", path)

    @property
    def are_set(self) -> bool:
        return bool(self.chips or self.grouped)

    @property
    def chips(self) -> list[Chip]:
        chosen = [field for field in (self.owner, self.team, self.product, self.clock, self.close) if field.data]
        chips = [Chip(f.name, f.label.text, "", self.named(f)) for f in chosen]
        days = [field for field in (self.close_from, self.close_to) if field.data]
        chips += [Chip(f.name, _("Expected close"), _SIGNS[f.name], formats.day(f.data)) for f in days]
        worth = [field for field in (self.least, self.most) if field.data]
        chips += [Chip(f.name, _("Value"), _SIGNS[f.name], formats.money(f.data)) for f in worth]
        return chips + [Chip(f.name, f.label.text, "", f.data) for f in (self.source, self.q) if f.data]

    def named(self, field: Any) -> str:
        """What is chosen, by its name: colleagues who left and retired stages have theirs still."""
        if name := dict(field.choices).get(str(field.data)):
            return str(name)
        rows = _NAMED_STILL.get(field.name)
        return (rows and name_of(rows(current_user), field.data)) or _("not known to you")

    @property
    def offered(self) -> list[Any]:
        """The fields to fill in besides the words, in their order; what leaves no choice is none."""
        chosen = [field for field in (self.owner, self.team, self.product) if len(field.choices) > 1]
        days = [self.close, self.close_from, self.close_to]
        return [*chosen, self.source, self.clock, *days, self.least, self.most]

    @property
    def _plain(self) -> list[Any]:
        """The fields that name what deals have."""
        return [self.owner, self.team, self.product, self.source]

    @property
    def _offering(self) -> list[Any]:
        """The fields whose choices are read from the database."""
        return [self.owner, self.team, self.product]

    @property
    def offers(self) -> tuple[Any, ...]:
        """What there is to choose from, so far as it is not always the same."""
        return tuple(tuple(field.choices) for field in self._offering)

    def forget_unknown(self, *fields: Any) -> None:
        """What is not among its field's choices counts as not given."""
        for field in fields:
            if str(field.data or "") not in dict(field.choices):
                field.data = None


def name_of(rows: Select[Any], record_id: int | None) -> str:
    found = found_by_id(rows, record_id) if record_id else None
    return found.name if found else ""


class _Blank(NamedTuple):
    data: None = None


class Unfiltered:
    """What a part is told of an address that names no filter, for less than a form of a dozen fields costs."""

    in_force: ClassVar[dict[str, Any]] = {}
    owner = team = _Blank()

    def narrow(self, deals: Select[tuple[Deal]], *_facts: Any) -> Select[tuple[Deal]]:
        return deals


def filters_in_force() -> Any:
    """For the answer to a change, which shows no form."""
    return DealFilterForm.of_request() if request.args else Unfiltered()
