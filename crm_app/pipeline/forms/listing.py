"""What narrows the list of deals beyond what a board can show: closed ones too, and those of one contact."""

from typing import Any

from wtforms import Field, SelectField
from wtforms.widgets import HiddenInput

from crm_app.accounts.models import User
from crm_app.contacts import queries as contacts
from crm_app.pipeline.forms.filters import Chip, DealFilterForm, name_of
from crm_app.pipeline.models import KINDS
from crm_app.web.addresses import whole_id
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l


class _ContactField(Field):
    """The id of a company or person, given by the page that leads here."""

    widget = HiddenInput()

    def process_formdata(self, valuelist):
        self.data = whole_id(valuelist[0]) if valuelist else None

    def _value(self):
        return str(self.data or "")


class DealListForm(DealFilterForm):
    company = _ContactField(_l("Company"))
    person = _ContactField(_l("Person"))
    status = SelectField(_l("Status"), validate_choice=False)
    pipeline = SelectField(_l("Pipeline"), coerce=whole_id, validate_choice=False)
    stage = SelectField(_l("Stage"), coerce=whole_id, validate_choice=False)

    def offer_all(self, user: User, pipelines: list[Any]) -> "DealListForm":
        """With everything there is to choose from, and the names of the contacts that were asked for."""
        self.offer(user)
        stages = [(one, stage) for one in pipelines for stage in one.stages]
        several = len(pipelines) > 1
        self.status.choices = [("", _("Any status")), *KINDS.items()]
        self.pipeline.choices = [("", _("Any pipeline")), *((str(one.id), one.name) for one in pipelines)]
        self.stage.choices = [
            ("", _("Any stage")),
            *((str(stage.id), f"{one.name} · {stage.name}" if several else stage.name) for one, stage in stages),
        ]
        self.forget_unknown(self.status)
        self.names = {
            "company": name_of(contacts.companies_visible_to(user), self.company.data),
            "person": name_of(contacts.people_visible_to(user), self.person.data),
        }
        return self

    @property
    def chips(self) -> list[Chip]:
        contact = [field for field in (self.company, self.person) if field.data is not None]
        named = [Chip(f.name, f.label.text, "", self.names[f.name] or _("not known to you")) for f in contact]
        chosen = [field for field in (self.status, self.pipeline, self.stage) if field.data]
        named += [Chip(f.name, f.label.text, "", self.named(f)) for f in chosen]
        return named + super().chips

    @property
    def _plain(self) -> list[Any]:
        return [*super()._plain, self.company, self.person, self.pipeline, self.stage, self.status]

    @property
    def _offering(self) -> list[Any]:
        return [self.pipeline, self.stage, *super()._offering]

    @property
    def offered(self) -> list[Any]:
        """The only pipeline is no choice."""
        where = [self.pipeline] if len(self.pipeline.choices) > 2 else []
        return [self.status, *where, self.stage, *super().offered]
