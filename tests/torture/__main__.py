"""`make torture`: what a business must never meet, on SQLite and on PostgreSQL.

Killed `--rounds` times under four writers, nothing that was acknowledged may be lost, and it is ready again in three
seconds. Four who write and four who read for `--seconds`: nobody is refused, and 99 of 100 writes take less than half a
second.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests import databases
from tests.torture import crashing, crowding

_READY_WITHIN = 3.0
_WRITTEN_WITHIN = 0.5


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=200)
    arguments.add_argument("--seconds", type=float, default=120.0)
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
    return max(_say(kind, seen), _say_of_crowd(kind, crowd))


def _say(kind: str, seen: list[crashing.Round]) -> int:
    """0 if nothing was lost or torn and it was always ready in time."""
    lost = [name for one in seen for name in one.lost]
    torn = [fault for one in seen for fault in one.torn]
    ready = sorted(one.seconds_to_ready for one in seen)
    written = sum(one.acknowledged for one in seen)
    print(f"{kind}: killed {len(seen)} times; {written:,} writes acknowledged, {len(lost)} lost; {len(torn)} torn")
    print(f"{kind}: ready again after {ready[len(ready) // 2]:.2f} s at the median, {ready[-1]:.2f} s at most")
    for fault in [*lost[:20], *torn[:20]]:
        print(f"  {fault}")
    return int(bool(lost or torn or ready[-1] > _READY_WITHIN or not written))


def _say_of_crowd(kind: str, crowd: crowding.Crowd) -> int:
    print(
        f"{kind}: {crashing.WRITERS} writers, {crowding.READERS} readers: {len(crowd.waits):,} writes, "
        f"{sum(crowd.answers.values()):,} answers, {crowd.refused} refused; "
        f"a write took {crowd.waits[-1]:.2f} s at most, p99 {crowd.p99:.2f} s"
    )
    for fault in crowd.torn[:20]:
        print(f"  {fault}")
    return int(bool(crowd.refused or crowd.torn or crowd.p99 > _WRITTEN_WITHIN))


if __name__ == "__main__":
    sys.exit(main())
