"""How often deals that were in a stage were won in the end: what its probability was worth so far."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, case, func, select

from crm_app.analytics.rates import shrunk
from crm_app.measures import events
from crm_app.measures.scope import Scope
from crm_app.pipeline.models import Closing, Stage, Stay


def stages(scope: Scope) -> Select[Stage, Any, Any]:
    """Each stage with the closed deals that were in it, and the won ones, of all that the scope's user may count."""
    is_won = case((Closing.outcome == "won", Closing.deal_id)).distinct()
    closed = events.rows("win_rate", replace(scope, owner_id=None, team_id=None), None, of_deals=False).deals
    deals = Closing.deal_id.distinct()
    counted = (Stay.stage_id, func.count(deals).label("closed"), func.count(is_won).label("won"))
    stays = closed.join(Stay, Stay.deal_id == Closing.deal_id).with_only_columns(*counted)
    counts = stays.group_by(Stay.stage_id).subquery()
    known = (func.coalesce(counts.c.closed, 0), func.coalesce(counts.c.won, 0))
    return select(Stage, *known).outerjoin(counts, counts.c.stage_id == Stage.id)


def win_rate(row: Row[Stage, Any, Any]) -> Decimal:
    """The share that was won; while there are few, it stays near the probability that the stage was given."""
    stage, closed, won = row
    return shrunk(won, closed, Decimal(stage.probability) / 100)
