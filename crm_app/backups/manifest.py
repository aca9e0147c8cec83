"""What a backup says of itself: of which database, when, and of each of its parts how long and what it is."""

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from itsdangerous import Signer

from crm_app.backups import BackupError
from crm_app.web.packages import Written
from crm_app.web.texts import gettext as _

NAME, SIGNATURE = "manifest.json", "manifest.signature"
DATABASE, KEY = "database.db", "secret_key"
FORMAT, FORMAT_VERSION = "peyvand backup", 1
_PART = re.compile(r"database\.db|secret_key|tables/[a-z_0-9]+|uploads(/[\w-][\w.-]*)+", re.ASCII)


@dataclass(frozen=True)
class Manifest:
    """`database` is a dialect's name. Columns are by table, and the last numbers given by sequence, of PostgreSQL."""

    product_version: str
    revision: str
    database: str
    organisation: str
    made_at: datetime
    parts: list[Written]
    columns: dict[str, list[str]] = field(default_factory=dict)
    sequences: dict[str, int | None] = field(default_factory=dict)

    @property
    def uploads(self) -> list[Written]:
        return [part for part in self.parts if part.name.startswith("uploads/")]

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)


def table_part(table: str) -> str:
    return f"tables/{table}"


def is_part(name: str) -> bool:
    """Whether a backup holds anything under that name; no other way leads into the folder of the instance."""
    return _PART.fullmatch(name) is not None


def signer(key: str) -> Signer:
    return Signer(key, salt="peyvand.backup")


def content(manifest: Manifest) -> bytes:
    facts = asdict(manifest) | {
        "made_at": manifest.made_at.isoformat(),
        "parts": [part._asdict() for part in manifest.parts],
    }
    return json.dumps({"format": FORMAT, "format_version": FORMAT_VERSION} | facts, ensure_ascii=False).encode()


def read(content: bytes) -> Manifest:
    """Raises BackupError for what no Peyvand wrote, a part that would lie elsewhere, and a newer format."""
    try:
        facts = json.loads(content)
        if facts.pop("format") != FORMAT:
            raise ValueError
        version = facts.pop("format_version")
        if version != FORMAT_VERSION:
            raise BackupError(
                _(
                    "The backup has format %(theirs)s, but this version of Peyvand reads format %(ours)s. Use "
                    "the version that created it, or a newer one.",
                    theirs=str(version)[:20],
                    ours=FORMAT_VERSION,
                )
            )
        parts = [Written(**one) for one in facts.pop("parts")]
        made_at = datetime.fromisoformat(facts.pop("made_at"))
        about = Manifest(made_at=made_at, parts=parts, **facts)
        _expect_sound(about)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BackupError(_("This is not a Peyvand backup, or its manifest is damaged.")) from error
    return about


def _expect_sound(about: Manifest) -> None:
    texts: list[Any] = [about.product_version, about.revision, about.database, about.organisation]
    names = [part.name for part in about.parts]
    columns = [name for table in about.columns.values() for name in table]
    identifiers = [*about.columns, *columns, *about.sequences]
    if (
        not all(isinstance(text, str) for text in texts)
        or len(set(names)) != len(names)
        or not all(map(is_part, names))
        or not all(re.fullmatch(r"[a-z_0-9]+", name, re.ASCII) for name in identifiers)
        or not all(type(part.size) is int and isinstance(part.sha256, str) for part in about.parts)
        or not all(last is None or type(last) is int for last in about.sequences.values())
    ):
        raise ValueError
