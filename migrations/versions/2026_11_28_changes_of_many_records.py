"""Keep what was done to many records at once, so that it can be followed and taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "bulk_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(20), nullable=False),
        sa.Column("action", sa.String(30), nullable=False),
        sa.Column("meant", sa.JSON(), nullable=False),
        sa.Column("query", sa.String(2000), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("undoer_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("is_undoing", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("count", "done", "same", "newer", "refused", "undone", "kept")
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), nullable=True)
            for name in ("started_at", "touched_at", "undone_at")
        ),
        sa.ForeignKeyConstraint(
            ["undoer_id"], ["users.id"], name=op.f("fk_bulk_changes_undoer_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_bulk_changes_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_changes")),
    )
    for column in ("created_at", "status", "user_id"):
        op.create_index(op.f(f"ix_bulk_changes_{column}"), "bulk_changes", [column])
    op.create_table(
        "bulk_records",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["bulk_changes.id"], name=op.f("fk_bulk_records_change_id_bulk_changes"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("change_id", "record_id", name=op.f("pk_bulk_records")),
    )
    op.create_index("ix_bulk_records_outcome", "bulk_records", ["change_id", "outcome", "record_id"])


def downgrade():
    op.drop_table("bulk_records")
    op.drop_table("bulk_changes")
