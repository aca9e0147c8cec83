"""The indexes of words, one a table of records: written with every change of a record, asked by whatever finds one.

SQLite holds tokens in a full-text table whose row number is the record's id, PostgreSQL as a `tsvector`. Both hold the
same tokens, written by the same functions in the transaction of the change itself; `word_search` asks them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    column,
    delete,
    insert,
    inspect,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.event import listens_for
from sqlalchemy.sql.expression import TableClause, table

from crm_app.extensions import db
from crm_app.web import found_by
from crm_app.web.among import among

_BATCH = 500
_MERGED = 2_000
_GATHERED = "records whose words are written later"


def name_of(model: Any) -> str:
    return f"{model.__tablename__}_words"


def renew(connection: Connection, model: Any, ids: Iterable[int]) -> None:
    """Write anew what the indexes hold of these records, as they stand in this transaction."""
    ids = sorted(set(ids))
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        _hold(connection, model, batch)
        add(connection, model, batch)


def follow(connection: Connection, changed: Mapping[str, Iterable[int]]) -> None:
    """After writing in bulk: records by the names of their tables, changed or gone, and all found by their names."""
    for model in found_by.models():
        ids = sorted(changed.get(model.__tablename__, ()))
        for start in range(0, len(ids), _BATCH):
            forget(connection, model, ids[start : start + _BATCH])
        renew(connection, model, ids)
        _tell_followers(connection, model, ids)


@contextmanager
def gathering(session: Any) -> Iterator[Callable[[], None]]:
    """Within, what a session changes is written by calling what is given, many records at once: before each commit."""
    gathered: dict[Any, set[int]] = defaultdict(set)
    session.info[_GATHERED] = gathered

    def write() -> None:
        session.flush()
        for model, ids in gathered.items():
            renew(session.connection(), model, ids)
        gathered.clear()

    try:
        yield write
    finally:
        del session.info[_GATHERED]


def forget(connection: Connection, model: Any, ids: Sequence[int]) -> None:
    words, key = table_of(model)
    connection.execute(delete(words).where(key.in_(ids)))


def hold_followers(connection: Connection, model: Any, ids: Iterable[int]) -> None:
    """Before records get other names: what is found by these names is held first.

    Whoever changes such a record holds it before those it is found by; the other way round, both would wait in a ring.
    """
    ids = sorted(ids)
    for other, key in found_by.followers(model) if not is_sqlite() else ():
        for start in range(0, len(ids), _BATCH):
            held = select(other.id).where(key.in_(ids[start : start + _BATCH])).order_by(other.id)
            connection.execute(held.with_for_update(read=True)).all()


def renew_between(connection: Connection, model: Any, after: int, ids: Sequence[int]) -> None:
    """As `renew`, for all ids behind `after` up to the last of these; without an end where none is given."""
    words, key = table_of(model)
    gone = delete(words).where(key > after)
    if ids:
        _hold(connection, model, ids)
        gone = gone.where(key <= ids[-1])
    connection.execute(gone)
    add(connection, model, ids)


def tidying(connection_of: Callable[[], Connection], model: Any) -> Iterator[None]:
    """Bring an index that was just filled into its quickest shape, a step of short time after the other."""
    if not is_sqlite():
        cleaned = sql("SELECT gin_clean_pending_list(CAST(:name AS regclass))")
        connection_of().execute(cleaned, {"name": f"ix_{name_of(model)}"})
        return
    name, pages, is_merged = name_of(model), -_MERGED, False
    # SQLite is told what to do with such a table by a row of its own name.
    order = insert(table(name, column(name), column("rank")))
    while not is_merged:
        before = _changes(connection_of())
        connection_of().execute(order.values({name: "merge", "rank": pages}))
        # So its manual tells a merge that found nothing more to do.
        is_merged = _changes(connection_of()) - before < 2
        pages = _MERGED
        yield


def add(connection: Connection, model: Any, ids: Sequence[int]) -> None:
    """Write what the index is to hold of these records, in place of what it may hold."""
    _write(connection, model, connection.execute(_rows_of_ids(model), {"ids": ids}))


def contents(connection: Connection, model: Any) -> dict[int, set[str]]:
    """All that the index of a model holds."""
    words, key = table_of(model)
    held = words.c.words if is_sqlite() else sql("tsvector_to_array(words)")
    rows = connection.execute(select(key, held).select_from(words))
    return {id_: set(found.split() if isinstance(found, str) else found) for id_, found in rows}


def _write(connection: Connection, model: Any, rows: Iterable[Any]) -> None:
    written = [{"id": row.id, "held": _held(found_by.tokens_of(model, row))} for row in rows]
    if written:
        connection.execute(_insertion(model, is_sqlite=is_sqlite()), written)


def _hold(connection: Connection, model: Any, ids: Sequence[int]) -> None:
    """Let nobody change the records meanwhile, nor those by whose names they are found. SQLite has one writer."""
    if is_sqlite():
        return
    connection.execute(select(model.id).where(model.id.in_(ids)).order_by(model.id).with_for_update(read=True)).all()
    for relation in model.found_by.of:
        target, key = found_by.target_of(model, relation), found_by.key_of(model, relation)
        related = select(target.id).where(target.id.in_(select(key).where(model.id.in_(ids)))).order_by(target.id)
        connection.execute(related.with_for_update(read=True)).all()


@listens_for(db.session, "before_flush")
def _hold_followers(session: Any, _context: Any, _instances: Any) -> None:
    for model in () if is_sqlite() else found_by.models():
        renamed = [one.id for one in session.dirty if type(one) is model and _differs(one, (model.found_by.name,))]
        if renamed:
            hold_followers(session.connection(), model, renamed)


@listens_for(db.session, "after_flush")
def _follow(session: Any, _context: Any) -> None:
    for model in found_by.models():
        names = found_by.watched(model)
        touched = [one for one in (*session.new, *session.dirty) if type(one) is model and _differs(one, names)]
        if touched and _GATHERED in session.info:
            session.info[_GATHERED][model].update(one.id for one in touched)
        elif touched and model.found_by.of:
            renew(session.connection(), model, [one.id for one in touched])
        elif touched:
            # Held since they were written, and at hand.
            _write(session.connection(), model, touched)
        if touched:
            renamed = [one.id for one in touched if one not in session.new and _differs(one, (model.found_by.name,))]
            _tell_followers(session.connection(), model, renamed)
        if gone := [one.id for one in session.deleted if type(one) is model]:
            forget(session.connection(), model, gone)


def _differs(record: Any, names: Iterable[str]) -> bool:
    attributes = inspect(record).attrs
    return any(attributes[name].history.has_changes() for name in names)


def _tell_followers(connection: Connection, model: Any, ids: Sequence[int]) -> None:
    for other, key in found_by.followers(model) if ids else ():
        renew(connection, other, connection.scalars(select(other.id).where(key.in_(ids))))


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def table_of(model: Any) -> tuple[TableClause, ColumnElement[int]]:
    key = "rowid" if is_sqlite() else "id"
    words = table(name_of(model), column(key), column("words"))
    return words, words.c[key]


@cache
def _rows_of_ids(model: Any) -> Any:
    return found_by.rows(model).where(among(model.id, "ids"))


@cache
def _insertion(model: Any, *, is_sqlite: bool) -> Any:
    words, key = table_of(model)
    if is_sqlite:
        return insert(words).prefix_with("OR REPLACE").values({key: bindparam("id"), "words": bindparam("held")})
    from sqlalchemy.dialects import postgresql

    made = sql("array_to_tsvector(:held)").bindparams(bindparam("held", type_=postgresql.ARRAY(postgresql.TEXT)))
    statement = postgresql.insert(words).values(id=bindparam("id"), words=made)
    return statement.on_conflict_do_update(index_elements=["id"], set_={"words": statement.excluded.words})


def _changes(connection: Connection) -> int:
    return connection.connection.driver_connection.total_changes  # type: ignore[union-attr]


def _held(found: list[str]) -> Any:
    return " ".join(found) if is_sqlite() else found
