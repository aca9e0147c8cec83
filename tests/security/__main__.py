"""`make security`: attacks that take minutes. Ends with 1 if anything is found, or if a planted hole is not.

Every field of every form and every parameter of every route with odd values; a scanner that is signed in; known faults
of what Peyvand is made of. The first two are let loose on holes made on purpose as well: silence of somebody who finds
nothing there proves nothing.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.security import auditing, business, canaries, scanning, world
from tests.security.fuzzing.fuzzing import Fuzzer

_PARTS = ("fuzzing", "scanner", "dependencies")


class Line(NamedTuple):
    """A line of the table; `faults` are told below it."""

    what: str
    tried: str
    canaries: str
    faults: list[str]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", choices=_PARTS, action="append", help="this part, and others named so")
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--examples", type=int, default=100, help="submissions to each route")
    arguments.add_argument("--seed", type=int, default=random.randrange(2**32))
    arguments.add_argument("--minutes", type=float, default=60, help="for the scanner, about")
    arguments.add_argument("--advisories", type=Path, help="a ZIP file of OSV's records, where PyPI cannot be asked")
    asked = arguments.parse_args()
    parts = {"fuzzing": _fuzz, "scanner": _scan, "dependencies": _audit}
    lines = [parts[name](asked) for name in asked.only or _PARTS]
    _say(lines)
    for name in _PARTS:
        if asked.only and name not in asked.only:
            print(f"left out: {name}")
    return int(any(one.faults for one in lines))


def _fuzz(asked: argparse.Namespace) -> Line:
    print(f"fuzzing with --seed {asked.seed} ...", flush=True)
    # Addresses of this machine are ours; that others are refused is tested elsewhere.
    plain = {"BASE_URL": "", "SESSION_COOKIE_NAME": "peyvand", "SESSION_COOKIE_SECURE": False}
    with (
        tempfile.TemporaryDirectory() as folder,
        business.environment(Path(folder), asked.database),
        business.opened(TESTING=True, **plain) as app,
    ):
        browser_of = business.browsers(canaries.plant(app))
        fuzzer = Fuzzer(app, business.begin, browser_of, asked.examples, asked.seed)
        seen = fuzzer.run(usual=world.USUAL | canaries.USUAL)
    found, findings = canaries.among(seen.findings)
    missing = [f"not found: {one}" for one in sorted(set(canaries.KINDS) - found)]
    tried = f"{seen.tried:,} requests to {seen.targets} routes"
    return Line(f"fuzzing, {asked.database}", tried, f"{len(found)} of {len(canaries.KINDS)}", missing + findings)


def _scan(asked: argparse.Namespace) -> Line:
    print(f"scanning for up to {asked.minutes:g} minutes ...", flush=True)
    seen = scanning.scan(asked.database, asked.minutes)
    faults = [f"not found: {one}" for one in seen.missing] + seen.findings
    if seen.trouble:
        faults.insert(0, seen.trouble)
    found = len(scanning.CANARIES) - len(seen.missing)
    tried = f"{seen.pages} pages, {seen.seconds / 60:.1f} min"
    faults += [f"stopped when its time was up: {kind}" for kind in seen.unfinished]
    return Line(f"wapiti, {asked.database}", tried, f"{found} of {len(scanning.CANARIES)}", faults)


def _audit(asked: argparse.Namespace) -> Line:
    components, seen = auditing.list_components(), auditing.audit(asked.advisories)
    tried = f"{components} components" + (f", data of {seen.day}" if seen.day else "")
    faults = [*seen.faults, *([seen.trouble] if seen.trouble else [])]
    return Line("dependencies", tried, "0 of 1" if seen.trouble else "1 of 1", faults)


def _say(lines: list[Line]) -> None:
    print(f"{'':24} {'tried':34} {'canaries':10} findings")
    for one in lines:
        print(f"{one.what:24} {one.tried:34} {one.canaries:10} {len(one.faults)}")
        for fault in one.faults:
            print(f"  {fault}")


if __name__ == "__main__":
    sys.exit(main())
