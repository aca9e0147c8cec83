"""Count why records of a change of many were left alone."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("bulk_changes", sa.Column("reasons", sa.JSON(), nullable=False, server_default="{}"))


def downgrade():
    op.drop_column("bulk_changes", "reasons")
