"""Keep the digits of rates that are far below one."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("rates") as rates:
        rates.alter_column("rate", existing_type=sa.Numeric(20, 10), type_=sa.Numeric(30, 20), existing_nullable=False)


def downgrade():
    with op.batch_alter_table("rates") as rates:
        rates.alter_column("rate", existing_type=sa.Numeric(30, 20), type_=sa.Numeric(20, 10), existing_nullable=False)
