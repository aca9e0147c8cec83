"""Let stages count working days, and deals sleep until a day for a reason."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("stages") as stages:
        stages.add_column(sa.Column("rots_in_working_days", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("stages") as stages:
        stages.alter_column("rots_in_working_days", server_default=None)
    with op.batch_alter_table("deals") as deals:
        deals.add_column(sa.Column("snoozed_until", sa.Date(), nullable=True))
        deals.add_column(sa.Column("snooze_reason", sa.String(500), nullable=False, server_default=""))
    with op.batch_alter_table("deals") as deals:
        deals.alter_column("snooze_reason", server_default=None)


def downgrade():
    with op.batch_alter_table("deals") as deals:
        deals.drop_column("snooze_reason")
        deals.drop_column("snoozed_until")
    with op.batch_alter_table("stages") as stages:
        stages.drop_column("rots_in_working_days")
