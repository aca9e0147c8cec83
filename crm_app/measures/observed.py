"""How often deals that were in a stage were won in the end: what its probability was worth so far."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, case, func, select

from crm_app.analytics.rates import shrunk
from crm_app.measures.scope import Scope
from crm_app.pipeline.models import Deal, Stage, Stay


def stages(scope: Scope) -> Select[Stage, Any, Any]:
    """Each stage with the visible deals that were in it and are closed, and the won ones among them, whoever's."""
    is_won = case((Deal.status == "won", Deal.id))
    closed = scope.deals().where(Deal.status != "open").join(Stay, Stay.deal_id == Deal.id).group_by(Stay.stage_id)
    counts = closed.with_only_columns(
        Stay.stage_id, func.count(Deal.id.distinct()).label("closed"), func.count(is_won.distinct()).label("won")
    ).subquery()
    known = (func.coalesce(counts.c.closed, 0), func.coalesce(counts.c.won, 0))
    return select(Stage, *known).outerjoin(counts, counts.c.stage_id == Stage.id)


def win_rate(row: Row[Stage, Any, Any]) -> Decimal:
    """The share that was won; while there are few, it stays near the probability that the stage was given."""
    stage, closed, won = row
    return shrunk(won, closed, Decimal(stage.probability) / 100)
