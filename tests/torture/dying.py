"""Each job of the worker killed at each of its steps, and what the next worker makes of it.

Runs in a process of its own, which forks: `python -m tests.torture.dying FOLDER --points 3 [--database-url ...]`. A
step is a commit (before and after), a statement that writes, a file that is renamed or removed. The process kills
itself there, as a power cut would. Another then does what a worker does that starts later; what stands in the database
afterwards must be what stands there when nobody was killed.
"""

import argparse
import json
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.torture.steps import Steps, chosen, forked
from tests.torture.yard import Yard, contents

_ROUNDS = 2
_LATER = timedelta(minutes=10)


def work(app: Any, steps: Steps | None = None) -> None:
    """All that lies in the queue, one after the other, as a worker does."""
    huey = app.extensions["huey"]
    while (task := huey.dequeue()) is not None:
        if steps:
            steps.step(f"taken out of the queue: {task.name}")
        huey.execute(task)


def work_later(app: Any, again: str) -> None:
    """What workers do that start after the one that died: sweep, do what they find, and `again`, as at night."""
    from crm_app.jobs import jobs

    huey = app.extensions["huey"]
    for number in range(1, _ROUNDS + 1):
        _move_clock(number * _LATER)
        for task in huey.read_schedule(_far()):
            huey.enqueue(task)
        for name, when in jobs._periodic.items():
            if when.get("minute", "").startswith("*/"):
                app.extensions["jobs"][name]()
        if again and number == _ROUNDS:
            app.extensions["jobs"][again]()
        work(app)


def _move_clock(by: timedelta) -> None:
    from crm_app import extensions

    now = extensions.utc_now if not hasattr(extensions, "_real_now") else extensions._real_now
    extensions._real_now = now
    for module in [one for name, one in sys.modules.items() if name.startswith("crm_app")]:
        if hasattr(module, "utc_now"):
            module.utc_now = lambda: now() + by


def _far() -> Any:
    from datetime import datetime

    return datetime.now() + timedelta(days=2)


def torture(folder: Path, database_url: str, points: int, only: str) -> int:
    """0 if every job has its case and was done once, wherever its worker was killed."""
    yard = Yard(folder, database_url)
    os.environ.update(
        INSTANCE_PATH=str(yard.folder), DATABASE_URL=database_url, SECRET_KEY="a key for torture only, long enough",
        REDIS_URL="", SMTP_URL="", BASE_URL="", BACKUP_PASSPHRASE="",
    )  # fmt: skip
    from crm_app import create_app
    from crm_app.jobs import jobs
    from tests.torture.duties import DUTIES

    app = create_app()
    told = [f"{name} has no case in tests/torture/duties.py" for name in sorted(jobs._tasks.keys() - DUTIES.keys())]
    if forked(lambda: _founded(app))[0]:
        print("nothing could be made to begin with")
        return 1
    yard.save("founded")
    killed = 0
    for name in DUTIES:
        if only in name:
            number, faults = _of_job(app, yard, name, points)
            killed += number
            told += faults
            print(f"{name}: killed {number} times, {len(faults)} wrong", flush=True)
    for fault in told:
        print(f"  {fault}")
    return int(bool(told) or not killed)


def _founded(app: Any) -> None:
    from crm_app.migrating import upgrade
    from tests import make

    with app.app_context():
        upgrade()
        make.organisation()
        make.user("Olivia Owen", role="owner", email="olivia@halden.example")


def _of_job(app: Any, yard: Yard, name: str, points: int) -> tuple[int, list[str]]:
    from tests.torture.duties import ALL_OR_NOTHING

    yard.restore("founded")
    status, told = forked(lambda: _asked(app, yard, name))
    if status:
        return 0, [f"{name}: could not be prepared"]
    yard.save("asked")
    status, told = forked(lambda: _done(app, yard))
    steps = json.loads(told) if status == 0 else 0
    wanted = forked(lambda: _seen(app, yard, name))[1]
    faults = [] if steps else [f"{name}: did nothing"]
    places = chosen(steps, points)
    for at in places:
        yard.restore("asked")
        status, place = forked(lambda at=at: _done(app, yard, at))
        where = f"{name}, killed at step {at} of {steps} ({place.strip()})"
        if status != -signal.SIGKILL:
            faults.append(f"{where}: was not killed, but ended with {status}")
        status, found = forked(lambda: _seen(app, yard, name))
        if status:
            faults.append(f"{where}: nobody could go on")
        elif found != wanted and not (name in ALL_OR_NOTHING and json.loads(found)["besides"]["left"] == 0):
            faults.append(f"{where}: {_difference(json.loads(wanted), json.loads(found))}")
    return len(places), faults


def _asked(app: Any, yard: Yard, name: str) -> None:
    from crm_app.jobs import jobs
    from tests.torture.duties import DUTIES, make_small

    with app.app_context():
        make_small(yard.folder)
        arguments = DUTIES[name].prepare()
        jobs.enqueue(jobs._tasks[name], *arguments)


def _done(app: Any, yard: Yard, dies_at: int = 0) -> int:
    from tests.torture.duties import make_small

    with app.app_context():
        make_small(yard.folder)
    steps = Steps(dies_at)
    work(app, steps)
    return steps.number


def _seen(app: Any, yard: Yard, name: str) -> dict[str, Any]:
    """What stands there after others have gone on."""
    from crm_app.extensions import db, reading
    from tests.torture.duties import DUTIES, make_small

    with app.app_context():
        make_small(yard.folder)
    work_later(app, name if DUTIES[name].comes_again else "")
    with app.app_context(), reading():
        found = contents(db.session.connection(), db.metadata.sorted_tables)
        huey = app.extensions["huey"]
        waits = huey.pending_count() + huey.scheduled_count()
        return {"tables": found, "besides": DUTIES[name].seen(yard.folder), "waits": waits}


def _difference(wanted: dict[str, Any], found: dict[str, Any]) -> str:
    tables = [
        f"{name}: {sorted(set(rows) ^ set(found['tables'][name]))[:4]} ({len(rows)} and {len(found['tables'][name])})"
        for name, rows in wanted["tables"].items()
        if rows != found["tables"][name]
    ]
    return (
        "; ".join(tables)[:600] or f"{wanted['besides']}, {wanted['waits']} became {found['besides']}, {found['waits']}"
    )


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--database-url", default="")
    arguments.add_argument("--points", type=int, default=0, help="at most so many a job; 0 for all")
    arguments.add_argument("--only", default="", help="jobs whose name holds this")
    asked = arguments.parse_args()
    return torture(asked.folder, asked.database_url, asked.points, asked.only)


if __name__ == "__main__":
    sys.exit(main())
