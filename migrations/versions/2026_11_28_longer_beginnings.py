"""Let SQLite find words by longer beginnings without gathering all that begin so; whoever upgrades fills the indexes."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TABLES = ("companies", "deals", "people", "products")


def upgrade():
    _made_anew("1 2 3 4 5 6 7 8 9")


def downgrade():
    _made_anew("1 2 3 4 5")


def _made_anew(beginnings):
    """PostgreSQL's indexes take any beginning. Those that are older than the rules of the search are filled anew."""
    op.execute("DELETE FROM word_indexes")
    if op.get_bind().dialect.name == "sqlite":
        for table in _TABLES:
            op.execute(f"DROP TABLE {table}_words")
            op.execute(
                f"CREATE VIRTUAL TABLE {table}_words USING fts5"
                f"(words, detail=none, columnsize=0, prefix='{beginnings}', tokenize='ascii')"
            )
