"""What a pipeline begins with, until its owner shapes it."""

from crm_app.extensions import db
from crm_app.pipeline.models import Pipeline, Stage
from crm_app.web.texts import gettext as _


def first_pipeline() -> Pipeline:
    """Six stages in the language of whoever sets up."""
    stages = (
        (_("New lead"), 10, 14, "open"),
        (_("Qualified"), 25, 14, "open"),
        (_("Proposal"), 50, 14, "open"),
        (_("Negotiation"), 75, 14, "open"),
        (_("Won"), 100, None, "won"),
        (_("Lost"), 0, None, "lost"),
    )
    pipeline = Pipeline(name=_("Sales"), position=1)
    for position, (name, probability, rot_days, kind) in enumerate(stages, 1):
        pipeline.stages.append(
            Stage(name=name, position=position, probability=probability, rot_days=rot_days, kind=kind)
        )
    db.session.add(pipeline)
    return pipeline
