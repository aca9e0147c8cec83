"""Known faults of what Peyvand is made of, and the list of it; never content where nothing could be asked."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

_TOOLS = Path(".venv-security/auditor/bin")
_LOCK = Path("requirements.lock")
_SBOM = Path(".venv-security/sbom.json")
# A version with faults that have been known for years: whoever finds none in it has asked nobody.
_CANARY = ("jinja2", "2.10")


class Audit(NamedTuple):
    """`trouble` says why nothing is known; empty if the known faults are all there are."""

    faults: list[str]
    trouble: str
    components: int


def audit() -> Audit:
    components = _list_components()
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder) / "canary.txt"
        canary.write_text("==".join(_CANARY) + "\n")
        faults, trouble = _ask("-r", str(canary), "--no-deps")
    if not faults:
        reason = trouble or "no fault is known of a version that has several"
        return Audit([], f"could not be checked: {reason}", components)
    faults, trouble = _ask("-r", str(_LOCK), "--require-hashes")
    return Audit(faults, f"could not be checked: {trouble}" if trouble else "", components)


def _ask(*what: str) -> tuple[list[str], str]:
    """Faults, and what went wrong in asking."""
    asked = [
        str(_TOOLS / "pip-audit"),
        *what,
        "--disable-pip",
        "-f",
        "json",
        "--progress-spinner",
        "off",
        "--timeout",
        "15",
    ]
    try:
        ended = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=600)
        packages = json.loads(ended.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return [], "no answer within ten minutes"
    except (ValueError, KeyError):
        return [], (ended.stderr.strip().splitlines() or ["no answer"])[-1][:200]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    faults = [f"{one['name']} {one['version']}: {fault['id']}" for one in packages for fault in one.get("vulns", ())]
    return faults, f"nothing is known of {', '.join(skipped[:5])}" if skipped else ""


def _list_components() -> int:
    """Write the list of components in the form of CycloneDX; how many there are."""
    asked = [str(_TOOLS / "cyclonedx-py"), "requirements", str(_LOCK), "--output-format", "JSON", "-o", str(_SBOM)]
    subprocess.run(asked, capture_output=True, check=True)
    return len(json.loads(_SBOM.read_text())["components"])
