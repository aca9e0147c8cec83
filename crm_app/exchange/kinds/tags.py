"""Tags in an import: those of a row are added to the ones that the record has."""

from typing import Any

from sqlalchemy import select

from crm_app.contacts.models import Tag, tag_key
from crm_app.exchange.kinds.kind import Row
from crm_app.extensions import db
from crm_app.web.text import match_key


def tags_of(owner: Any, tag: Any, ids: list[int]) -> dict[int, dict[str, str]]:
    """For each of the records, its tags' names by their keys; `owner` and `tag` are columns of the table between."""
    found: dict[int, dict[str, str]] = {}
    for record_id, name in db.session.execute(select(owner, Tag.name).join(Tag, Tag.id == tag).where(owner.in_(ids))):
        found.setdefault(record_id, {})[tag_key(name)] = name
    return found


def missing_tags(row: Row, known: dict[str, str]) -> None:
    """Note among the row's changes the tags that the record has not yet."""
    wanted = [name for name in row.facts.get("tags", []) if match_key(name) and tag_key(name) not in known]
    if wanted:
        row.changes["tags"] = (sorted(known.values()), sorted([*known.values(), *wanted]))
