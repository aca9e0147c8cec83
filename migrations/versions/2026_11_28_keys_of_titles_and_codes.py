"""Keep by what titles of deals and codes of products are compared, so that imports find them among any number."""

import sqlalchemy as sa
from alembic import op

from crm_app.web.text import match_key

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BATCH = 1000


# Table, text, its key, and how long the key may be: folding can make a text longer.
_KEYS = (("deals", "title", "title_key", 200), ("products", "code", "code_key", 60))


def upgrade():
    for table, text, key, length in _KEYS:
        op.add_column(table, sa.Column(key, sa.String(length=length), nullable=False, server_default=""))
        _fill(sa.table(table, sa.column("id"), sa.column(text), sa.column(key)), text, key, length)
        op.create_index(op.f(f"ix_{table}_{key}"), table, [key])


def downgrade():
    for table, _text, key, _length in _KEYS:
        op.drop_index(op.f(f"ix_{table}_{key}"), table_name=table)
        op.drop_column(table, key)


def _fill(table, text, key, length):
    """By the rule of today: a later one has to fill the column anew anyway."""
    connection, last = op.get_bind(), 0
    keyed = sa.update(table).where(table.c.id == sa.bindparam("record")).values({key: sa.bindparam("key")})
    while True:
        some = sa.select(table.c.id, table.c[text]).where(table.c.id > last).order_by(table.c.id).limit(_BATCH)
        found = connection.execute(some).all()
        if not found:
            return
        connection.execute(keyed, [{"record": id_, "key": match_key(said)[:length]} for id_, said in found])
        last = found[-1].id
