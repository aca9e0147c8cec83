"""Keep what each import wrote, so that it can be taken back; and how far it got, so that it goes on after an interruption."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "import_batches",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_event", sa.BigInteger(), nullable=False),
        sa.Column("last_event", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.JSON(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name="fk_import_batches_import_id_imports", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name="pk_import_batches"),
    )
    with op.batch_alter_table("imports") as imports:
        imports.add_column(sa.Column("skipped", sa.Integer(), nullable=False, server_default="0"))
        imports.add_column(sa.Column("interrupted_at", sa.Integer(), nullable=True))
        imports.add_column(sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True))
        imports.add_column(sa.Column("worker", sa.String(80), nullable=False, server_default=""))
        imports.add_column(sa.Column("checked", sa.JSON(), nullable=False, server_default="{}"))
        imports.add_column(sa.Column("undone", sa.Integer(), nullable=False, server_default="0"))
        imports.add_column(sa.Column("kept", sa.Integer(), nullable=False, server_default="0"))
        imports.add_column(sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
        imports.add_column(sa.Column("undone_by_id", sa.Integer(), nullable=True))
        imports.create_foreign_key(
            "fk_imports_undone_by_id_users", "users", ["undone_by_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("imports") as imports:
        imports.alter_column("skipped", server_default=None)
        imports.alter_column("worker", server_default=None)
        imports.alter_column("checked", server_default=None)
        imports.alter_column("undone", server_default=None)
        imports.alter_column("kept", server_default=None)


def downgrade():
    with op.batch_alter_table("imports") as imports:
        imports.drop_constraint("fk_imports_undone_by_id_users", type_="foreignkey")
        imports.drop_column("undone_by_id")
        imports.drop_column("undone_at")
        imports.drop_column("kept")
        imports.drop_column("undone")
        imports.drop_column("skipped")
        for name in ("checked", "worker", "begun_at", "interrupted_at"):
            imports.drop_column(name)
    op.drop_table("import_batches")
