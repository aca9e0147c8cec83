"""The checked rows of an import on disk, batch by batch as they will be written, and why the others are refused."""

import json
import re
import secrets
import struct
import time
import zlib
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from heapq import merge
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app

from crm_app.exchange.kinds.kind import Row

# Which way of keeping rows this is: those kept in another way are checked again.
SCHEME = 2
# Whoever waits to write waits for one batch at most.
BATCH = 1000
_LENGTH = struct.Struct(">I")


class Block(NamedTuple):
    """Rows that write something, and how many rows of the file are done with them."""

    rows: list[Row]
    done: int


class Keeping:
    """Writes one file of rows and one of reasons, under a new name."""

    def __init__(self, kept_values: tuple[str, ...] = ()):
        self.name = secrets.token_hex(16)
        self._kept_values = kept_values
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._rows = (folder / f"{self.name}.rows").open("wb")
        self._refused = (folder / f"{self.name}.refused").open("w", encoding="utf-8")
        self._done = 0

    def keep(self, rows: list[Row]) -> None:
        self._done += len(rows)
        writing = [_packed(row, self._kept_values) for row in rows if row.becomes in ("create", "update")]
        block = zlib.compress(json.dumps([self._done, writing], separators=(",", ":")).encode(), 1)
        self._rows.write(_LENGTH.pack(len(block)) + block)

    def refuse(self, number: int, reason: str) -> None:
        self._refused.write(json.dumps([number, reason], ensure_ascii=False) + "\n")

    def close(self, late: Mapping[int, str] | None = None) -> None:
        """`late` are the reasons of those refused once all rows were read: they go where they belong."""
        self._rows.close()
        self._refused.close()
        if late:
            together = merge(reasons(self.name), sorted(late.items()))
            lines = (json.dumps(one, ensure_ascii=False) + "\n" for one in together)
            merged = _path(self.name, "merged")
            with merged.open("w", encoding="utf-8") as file:
                file.writelines(lines)
            merged.replace(_path(self.name, "refused"))


def blocks(name: str, after: int, refused: Collection[int]) -> Iterator[Block]:
    """The batches after the first `after` ones, without the rows that were refused once all were read."""
    with _path(name, "rows").open("rb") as file:
        number = 0
        while head := file.read(_LENGTH.size):
            number += 1
            (length,) = _LENGTH.unpack(head)
            if number <= after:
                file.seek(length, 1)
                continue
            done, packed = json.loads(zlib.decompress(file.read(length)))
            yield Block([_unpacked(one) for one in packed if one[0] not in refused], done)


def reasons(name: str) -> Iterator[tuple[int, str]]:
    """Row number and reason of each refused row, in the order of the file."""
    with _path(name, "refused").open(encoding="utf-8") as file:
        for line in file:
            number, reason = json.loads(line)
            yield number, reason


def is_here(name: str) -> bool:
    return bool(name) and _path(name, "rows").is_file()


def forget_rows(name: str) -> None:
    """They are written; why others were refused is still asked for."""
    _path(name, "rows").unlink(missing_ok=True)


def remove(name: str) -> None:
    if not name:
        return
    for ending in ("rows", "refused"):
        _path(name, ending).unlink(missing_ok=True)


def sweep(known: Collection[str], older_than: float) -> None:
    """Remove what a check left that was cut off, once it is some seconds old."""
    for path in _folder().glob("*.*"):
        if path.stem not in known and path.stat().st_mtime < time.time() - older_than:
            path.unlink(missing_ok=True)


def _packed(row: Row, kept_values: tuple[str, ...]) -> list[Any]:
    facts = {name: _plain(value) for name, value in row.facts.items()}
    values = {name: row.values[name] for name in kept_values if name in row.values}
    if row.known is None:
        return [row.number, facts, values]
    known = {name: _plain(row.known[name]) for name in ("id", "version", *row.changes) if name in row.known}
    changes = {name: [_plain(before), _plain(after)] for name, (before, after) in row.changes.items()}
    return [row.number, facts, values, known, changes]


def _unpacked(packed: list[Any]) -> Row:
    number, facts, values, *existing = packed
    row = Row(number, [], values, {name: _meant(value) for name, value in facts.items()})
    if existing:
        known, changes = existing
        row.known = {name: _meant(value) for name, value in known.items()}
        row.changes = {name: (_meant(before), _meant(after)) for name, (before, after) in changes.items()}
    return row


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return {"new": value[1]} if isinstance(value, tuple) else value


def _meant(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return date.fromisoformat(value["day"]) if "day" in value else ("new", value["new"])


def _path(name: str, ending: str) -> Path:
    if not re.fullmatch("[0-9a-f]{32}", name):
        raise FileNotFoundError(name)
    return _folder() / f"{name}.{ending}"


def _folder() -> Path:
    return Path(current_app.config["INSTANCE_PATH"]) / "uploads" / "checked"
