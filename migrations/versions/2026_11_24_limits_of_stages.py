"""Let a stage say how many deals it takes at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("stages") as stages:
        stages.add_column(sa.Column("wip_limit", sa.Integer(), nullable=True))


def downgrade():
    with op.batch_alter_table("stages") as stages:
        stages.drop_column("wip_limit")
