"""Compare sort keys letter by letter on PostgreSQL, whatever language its server speaks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = ("users", "companies", "people", "products", "deals")


def upgrade():
    _compared_by("C")


def downgrade():
    _compared_by("default")


def _compared_by(collation):
    """SQLite compares so anyway."""
    if op.get_bind().dialect.name == "postgresql":
        for table in _TABLES:
            op.alter_column(table, "sort_key", type_=sa.String(length=255, collation=collation))
