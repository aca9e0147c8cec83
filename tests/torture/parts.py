"""The parts of `make torture`: each says what it saw on one kind of database, and gives 0 if that was all right."""

import random
import subprocess
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import databases
from tests.torture import crashing, crowding, cutting, dawdling, editing, parting, remounting

_READY_WITHIN = 3.0
_WRITTEN_WITHIN = 0.5
_TOLD_WITHIN = 30.0
_EDITORS = 50
_SLOW_ONES = 400


@contextmanager
def _running(kind: str) -> Iterator[crashing.Victim]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/peyvand.db" if kind == "sqlite" else databases.fresh_postgres("peyvand_torture")
        with crashing.victim(Path(folder), url) as one:
            yield one


def _crashes(kind: str, asked: Namespace) -> int:
    """0 if nothing was lost or torn and it was always ready in time."""
    dice = random.Random(asked.seed)
    with _running(kind) as one:
        seen = [crashing.round_of(one, number, dice) for number in range(asked.rounds)]
    lost = [name for each in seen for name in each.lost]
    torn = [fault for each in seen for fault in each.torn]
    ready = sorted(each.seconds_to_ready for each in seen)
    written = sum(each.acknowledged for each in seen)
    _say(f"{kind}: killed {len(seen)} times; {written:,} writes acknowledged, {len(lost)} lost; {len(torn)} torn")
    _say(f"{kind}: ready again after {ready[len(ready) // 2]:.2f} s at the median, {ready[-1]:.2f} s at most")
    _list([*lost[:20], *torn[:20]])
    return int(bool(lost or torn or ready[-1] > _READY_WITHIN or not written))


def _crowd(kind: str, asked: Namespace) -> int:
    with _running(kind) as one:
        crowd = crowding.crowd_of(one, asked.seconds)
    _say(
        f"{kind}: {crashing.WRITERS} writers, {crowding.READERS} readers: {len(crowd.waits):,} writes, "
        f"{sum(crowd.answers.values()):,} answers, {crowd.refused} refused; "
        f"a write took {crowd.waits[-1]:.2f} s at most, p99 {crowd.p99:.2f} s"
    )
    _list(crowd.torn[:20])
    return int(bool(crowd.refused or crowd.torn or crowd.p99 > _WRITTEN_WITHIN))


def _contests(kind: str, asked: Namespace) -> int:
    with _running(kind) as one:
        contests = editing.contests(one, _EDITORS)
        faults = [
            fault for _ in range(asked.contests) for contest in contests for fault in editing.faults_of(one, contest)
        ]
    _say(
        f"{kind}: {_EDITORS} change one record at once, {asked.contests} times each of {len(contests)}: "
        f"{len(faults)} faults"
    )
    _list(faults[:20])
    return int(bool(faults))


def _slow(kind: str, asked: Namespace) -> int:
    with _running(kind) as one:
        before = dawdling.felt_by_others(one, asked.seconds / 4)
        with dawdling.slow_ones(one, _SLOW_ONES):
            during = dawdling.felt_by_others(one, asked.seconds / 4)
    _say(
        f"{kind}: {_SLOW_ONES} slow ones: others {during.asked:,} times, {during.refused} without an answer; "
        f"p95 {during.p95:.2f} s, before {before.p95:.2f} s"
    )
    return int(during.refused > 0 or during.p95 > max(_WRITTEN_WITHIN, before.p95 * 1.5))


def _disk(kind: str, _asked: Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        try:
            disk = remounting.Disk(Path(folder))
        except remounting.NotHereError as error:
            _say(f"{kind}: a disk that can only be read was NOT tried: {error}")
            return 0
        with disk:
            url = "" if kind == "sqlite" else databases.fresh_postgres("peyvand_disk")
            seen = remounting.broken(disk, url)
    _say(f"{kind}: a disk that can only be read: {seen.told}; {len(seen.faults)} faults")
    _list(seen.faults)
    return int(bool(seen.faults))


def _away(kind: str, asked: Namespace) -> int:
    if kind == "sqlite":
        return 0
    way, verdicts = cutting.Way(databases.fresh_postgres("peyvand_away")), []
    with tempfile.TemporaryDirectory() as folder, crashing.victim(Path(folder), way.url) as one:
        for how, leave in (("refuses", way.close), ("stands still", way.stand_still)):
            seen = parting.absence(one, leave, way.open, asked.away)
            _say(
                f"{kind}: {how} for {asked.away:.0f} s: answers {dict(seen.answers)}, at most {seen.longest:.1f} s; "
                f"/healthz {dict(seen.health)}, at most {seen.health_longest:.1f} s; "
                f"all served again after {seen.healed:.1f} s; {seen.in_doubt} in doubt; {len(seen.faults)} faults"
            )
            _list(seen.faults[:20])
            is_late = seen.longest > _TOLD_WITHIN or seen.healed > _TOLD_WITHIN
            verdicts.append(int(bool(seen.faults) or is_late or 503 not in seen.answers))
    return max(verdicts)


def _deaths(kind: str, asked: Namespace) -> int:
    return _apart("dying", kind, "--points", str(asked.points))


def _upgrades(kind: str, asked: Namespace) -> int:
    return _apart("migrating", kind, "--points", str(asked.points))


def _drill(kind: str, asked: Namespace) -> int:
    other = [] if kind == "sqlite" else ["--other-url", databases.fresh_postgres("peyvand_drill_other")]
    return _apart("drilling", kind, "--contacts", str(asked.contacts), *other)


def _apart(what: str, kind: str, *more: str) -> int:
    """In a process of its own: it forks, or holds many records."""
    url = "" if kind == "sqlite" else databases.fresh_postgres(f"peyvand_{what}")
    _say(f"{kind}: {what}")
    with tempfile.TemporaryDirectory() as folder:
        program = [sys.executable, "-m", f"tests.torture.{what}", folder, "--database-url", url, *more]
        return int(subprocess.call(program) != 0)


def _say(what: str) -> None:
    print(what, flush=True)


def _list(faults: list[str]) -> None:
    for fault in faults:
        _say(f"  {fault}")


PARTS: dict[str, Callable[[str, Namespace], int]] = {
    "crashes": _crashes,
    "crowd": _crowd,
    "contests": _contests,
    "slow": _slow,
    "disk": _disk,
    "away": _away,
    "deaths": _deaths,
    "upgrades": _upgrades,
    "drill": _drill,
}
