"""What the owner fills in about pipelines and their stages."""

from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import BooleanField, RadioField, SelectField, ValidationError

from crm_app.extensions import db
from crm_app.pipeline import limits, shaping
from crm_app.pipeline.models import KINDS, Pipeline, Stage
from crm_app.web import formats
from crm_app.web.fields import NumberField, Required, TextField
from crm_app.web.seen import SeenForm
from crm_app.web.text import match_key
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l


class PipelineForm(FlaskForm):
    name = TextField(_l("Name"), [Required()], longest=100)

    def __init__(self, pipeline: Pipeline | None = None):
        self.pipeline = pipeline
        super().__init__(obj=pipeline)

    def validate_name(self, field):
        others = db.session.scalars(select(Pipeline)).all()
        if any(one is not self.pipeline and match_key(one.name) == match_key(field.data) for one in others):
            raise ValidationError(_("There is already a pipeline with this name."))


class StageForm(SeenForm):
    """A stage, new or known; `deals` says how many are or were in it."""

    name = TextField(_l("Name"), [Required()], longest=100)
    kind = SelectField(_l("Type"))
    probability = NumberField(_l("Probability"), least=0, most=100, whole=True)
    wip_limit = NumberField(_l("Deal limit"), least=1, most=9999, whole=True)
    rot_days = NumberField(_l("Rots after (days)"), least=1, most=3650, whole=True)
    rots_in_working_days = BooleanField(_l("Count working days only"))

    def __init__(self, pipeline: Pipeline, stage: Stage | None = None, *, deals: int = 0):
        self.pipeline, self.stage, self.deals = pipeline, stage, deals
        super().__init__(obj=stage, data=None if stage else {"kind": "open"})
        self.kind.choices = [(kind, str(name)) for kind, name in KINDS.items()]
        if stage:
            self.drawn_from(*(getattr(stage, name) for name in self.facts()))

    def facts(self) -> dict:
        return {
            "name": self.name.data,
            "kind": self.kind.data,
            "probability": self.probability.data or 0,
            "wip_limit": self.wip_limit.data,
            "rot_days": self.rot_days.data,
            "rots_in_working_days": self.rots_in_working_days.data,
        }

    def validate_name(self, field):
        if shaping.is_named_already(self.pipeline, field.data, self.stage):
            raise ValidationError(_("There is already a stage with this name."))

    def validate_kind(self, field):
        if self.stage and field.data != self.stage.kind:
            reason = shaping.why_kind_stays(self.stage, self.deals)
            if reason:
                raise ValidationError(reason)


class StageDeletionForm(FlaskForm):
    """Which stage takes the place of one where deals are or were, and what becomes of its past.

    `coming` is how many deals the other stage gets. Where deals end the past always goes along.
    """

    home = SelectField(_l("Move its deals to"), validate_choice=False)
    past = RadioField(_l("What happens to its history?"), validate_choice=False)

    def __init__(self, stage: Stage, coming: int):
        likely = shaping.likely_home(stage)
        super().__init__(data={"home": str(likely.id) if likely else "", "past": "kept"})
        self.homes = {str(one.id): one for one in shaping.homes_of(stage)}
        fill = limits.fill(self.homes.values())
        self.home.choices = [(key, _home_name(one, fill.get(one.id, 0) + coming)) for key, one in self.homes.items()]
        self.past.choices = [("kept", _("Keep it under its own name")), ("joined", _("Count it for the other stage"))]
        if not stage.is_open:
            del self.past

    @property
    def chosen_home(self) -> Stage:
        return self.homes[self.home.data]

    @property
    def is_merger(self) -> bool:
        return self.past is None or self.past.data == "joined"

    def validate_home(self, field):
        if not field.raw_data or field.data not in self.homes:
            raise ValidationError(_("Choose one from the list."))

    def validate_past(self, field):
        if not field.raw_data or field.data not in dict(field.choices):
            raise ValidationError(_("Choose what happens to its history."))


def _home_name(stage: Stage, fill: int) -> str:
    if stage.wip_limit is None or fill <= stage.wip_limit:
        return stage.name
    facts = {"stage": stage.name, "fill": formats.num(fill), "limit": formats.num(stage.wip_limit)}
    return _("%(stage)s – would be over its limit: %(fill)s of %(limit)s", **facts)
