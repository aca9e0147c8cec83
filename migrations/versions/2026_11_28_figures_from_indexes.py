"""Let figures of what was won, lost and open, and the deals gone quiet, be read from an index alone."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_STATES = ["stage_id", "owner_id", "team_id", "currency", "value_amount", "deal_id"]
_FIGURES = ["outcome", "reversed_at", "closed_at", "owner_id", "team_id"]
_FIGURES += ["base_amount", "value_amount", "cycle_seconds", "deal_id"]
_STANDING = ["status", "deleted_at", "entered_stage_at", "id", "stage_id", "snoozed_until", "owner_id"]


def upgrade():
    op.create_index("ix_stays_entered", "stays", ["entered_at", *_STATES])
    op.create_index("ix_stays_left", "stays", ["left_at", *_STATES])
    op.create_index("ix_closings_standing", "closings", _FIGURES)
    op.create_index("ix_deals_standing", "deals", _STANDING)
    op.drop_index("ix_stays_entered_at", "stays")
    op.drop_index("ix_stays_left_at", "stays")
    op.drop_index("ix_closings_outcome_closed_at", "closings")


def downgrade():
    op.create_index(
        "ix_closings_outcome_closed_at", "closings", ["outcome", "closed_at", "owner_id", "team_id", "base_amount"]
    )
    op.create_index("ix_stays_left_at", "stays", ["left_at"])
    op.create_index("ix_stays_entered_at", "stays", ["entered_at"])
    op.drop_index("ix_deals_standing", "deals")
    op.drop_index("ix_closings_standing", "closings")
    op.drop_index("ix_stays_left", "stays")
    op.drop_index("ix_stays_entered", "stays")
