"""What a person decided about a file, kept for the next one: each for themselves, since names are among it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, select

from crm_app.accounts.models import User
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.models import Import, KeptMapping, KeptMeaning
from crm_app.extensions import db, utc_now
from crm_app.pipeline.queries import pipelines
from crm_app.web.text import fold, match_key

_LONGEST_TEXT = 200
_OF_COLUMNS = ("units", "notations", "currency", "pipeline_id")


class KeptMeanings(NamedTuple):
    """How many texts of a field have a meaning."""

    kind: str
    field: str
    texts: int


def header_key(header: Iterable[str]) -> str:
    """Equal for the same headers in any order."""
    return hashlib.sha256("\n".join(sorted(map(match_key, header))).encode()).hexdigest()


def keep(import_: Import) -> None:
    """What was decided about an import that begins. Whoever commits it commits this too."""
    key = import_.layout.get("header_key")
    if import_.user_id is None or key is None:
        return
    # Who begins two imports at once waits here with one of them.
    db.session.execute(select(User.id).where(User.id == import_.user_id).with_for_update(key_share=True))
    kept = mapping_of(import_)
    if kept is None:
        kept = KeptMapping(user_id=import_.user_id, kind=import_.kind, header_key=key)
        db.session.add(kept)
    kept.file_name, kept.columns, kept.used_at = import_.file_name, dict(import_.columns), utc_now()
    kept.options = {name: import_.options[name] for name in _OF_COLUMNS if import_.options.get(name)}
    _keep_meanings(import_)


def _keep_meanings(import_: Import) -> None:
    known = {(kept.field, kept.text): kept for kept in db.session.scalars(select(KeptMeaning).where(_meant(import_)))}
    for field, texts in import_.values.items():
        for text, meaning in texts.items():
            if len(text) > _LONGEST_TEXT:
                continue
            kept = known.get((field, text))
            if kept is None:
                kept = KeptMeaning(user_id=import_.user_id, kind=import_.kind, field=field, text=text)
                db.session.add(kept)
            kept.meaning = meaning[:_LONGEST_TEXT]


def recall(import_: Import, header: Iterable[str]) -> None:
    """Decide about a draft as its person did about the last file with these headers, and about these texts."""
    kept = mapping_of(import_)
    if kept is not None:
        names = _Names(header)
        fields = {field.key for field in KINDS[import_.kind].fields}
        columns = names.renamed(kept.columns)
        import_.columns = {name: key for name, key in columns.items() if key in fields}
        options = _options(kept, names)
        import_.options = import_.options | options | {"recalled": sorted(options.get("notations", {}))}
    meanings: dict[str, dict[str, str]] = {}
    for one in db.session.scalars(select(KeptMeaning).where(_meant(import_))):
        meanings.setdefault(one.field, {})[one.text] = one.meaning
    import_.values = meanings


class _Names:
    """The headers of a new file, found by those of an earlier one: capitals and spaces make no difference.

    Nor do signs, where the header is told from all others without them: “Price” and “Price ($)” are two.
    """

    _WAYS = (str, fold, match_key)

    def __init__(self, header: Iterable[str]):
        header = list(header)
        self._by_key: dict[tuple[Any, str], str] = {}
        for way in self._WAYS:
            keys = [way(name) for name in header]
            several = {key for key, times in Counter(keys).items() if times > 1}
            self._by_key |= {(way, key): name for key, name in zip(keys, header, strict=True) if key not in several}

    def renamed(self, of_columns: Mapping[str, Any]) -> dict[str, Any]:
        found = ((self._found(old), value) for old, value in of_columns.items())
        return {name: value for name, value in found if name is not None}

    def _found(self, old: str) -> str | None:
        keys = ((way, way(old)) for way in self._WAYS)
        return next((self._by_key[key] for key in keys if key in self._by_key), None)


def _options(kept: KeptMapping, names: _Names) -> dict[str, Any]:
    options = dict(kept.options)
    options |= {name: names.renamed(options[name]) for name in ("units", "notations") if name in options}
    pipeline_id = options.pop("pipeline_id", None)
    if pipeline_id in {pipeline.id for pipeline in db.session.scalars(pipelines())}:
        options |= {"pipeline_id": pipeline_id, "new_pipeline": ""}
    return options


def _meant(import_: Import) -> ColumnElement[bool]:
    return and_(KeptMeaning.user_id == import_.user_id, KeptMeaning.kind == import_.kind)


def mapping_of(import_: Import) -> KeptMapping | None:
    """What is kept for the headers of an import."""
    kept = select(KeptMapping).where(KeptMapping.user_id == import_.user_id, KeptMapping.kind == import_.kind)
    return db.session.scalar(kept.where(KeptMapping.header_key == import_.layout.get("header_key", "")))


def mappings(user: User) -> list[KeptMapping]:
    kept = select(KeptMapping).where(KeptMapping.user_id == user.id)
    return list(db.session.scalars(kept.order_by(KeptMapping.used_at.desc(), KeptMapping.id.desc()).limit(100)))


def meanings(user: User) -> list[KeptMeanings]:
    counted = select(KeptMeaning.kind, KeptMeaning.field, func.count()).where(KeptMeaning.user_id == user.id)
    grouped = counted.group_by(KeptMeaning.kind, KeptMeaning.field).order_by(KeptMeaning.kind, KeptMeaning.field)
    return [KeptMeanings(*row) for row in db.session.execute(grouped)]


def forget_mapping(user: User, mapping_id: int) -> None:
    for kept in mappings(user):
        if kept.id == mapping_id:
            db.session.delete(kept)


def forget_meanings(user: User, kind: str, field: str) -> None:
    own = delete(KeptMeaning).where(KeptMeaning.user_id == user.id)
    db.session.execute(own.where(KeptMeaning.kind == kind, KeptMeaning.field == field))
