"""Advisory data that knows nothing: of last year, without records, of another kind, or out of reach."""

import json
import tempfile
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.security import advisories, auditing
from tests.security.advisories import pins
from tests.security.attacks.scene import Scene

_NAME, _VERSION = auditing._CANARY
_DAY = timedelta(days=1)


def silent_advisories(_scene: Scene) -> list[str]:
    """T72: where nothing is known the check does not pass; where something is, it is told."""
    now, found = datetime.now(UTC), []
    old = [_record(_NAME, [_VERSION], now - 40 * _DAY)]
    files = {
        "that is not there": None,
        "that is no ZIP file": b"No known vulnerabilities found",
        "without records": {},
        "of forty days ago": old,
        "of forty days ago, and of a day to come": [*old, _record("pvd9", ["1"], now + 40 * _DAY)],
        "that knows nothing of the canary": [_record("pvd9", ["1"], now)],
        "of another world": [_record(_NAME, [_VERSION], now, "npm")],
        "whose records have no day": [{"id": "PVD-9", "affected": []}],
        "that took back what it knew": [_record(_NAME, [_VERSION], now) | {"withdrawn": now.isoformat()}],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.zip"
        young = _written(path, [_record(_NAME, [_VERSION], now)])
        found += ["a file of one record is content"] * (not auditing.audit(young).trouble)
        with patch.object(advisories, "FEWEST", 1):
            for name, content in files.items():
                audit = auditing.audit(_written(path, content))
                found += [f"a file {name} is content"] * (not audit.trouble)
            found += _untold(path, now)
    # What pip-audit says where it reached nobody.
    with patch.object(auditing, "_ask", lambda *_what: []):
        found += ["an answer of nobody is content"] * (not auditing.audit(None).trouble)
    return found


def _untold(path: Path, now: datetime) -> list[str]:
    """A fault of what Peyvand is made of, in each of the ways of saying so."""
    name, version = next(one for one in pins(Path("requirements.lock").read_text()) if one[0].lower() == "flask")
    canary, found = _record(_NAME, [_VERSION], now), []
    ways: dict[str, tuple[dict[str, Any], bool]] = {
        "its version": ({"versions": [version]}, True),
        "all versions": (_between({"introduced": "0"}), True),
        "up to it": (_between({"introduced": "0"}, {"last_affected": version}), True),
        "before it": (_between({"introduced": "0"}, {"fixed": version}), False),
        "after it": (_between({"introduced": "999"}), False),
        "again": (_between({"introduced": "0"}, {"fixed": "0.1"}, {"introduced": "0.2"}), True),
    }
    for way, (affected, is_faulty) in ways.items():
        record = _record(name.upper(), [], now)
        record["affected"][0] |= affected
        audit = auditing.audit(_written(path, [canary, record]))
        wrong = bool(audit.faults) != is_faulty or bool(audit.trouble)
        found += [f"a fault of {way}: {audit.faults} {audit.trouble}"] * wrong
    return found


def _between(*events: dict[str, str]) -> dict[str, Any]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}


def _record(name: str, versions: list[str], modified: datetime, ecosystem: str = "PyPI") -> dict[str, Any]:
    affected = {"package": {"name": name, "ecosystem": ecosystem}, "versions": versions}
    return {"id": "PVD-9", "modified": modified.isoformat(), "affected": [affected]}


def _written(path: Path, content: Any) -> Path:
    path.unlink(missing_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        with zipfile.ZipFile(path, "w") as package:
            for number, record in enumerate(content):
                package.writestr(f"PVD-{number}.json", json.dumps(record))
    return path
