"""The newest of the records that answer, on PostgreSQL, whose index of words can give neither the newest nor few.

GIN collects all that begins with the letters asked for, word by word, before it tells of the first record. So what very
many answer is found by looking at rows: at the newest, and at a few in many places of the table, which also tell how
frequent each word is. Only what few of those answer is asked of the index, by its rarest words; the frequent ones are
looked for in what that finds.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import TextClause
from sqlalchemy import text as sql

from crm_app.extensions import db
from crm_app.web.tokens import Group, Query
from crm_app.web.word_index import name_of
from crm_app.web.word_questions import question

_NEWEST, _FEW, _MANY = 1000, 1000, 100
_PLACES, _AT_EACH = 8, 32
# Of the rows looked at in all places: a word of so many, and beginnings of so many, are worth asking the index for.
_FREQUENT, _OFTEN_BEGUN = 38, 25
# Beside the rarest one, beginnings of so many times its number: to collect them costs less than to read what it finds.
_TIMES = 4


class _Seen(NamedTuple):
    """Ids that answer among the newest rows, and of the rows in all places; how many of these hold each of `_parts`."""

    newest: list[int]
    spread: list[int]
    holding: list[int]


def newest(asked: Mapping[Any, Query], most: int, enough: int) -> dict[Any, list[int]]:
    """By model the ids of the newest that answer, at most `most`; fewer than `enough` are all that there are.

    Where very many answer but next to none of the newest rows, they are the newest of those that were looked at.
    """
    found, few = {}, {}
    for model, seen in _seen(asked, most, enough).items():
        found[model] = sorted({*seen.newest, *seen.spread}, reverse=True)[:most]
        if len(found[model]) < enough:
            few[model] = _divided(asked[model], seen.holding)
    return found | _indexed(few, most)


def newest_owned(asked: Mapping[Any, Query], most: int) -> dict[Any, list[int]]:
    """The same of questions that end with an owner, whose records are not met among the newest of all."""
    given: dict[str, Any] = {"most": most}
    for place, query in enumerate(asked.values()):
        given |= {f"asked_{place}": question(query), f"owned_{place}": question(Query(query.groups[-1:]))}
    return _found(tuple(asked), _owned(tuple(map(name_of, asked))), given)


def _seen(asked: Mapping[Any, Query], most: int, enough: int) -> dict[Any, _Seen]:
    models = tuple(asked)
    looks = tuple((name_of(model), len(_parts(query))) for model, query in asked.items())
    given: dict[str, Any] = {"most": most, "enough": enough}
    for place, query in enumerate(asked.values()):
        given[f"asked_{place}"] = question(query)
        given |= {f"asked_{place}_{number}": question(Query((one,))) for number, one in enumerate(_parts(query))}
    rows = db.session.connection().execute(_look(looks), given)
    return {models[place]: _Seen(first, spread or [], held) for place, first, spread, held in rows}


@lru_cache
def _look(looks: Sequence[tuple[str, int]]) -> TextClause:
    return sql(" UNION ALL ".join(_look_at(place, *look) for place, look in enumerate(looks)))


def _look_at(place: int, table: str, parts: int) -> str:
    answers = f"words @@ CAST(:asked_{place} AS tsquery)"
    held = (f"count(*) FILTER (WHERE words @@ CAST(:asked_{place}_{part} AS tsquery))" for part in range(parts))
    # Materialized: it would be run again for each time that it is named.
    return f"""
        (WITH last AS MATERIALIZED (
            SELECT ARRAY(
                SELECT id FROM (SELECT id, words FROM {table} ORDER BY id DESC LIMIT {_NEWEST}) AS rows
                WHERE {answers} ORDER BY id DESC LIMIT :most
            ) AS ids
        )
        SELECT {place}, last.ids, spread.ids, spread.held FROM last, LATERAL (
            SELECT array_agg(id) FILTER (WHERE {answers}) AS ids, CAST(ARRAY[{", ".join(held)}] AS bigint[]) AS held
            FROM (SELECT CAST(max(id) AS bigint) AS highest FROM {table}) AS highest,
                generate_series(1, {_PLACES}) AS place,
                LATERAL (
                    SELECT id, words FROM {table} WHERE id <= highest * place / {_PLACES}
                    ORDER BY id DESC LIMIT {_AT_EACH}
                ) AS rows
            WHERE cardinality(last.ids) < :enough
        ) AS spread)"""  # noqa: S608 - names of our own tables


def _parts(asked: Query) -> Sequence[Group]:
    """What has to be counted to divide a question; nothing where the index can be asked for one thing only."""
    if len(asked.groups) == 1 and all(len(terms) == 1 for terms in asked.groups[0]):
        return ()
    return tuple(dict.fromkeys(part for group in asked.groups for part in _apart(group)))


def _divided(asked: Query, holding: Sequence[int]) -> tuple[Query, Query]:
    """What the index is asked, and what is looked for in the rows it finds."""
    if not holding:
        return asked, Query(())
    counts = dict(zip(_parts(asked), holding, strict=True))
    rarest = [_rarest(group, counts) for group in asked.groups]
    numbers = [sum(counts[part] for part in _apart(group)) for group in rarest]
    most_begun = min(_OFTEN_BEGUN, _TIMES * max(min(numbers), 1))
    sought, kept = [], []
    for group, sign, number in zip(asked.groups, rarest, numbers, strict=True):
        is_sought = number == min(numbers) or number <= (most_begun if _begins(group) else _FREQUENT)
        sought += [sign] if is_sought else []
        kept += [group] if not is_sought or sign != group else []
    if not kept:
        return asked, Query(())
    return Query(tuple(sought)), Query(tuple(kept), asked.but)


def _apart(group: Group) -> list[Group]:
    """Each beginning by itself, which the index collects wherever it stands; of whole words any of a group."""
    return [((term,),) for terms in group for term in terms] if _begins(group) else [group]


def _rarest(group: Group, counts: Mapping[Group, int]) -> Group:
    """Of each alternative the one term that the fewest hold."""
    return tuple((min(terms, key=lambda term: counts[((term,),)]),) for terms in group) if _begins(group) else group


def _begins(group: Group) -> bool:
    return any(term.is_beginning for terms in group for term in terms)


def _indexed(asked: Mapping[Any, tuple[Query, Query]], most: int) -> dict[Any, list[int]]:
    if not asked:
        return {}
    given: dict[str, Any] = {"most": most}
    for place, (sought, kept) in enumerate(asked.values()):
        given |= {f"sought_{place}": question(sought), f"kept_{place}": question(kept)}
    tables = tuple((name_of(model), bool(kept)) for model, (_sought, kept) in asked.items())
    return _found(tuple(asked), _of_index(tables), given)


def _found(models: Sequence[Any], asking: TextClause, given: Mapping[str, Any]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {model: [] for model in models}
    for place, id_ in db.session.connection().execute(asking, given):
        found[models[place]].append(id_)
    return found


@lru_cache
def _of_index(tables: Sequence[tuple[str, bool]]) -> TextClause:
    return sql(" UNION ALL ".join(_of_index_of(place, *one) for place, one in enumerate(tables)))


def _of_index_of(place: int, table: str, is_narrowed: bool) -> str:
    """Planned as if all were read, for the index to be taken, and read so far only; a function is none of its terms."""
    kept = f"AND ts_match_vq(words, CAST(:kept_{place} AS tsquery))" if is_narrowed else ""
    return f"""
        (WITH answers AS MATERIALIZED (
            SELECT id FROM {table} WHERE words @@ CAST(:sought_{place} AS tsquery) {kept}
        )
        SELECT {place}, id FROM (SELECT id FROM answers LIMIT {_MANY}) AS many
        ORDER BY id DESC LIMIT :most)"""  # noqa: S608 - names of our own tables


@lru_cache
def _owned(tables: Sequence[str]) -> TextClause:
    return sql(" UNION ALL ".join(_owned_of(place, table) for place, table in enumerate(tables)))


def _owned_of(place: int, table: str) -> str:
    """All records of somebody who has few are looked through: the index has to collect all that begins with a word."""
    answers, number = f"words @@ CAST(:asked_{place} AS tsquery)", "(SELECT count(*) FROM owned)"
    return f"""
        (WITH answers AS MATERIALIZED (
            SELECT id, words FROM {table} WHERE words @@ CAST(:owned_{place} AS tsquery)
        ), owned AS (SELECT id, words FROM answers LIMIT {_FEW} + 1)
        SELECT {place}, id FROM (
            SELECT id FROM owned WHERE {answers} AND {number} <= {_FEW}
            UNION ALL SELECT id FROM {table} WHERE {answers} AND {number} > {_FEW}
        ) AS found ORDER BY id DESC LIMIT :most)"""  # noqa: S608 - names of our own tables
