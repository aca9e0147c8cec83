"""Find the first cards of one owner in a column without a look at those of the others."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_deals_board", "deals")
    op.create_index("ix_deals_board", "deals", ["stage_id", "rank", "id", "owner_id"])


def downgrade():
    op.drop_index("ix_deals_board", "deals")
    op.create_index("ix_deals_board", "deals", ["stage_id", "rank", "id"])
