"""Find the newest companies and people without a look at all others."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_companies_created", "companies", ["created_at", "id"])
    op.create_index("ix_people_created", "people", ["created_at", "id"])


def downgrade():
    op.drop_index("ix_people_created", "people")
    op.drop_index("ix_companies_created", "companies")
