"""Let the totals of boards be read from an index alone, and each month of the forecast from its first day."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    columns = ["status", "deleted_at", "stage_id", "currency", "owner_id", "value_amount", "expected_close"]
    op.create_index("ix_deals_sums", "deals", columns)
    op.create_index("ix_deals_expected", "deals", ["status", "deleted_at", "pipeline_id", "expected_close", "id"])


def downgrade():
    op.drop_index("ix_deals_expected", "deals")
    op.drop_index("ix_deals_sums", "deals")
