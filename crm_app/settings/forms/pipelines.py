"""What the owner fills in about pipelines and their stages."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import BooleanField, SelectField, ValidationError

from crm_app.extensions import db
from crm_app.pipeline import shaping
from crm_app.pipeline.models import KINDS, Pipeline, Stage
from crm_app.web.fields import NumberField, Required, TextField
from crm_app.web.text import match_key


class PipelineForm(FlaskForm):
    name = TextField(_l("Name"), [Required()], longest=100)

    def __init__(self, pipeline: Pipeline | None = None):
        self.pipeline = pipeline
        super().__init__(obj=pipeline)

    def validate_name(self, field):
        others = db.session.scalars(select(Pipeline)).all()
        if any(one is not self.pipeline and match_key(one.name) == match_key(field.data) for one in others):
            raise ValidationError(_("There is a pipeline of this name already."))


class StageForm(FlaskForm):
    """A stage, new or known; `deals` says how many are or were in it."""

    name = TextField(_l("Name"), [Required()], longest=100)
    kind = SelectField(_l("Kind"))
    probability = NumberField(_l("Probability, per cent"), least=0, most=100, whole=True)
    wip_limit = NumberField(_l("Deals at a time"), least=1, most=9999, whole=True)
    rot_days = NumberField(_l("Rots after days"), least=1, most=3650, whole=True)
    rots_in_working_days = BooleanField(_l("Count working days only"))

    def __init__(self, pipeline: Pipeline, stage: Stage | None = None, *, deals: int = 0):
        self.pipeline, self.stage, self.deals = pipeline, stage, deals
        super().__init__(obj=stage, data=None if stage else {"kind": "open"})
        self.kind.choices = [(kind, str(name)) for kind, name in KINDS.items()]

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
            raise ValidationError(_("There is a stage of this name already."))

    def validate_kind(self, field):
        if self.stage and field.data != self.stage.kind:
            reason = shaping.why_kind_stays(self.stage, self.deals)
            if reason:
                raise ValidationError(reason)
