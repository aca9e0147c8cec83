"""Known faults out of a file instead of from a server: a ZIP file of records in the form of OSV.

Whoever has no way to a server of advisories brings one along, such as the `all.zip` of PyPI that OSV hands out. It
counts only while it is young: a file of last year knows nothing of this year's faults, and must not look content.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

MOST_DAYS = 30
# There are many times as many: a file of fewer is a part of one.
FEWEST = 1_000
_PIN = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([\w.!+-]+)", re.ASCII)


class UnknownError(Exception):
    """Nothing can be said: there is no such file, it is none, or it is too old."""


class Known(NamedTuple):
    faults: list[str]
    day: date


def pins(text: str) -> list[tuple[str, str]]:
    """Names and versions of a list of requirements, each pinned."""
    return [(match[1], match[2]) for line in text.splitlines() if (match := _PIN.match(line))]


def known_of(pinned: list[tuple[str, str]], path: Path) -> Known:
    """Faults of these versions, and the day of the newest record. Raises UnknownError."""
    faults, newest = [], date.min
    wanted = {canonicalize_name(name): Version(version) for name, version in pinned}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    for record in _records(path):
        day = _day(record)
        # Of a day to come: its clock is wrong, and it must not make the others look young.
        newest = max(newest, day) if day <= tomorrow else newest
        if "withdrawn" not in record:
            faults += [f"{name} {wanted[name]}: {record.get('id', '?')}" for name in _meant(record, wanted)]
    if newest < tomorrow - timedelta(days=MOST_DAYS + 1):
        raise UnknownError(f"the advisory data is of {newest}, more than {MOST_DAYS} days old")
    return Known(sorted(set(faults)), newest)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    count = 0
    try:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if name.endswith(".json"):
                    count += 1
                    yield json.loads(package.read(name))
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise UnknownError(f"{path.name} holds no advisory data: {error}") from error
    if count < FEWEST:
        raise UnknownError(f"{path.name} holds {count:,} advisories, which cannot be all of them")


def _day(record: dict[str, Any]) -> date:
    try:
        return datetime.fromisoformat(record["modified"]).date()
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownError("a record of the advisory data has no day") from error


def _meant(record: dict[str, Any], wanted: dict[Any, Version]) -> Iterator[Any]:
    for affected in record.get("affected", ()):
        package = affected.get("package", {})
        name = canonicalize_name(package.get("name", ""))
        if package.get("ecosystem") == "PyPI" and name in wanted and _is_in(wanted[name], affected):
            yield name


def _is_in(version: Version, affected: dict[str, Any]) -> bool:
    if str(version) in affected.get("versions", ()):
        return True
    ranges = (one["events"] for one in affected.get("ranges", ()) if one.get("type") == "ECOSYSTEM")
    return any(_is_between(version, events) for events in ranges)


def _is_between(version: Version, events: list[dict[str, str]]) -> bool:
    """Events are in the order of versions: what was introduced holds until it was fixed. What is unreadable holds."""
    is_faulty = False
    for event in events:
        for kind, said in event.items():
            try:
                is_reached = said == "0" or version >= Version(said)
                is_passed = version > Version(said)
            except InvalidVersion:
                return True
            if kind == "introduced" and is_reached:
                is_faulty = True
            elif (kind == "fixed" and is_reached) or (kind == "last_affected" and is_passed):
                is_faulty = False
    return is_faulty
