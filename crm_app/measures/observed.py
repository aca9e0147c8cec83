"""How often deals that were in a stage were won in the end: what its probability was worth so far."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import case, func

from crm_app.analytics.rates import shrunk
from crm_app.extensions import db
from crm_app.measures.scope import Scope
from crm_app.pipeline.models import Deal, Stage, Stay


def win_rates(stages: Sequence[Stage], scope: Scope) -> dict[int, Decimal]:
    """By stage: the won ones among the visible deals that were in it and are closed, whoever has the credit.

    While they are few, the rate stays near the probability that the stage was given.
    """
    is_won = case((Deal.status == "won", Deal.id))
    counted = (func.count(Deal.id.distinct()), func.count(is_won.distinct()))
    closed = scope.deals().where(Deal.status != "open").join(Stay, Stay.deal_id == Deal.id)
    asked = closed.where(Stay.stage_id.in_([stage.id for stage in stages])).group_by(Stay.stage_id)
    known = {number: counts for number, *counts in db.session.execute(asked.with_only_columns(Stay.stage_id, *counted))}
    return {stage.id: _rate(stage, *known.get(stage.id, (0, 0))) for stage in stages}


def _rate(stage: Stage, closed: int, won: int) -> Decimal:
    return shrunk(won, closed, Decimal(stage.probability) / 100)
