"""End what deals closed before their last move are said to have stood beyond their closing.

Closed on an earlier day than their last move, such deals counted both as closed and as open in between.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_CLOSINGS = sa.table(
    "closings", sa.column("deal_id"), sa.column("closed_at", _INSTANT), sa.column("reversed_at", _INSTANT)
)
_STAYS = sa.table(
    "stays",
    *(sa.column(name) for name in ("id", "deal_id", "seconds")),
    *(sa.column(name, _INSTANT) for name in ("entered_at", "left_at")),
)
_DEALS = sa.table("deals", sa.column("id"), sa.column("entered_stage_at", _INSTANT))


def upgrade():
    first, stay, closing = _STAYS.alias().c, _STAYS.c, _CLOSINGS.c
    began = sa.select(sa.func.min(first.entered_at)).where(first.deal_id == stay.deal_id).scalar_subquery()
    beyond = sa.or_(stay.entered_at > closing.closed_at, stay.left_at > closing.closed_at)
    found = sa.select(*stay, closing.closed_at, began.label("began")).where(closing.deal_id == stay.deal_id, beyond)
    connection = op.get_bind()
    for one in connection.execute(found.where(closing.reversed_at.is_(None))).all():
        # No stay ends before the deal began; one that began beyond the closing lasted no time.
        end = max(one.closed_at, one.began)
        if end >= (one.left_at or one.entered_at):
            continue
        values = {"entered_at": min(one.entered_at, end)}
        if one.left_at is None:
            connection.execute(_DEALS.update().where(_DEALS.c.id == one.deal_id).values(entered_stage_at=end))
        else:
            values |= {"left_at": end, "seconds": int((end - values["entered_at"]).total_seconds())}
        connection.execute(_STAYS.update().where(stay.id == one.id).values(values))


def downgrade():
    """What was wrong is not made wrong again."""
