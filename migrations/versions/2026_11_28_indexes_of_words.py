"""Keep the words by which records are found in indexes, not in columns; whoever upgrades fills them by their rules."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TEXTS = {
    "companies": ("name", "website", "phone"),
    "deals": ("title", "code"),
    "people": ("name", "email", "phone"),
    "products": ("name", "code"),
}


def upgrade():
    op.create_table(
        "word_indexes",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("scheme", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_word_indexes")),
    )
    for table in _TEXTS:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"CREATE VIRTUAL TABLE {table}_words USING fts5"
                "(words, detail=none, columnsize=0, prefix='1 2 3 4 5', tokenize='ascii')"
            )
        else:
            op.execute(f"CREATE TABLE {table}_words (id integer PRIMARY KEY, words tsvector NOT NULL)")
            # What waits to be sorted into the index is searched word by word: let it be little.
            op.execute(
                f"CREATE INDEX ix_{table}_words ON {table}_words USING gin (words) WITH (gin_pending_list_limit = 256)"
            )
        op.drop_column(table, "search_key")


def downgrade():
    for table in _TEXTS:
        op.add_column(table, sa.Column("search_key", sa.String(length=1000), nullable=False, server_default=""))
        # Good enough to find most until a record is saved again, which folds it as it was folded then.
        rows = sa.table(table, sa.column("search_key"), *(sa.column(name, sa.String) for name in _TEXTS[table]))
        words = sa.func.lower(sum((" " + rows.c[name] for name in _TEXTS[table]), start=sa.literal("")))
        op.execute(rows.update().values(search_key=sa.func.substr(words + " ", 1, 1000)))
        op.drop_table(f"{table}_words")
    op.drop_table("word_indexes")
