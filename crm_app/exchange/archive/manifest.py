"""What an archive says of itself: by whom and when it was made, and of each of its files how long and what it is."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from crm_app.exchange.archive import ArchiveError

NAME = "manifest.json"
FORMAT = "peyvand archive"
FORMAT_VERSION = 1
_UPLOAD = re.compile(r"uploads/(imports/[0-9a-f]{32}|checked/[0-9a-f]{32}\.(rows|refused))", re.ASCII)


class Part(NamedTuple):
    """One file in the archive, by its name there. `rows` and `columns` are of tables alone."""

    name: str
    size: int
    sha256: str
    rows: int = 0
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """`tables` and `uploads` are by the names of tables and files; `left_out` tells of each thing why."""

    product_version: str
    revision: str
    organisation: str
    made_at: datetime
    has_passwords: bool
    tables: dict[str, Part]
    uploads: dict[str, Part]
    left_out: dict[str, str]

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.tables.values())

    @property
    def parts(self) -> list[Part]:
        return [*self.tables.values(), *self.uploads.values()]


def table_file(table: str) -> str:
    return f"tables/{table}.jsonl"


def is_upload(name: str) -> bool:
    """Such files are named after where they lie in the folder of the instance: no other way leads there."""
    return _UPLOAD.fullmatch(name) is not None


def written(manifest: Manifest) -> bytes:
    facts = asdict(manifest) | {
        "made_at": manifest.made_at.isoformat(),
        "tables": {name: part._asdict() for name, part in manifest.tables.items()},
        "uploads": {name: _of_upload(part) for name, part in manifest.uploads.items()},
    }
    return json.dumps(
        {"format": FORMAT, "format_version": FORMAT_VERSION} | facts, indent=1, ensure_ascii=False
    ).encode()


def read(content: bytes) -> Manifest:
    try:
        facts = json.loads(content)
        if facts["format"] != FORMAT:
            raise ValueError
        version = facts["format_version"]
        if version != FORMAT_VERSION:
            raise ArchiveError(
                f"The archive has format {str(version)[:20]}, but this version of Peyvand reads format "
                f"{FORMAT_VERSION}. Use the version that wrote it, or a newer one."
            )
        return Manifest(
            product_version=_text(facts["product_version"]),
            revision=_text(facts["revision"]),
            organisation=_text(facts["organisation"]),
            made_at=datetime.fromisoformat(facts["made_at"]),
            has_passwords=facts["has_passwords"] is True,
            tables={name: _part(one) for name, one in facts["tables"].items()},
            uploads={name: _part({"rows": 0, "columns": []} | one) for name, one in facts["uploads"].items()},
            left_out={_text(name): _text(reason) for name, reason in facts["left_out"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ArchiveError("This is not a Peyvand archive, or its manifest is damaged.") from error


def _of_upload(part: Part) -> dict[str, Any]:
    return {"name": part.name, "size": part.size, "sha256": part.sha256}


def _part(facts: dict[str, Any]) -> Part:
    numbers = facts["size"], facts["rows"]
    if any(type(number) is not int or number < 0 for number in numbers):
        raise ValueError
    columns = tuple(_text(name) for name in facts["columns"])
    return Part(_text(facts["name"]), facts["size"], _text(facts["sha256"]), facts["rows"], columns)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value
