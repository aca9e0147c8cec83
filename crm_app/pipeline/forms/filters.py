"""What narrows the deals of a board or a list: kept in the address, shown as chips."""

from functools import cached_property
from typing import Any, NamedTuple

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import Select
from wtforms import SelectField

from crm_app.accounts.models import User
from crm_app.accounts.queries import assignable_by, teams_visible_to
from crm_app.catalog import queries as catalog
from crm_app.extensions import db
from crm_app.pipeline import queries
from crm_app.pipeline.models import Deal
from crm_app.web import formats
from crm_app.web.fields import MoneyField, TextField
from crm_app.web.money import Rates

LARGEST_ID = 2**31 - 1


class Chip(NamedTuple):
    name: str
    label: str
    operator: str
    value: str


class DealFilterForm(FlaskForm):
    """A GET form. What cannot be read counts as not given, and its field says why."""

    class Meta:
        csrf = False

    q = TextField(_l("Words"))
    owner = SelectField(_l("Owner"), coerce=lambda value: whole_id(value), validate_choice=False)
    team = SelectField(_l("Team"), coerce=lambda value: whole_id(value), validate_choice=False)
    product = SelectField(_l("Product"), coerce=lambda value: whole_id(value), validate_choice=False)
    least = MoneyField(_l("Value from"))
    most = MoneyField(_l("Value up to"))

    @classmethod
    def of_request(cls) -> "DealFilterForm":
        form = cls(request.args)
        form.validate()
        for name in form.errors:
            form[name].data = None
        return form

    def offer(self, user: User) -> "DealFilterForm":
        """With everything there is to choose from; what is not among it counts as not given."""
        people = [(str(one.id), one.name) for one in db.session.scalars(assignable_by(user))]
        teams = [(str(team.id), team.name) for team in db.session.scalars(teams_visible_to(user))]
        products = db.session.scalars(catalog.by_name(catalog.visible_to(user)))
        self.owner.choices = [("", _("Anyone")), *people] if len(people) > 1 else []
        self.team.choices = [("", _("Any team")), *teams] if len(people) > 1 and teams else []
        self.product.choices = [("", _("Any product")), *((str(one.id), one.name) for one in products)]
        for field in (self.owner, self.team, self.product):
            if str(field.data) not in dict(field.choices):
                field.data = None
        return self

    def narrow(self, deals: Select[tuple[Deal]], rates: Rates) -> Select[tuple[Deal]]:
        deals = queries.matching(deals, self.q.data or "")
        deals = queries.of_owner(deals, self.owner.data)
        deals = queries.of_team(deals, self.team.data)
        deals = queries.of_product(deals, self.product.data)
        deals = queries.worth_at_least(deals, self.least.data, rates)
        return queries.worth_at_most(deals, self.most.data, rates)

    @cached_property
    def in_force(self) -> dict[str, Any]:
        """The part of an address that keeps these filters."""
        return {field.name: request.args[field.name] for field in self if field.data not in (None, "")}

    @property
    def chips(self) -> list[Chip]:
        chosen = [field for field in (self.owner, self.team, self.product) if field.data is not None]
        chips = [Chip(f.name, f.label.text, "", dict(f.choices).get(str(f.data), "")) for f in chosen]
        if self.least.data:
            chips.append(Chip("least", _("Value"), "≥", formats.money(self.least.data)))
        if self.most.data:
            chips.append(Chip("most", _("Value"), "≤", formats.money(self.most.data)))
        if self.q.data:
            chips.append(Chip("q", _("Words"), "", self.q.data))
        return chips


def whole_id(value: Any) -> int | None:
    """An id as it stands in an address or a hidden field; None for anything else."""
    text = str(value or "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0
    return number if 0 < number <= LARGEST_ID else None
