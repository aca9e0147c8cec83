"""Putting tags on companies and people; a tag comes to be with its first use."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from crm_app.contacts.models import Company, Person, Tag
from crm_app.extensions import db


def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, in their order; two spellings of one name are one tag."""
    wanted: dict[str, Tag] = {}
    for name in names:
        tag = Tag(name=name)
        wanted.setdefault(tag.name_key, tag)
    if not wanted:
        return []
    known = {tag.name_key: tag for tag in db.session.scalars(select(Tag).where(Tag.name_key.in_(wanted)))}
    return [known.get(key, tag) for key, tag in wanted.items()]


def tag_as(record: Company | Person, names: Iterable[str]) -> None:
    """Replace the tags of a record by those of these names."""
    put_on(record, tags_named(names))


def put_on(record: Company | Person, tags: Iterable[Tag]) -> bool:
    """Replace the tags of a record; whether they differ. Its own row is written too, so that its version rises."""
    tags = sorted(tags, key=lambda tag: tag.name_key)
    if {tag.name_key for tag in tags} == {tag.name_key for tag in record.tags}:
        return False
    record.change(tags=tags)
    flag_modified(record, "name")
    return True
