"""Keep which columns of a list each person wants to see."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "list_layouts",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(20), nullable=False),
        sa.Column("columns", sa.String(1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_list_layouts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "place", name=op.f("pk_list_layouts")),
    )


def downgrade():
    op.drop_table("list_layouts")
