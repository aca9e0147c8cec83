"""Known faults of what Peyvand is made of, and the list of it; never content where nothing could be asked."""

import json
import subprocess
import tempfile
from datetime import date
from pathlib import Path
from typing import NamedTuple

from tests.security.advisories import Known, UnknownError, known_of, pins

_TOOLS = Path(".venv-security/auditor/bin")
_LOCK = Path("requirements.lock")
_SBOM = Path(".venv-security/sbom.json")
# A version with faults that have been known for years: whoever finds none in it has asked nobody.
_CANARY = ("jinja2", "2.10")


class Audit(NamedTuple):
    """`trouble` says why nothing is known; empty if the known faults are all there are. `day` is that of the data."""

    faults: list[str]
    trouble: str
    day: date | None = None


def audit(advisories: Path | None) -> Audit:
    """By the file, or by what PyPI knows at this moment."""
    try:
        (_canary, _day), (faults, day) = _known(advisories, canary=True), _known(advisories)
    except UnknownError as error:
        return Audit([], f"could not be checked: {error}")
    return Audit(faults, "", day)


def _known(advisories: Path | None, *, canary: bool = False) -> Known:
    """Of the lock, or of the canary, of which something must be known. Raises UnknownError."""
    if advisories:
        pinned = [_CANARY] if canary else pins(_LOCK.read_text())
        known = known_of(pinned, advisories)
    else:
        known = Known(_asked_about_canary() if canary else _ask("-r", str(_LOCK), "--require-hashes"), date.today())
    if canary:
        _expect_found(known.faults)
    return known


def _expect_found(faults: list[str]) -> None:
    if not faults:
        raise UnknownError("no fault is known of a version that has several")


def _asked_about_canary() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder) / "canary.txt"
        canary.write_text("==".join(_CANARY) + "\n")
        return _ask("-r", str(canary), "--no-deps")


def _ask(*what: str) -> list[str]:
    """The faults that PyPI knows. Raises UnknownError."""
    asked = [
        str(_TOOLS / "pip-audit"), *what, "--disable-pip", "-f", "json", "--progress-spinner", "off", "--timeout", "15",
    ]  # fmt: skip
    try:
        ended = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=600)
        packages = json.loads(ended.stdout)["dependencies"]
    except subprocess.TimeoutExpired as error:
        raise UnknownError("no answer within ten minutes") from error
    except (ValueError, KeyError) as error:
        raise UnknownError((ended.stderr.strip().splitlines() or ["no answer"])[-1][:200]) from error
    if skipped := [one["name"] for one in packages if "skip_reason" in one]:
        raise UnknownError(f"nothing is known of {', '.join(skipped[:5])}")
    return [f"{one['name']} {one['version']}: {fault['id']}" for one in packages for fault in one.get("vulns", ())]


def list_components() -> int:
    """Write the list of components in the form of CycloneDX; how many there are."""
    asked = [str(_TOOLS / "cyclonedx-py"), "requirements", str(_LOCK), "--output-format", "JSON", "-o", str(_SBOM)]
    subprocess.run(asked, capture_output=True, check=True)
    return len(json.loads(_SBOM.read_text())["components"])
