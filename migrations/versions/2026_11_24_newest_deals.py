"""Find the newest deals of those whose day is known, which stand before the others."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_deals_newest", "deals", ["created_is_known", "created_at", "id"])


def downgrade():
    op.drop_index("ix_deals_newest", "deals")
