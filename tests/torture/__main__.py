"""`make torture`: what a business must never meet, on SQLite and on PostgreSQL.

Killed `--rounds` times under four writers, nothing that was acknowledged may be lost, and it is ready again in three
seconds. Four who write and four who read for `--seconds`: nobody is refused, and 99 of 100 writes take less than half a
second. Fifty change one record at the same time, `--contests` times: one is taken each time, and the others are told.
Four hundred who ask, send or read slowly: nobody else waits for them. PostgreSQL is away for `--away` seconds, refusing
and then standing still: who writes is told in time, nothing is lost or written twice, and all goes on by itself.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests import databases
from tests.torture import crashing, crowding, cutting, dawdling, editing, parting

_READY_WITHIN = 3.0
_WRITTEN_WITHIN = 0.5
_TOLD_WITHIN = 30.0
_EDITORS = 50
_SLOW_ONES = 400


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=200)
    arguments.add_argument("--seconds", type=float, default=120.0)
    arguments.add_argument("--contests", type=int, default=50)
    arguments.add_argument("--away", type=float, default=60.0)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), help="this one only")
    asked = arguments.parse_args()
    kinds = [asked.database] if asked.database else ["sqlite", "postgresql"]
    return max(_torture(kind, asked) for kind in kinds)


def _torture(kind: str, asked: argparse.Namespace) -> int:
    dice, seen = random.Random(asked.seed), []
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/peyvand.db"
        if kind == "postgresql":
            url = databases.fresh_postgres("peyvand_torture")
        with crashing.victim(Path(folder), url) as one:
            for number in range(asked.rounds):
                seen.append(crashing.round_of(one, number, dice))
            crowd = crowding.crowd_of(one, asked.seconds)
            verdicts = [_say(kind, seen), _say_of_crowd(kind, crowd)]
            verdicts.append(_contests(kind, one, asked.contests))
            verdicts.append(_slow_ones(kind, one, asked.seconds / 4))
    if kind == "postgresql":
        verdicts.append(_absences(asked.away))
    return max(verdicts)


def _absences(seconds: float) -> int:
    way, verdicts = cutting.Way(databases.fresh_postgres("peyvand_away")), []
    with tempfile.TemporaryDirectory() as folder, crashing.victim(Path(folder), way.url) as one:
        for how, leave in (("refuses", way.close), ("stands still", way.stand_still)):
            seen = parting.absence(one, leave, way.open, seconds)
            print(
                f"postgresql: {how} for {seconds:.0f} s: answers {dict(seen.answers)}, at most {seen.longest:.1f} s; "
                f"all served again after {seen.healed:.1f} s; {seen.in_doubt} in doubt; {len(seen.faults)} faults"
            )
            _list(seen.faults[:20])
            is_late = seen.longest > _TOLD_WITHIN or seen.healed > _TOLD_WITHIN
            verdicts.append(int(bool(seen.faults) or is_late or 503 not in seen.answers))
    return max(verdicts)


def _say(kind: str, seen: list[crashing.Round]) -> int:
    """0 if nothing was lost or torn and it was always ready in time."""
    lost = [name for one in seen for name in one.lost]
    torn = [fault for one in seen for fault in one.torn]
    ready = sorted(one.seconds_to_ready for one in seen)
    written = sum(one.acknowledged for one in seen)
    print(f"{kind}: killed {len(seen)} times; {written:,} writes acknowledged, {len(lost)} lost; {len(torn)} torn")
    print(f"{kind}: ready again after {ready[len(ready) // 2]:.2f} s at the median, {ready[-1]:.2f} s at most")
    _list([*lost[:20], *torn[:20]])
    return int(bool(lost or torn or ready[-1] > _READY_WITHIN or not written))


def _say_of_crowd(kind: str, crowd: crowding.Crowd) -> int:
    print(
        f"{kind}: {crashing.WRITERS} writers, {crowding.READERS} readers: {len(crowd.waits):,} writes, "
        f"{sum(crowd.answers.values()):,} answers, {crowd.refused} refused; "
        f"a write took {crowd.waits[-1]:.2f} s at most, p99 {crowd.p99:.2f} s"
    )
    _list(crowd.torn[:20])
    return int(bool(crowd.refused or crowd.torn or crowd.p99 > _WRITTEN_WITHIN))


def _contests(kind: str, one: crashing.Victim, rounds: int) -> int:
    contests = editing.contests(one, _EDITORS)
    faults = [fault for _ in range(rounds) for contest in contests for fault in editing.faults_of(one, contest)]
    print(f"{kind}: {_EDITORS} change one record at once, {rounds} times each of {len(contests)}: {len(faults)} faults")
    _list(faults[:20])
    return int(bool(faults))


def _slow_ones(kind: str, one: crashing.Victim, seconds: float) -> int:
    before = dawdling.felt_by_others(one, seconds)
    with dawdling.slow_ones(one, _SLOW_ONES):
        during = dawdling.felt_by_others(one, seconds)
    print(
        f"{kind}: {_SLOW_ONES} slow ones: others {during.asked:,} times, {during.refused} without an answer; "
        f"p95 {during.p95:.2f} s, before {before.p95:.2f} s"
    )
    return int(during.refused > 0 or during.p95 > max(_WRITTEN_WITHIN, before.p95 * 1.5))


def _list(faults: list[str]) -> None:
    for fault in faults:
        print(f"  {fault}")


if __name__ == "__main__":
    sys.exit(main())
