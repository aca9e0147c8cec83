"""`make torture`: what a business must never meet, on SQLite and on PostgreSQL; ends with 1 if it met anything of it.

Parts, of which `--only` asks for some:
crashes  Killed `--rounds` times under four writers, nothing that was acknowledged may be lost, and it is ready again in
         three seconds.
crowd    Four who write and four who read for `--seconds`: nobody is refused, and 99 of 100 writes take less than half a
         second.
contests Fifty change one record at the same time, `--contests` times: one is taken each time, and the others are told.
slow     Four hundred who ask, send or read slowly: nobody else waits for them.
disk     The disk can only be read all at once: writes are refused in words, reads go on, nothing is half-written.
away     PostgreSQL is away for `--away` seconds, refusing and then standing still: who writes is told in time, nothing
         is lost or written twice, and all goes on by itself.
deaths   A worker is killed at each step of each job (or at `--points` of them): each is done once in the end.
upgrades An upgrade from each version is killed at each statement (or at `--points` of them), and begun again.
drill    `--contacts` and 200 files are backed up in five seconds while somebody writes, put back elsewhere, and equal.
"""

import argparse
import sys

from tests.torture.parts import PARTS


def main() -> int:
    arguments = argparse.ArgumentParser(
        prog="python -m tests.torture", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    arguments.add_argument("--rounds", type=int, default=200)
    arguments.add_argument("--seconds", type=float, default=120.0)
    arguments.add_argument("--contests", type=int, default=50)
    arguments.add_argument("--away", type=float, default=60.0)
    arguments.add_argument("--points", type=int, default=0, help="at most so many kills each; 0 for every step")
    arguments.add_argument("--contacts", type=int, default=500_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), help="this one only")
    asked = arguments.parse_args()
    kinds = [asked.database] if asked.database else ["sqlite", "postgresql"]
    failed = [f"{name} on {kind}" for kind in kinds for name in asked.only if PARTS[name](kind, asked)]
    print(f"failed: {', '.join(failed)}" if failed else "nothing was found", flush=True)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
