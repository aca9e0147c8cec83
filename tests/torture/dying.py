"""Each job of the worker killed at each of its steps, and what the next worker makes of it.

Runs in a process of its own, which forks: `python -m tests.torture.dying FOLDER --points 3 [--database-url ...]`. A
step is a commit (before and after), a statement that writes, a file that is renamed or removed. The process kills
itself there, as a power cut would. Another then does what a worker does that starts later; what stands in the database
afterwards must be what stands there when nobody was killed.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import JSON, DateTime, Table, event, select
from sqlalchemy.engine import Engine

_ROUNDS = 2
_LATER = timedelta(minutes=10)
# Who did it and when, and what is drawn at random: that is another each time.
_OF_THE_RUN = {
    "worker", "hash", "token_hash", "interrupted_at", "tries", "stored_name", "last_number", "version", "password_hash",
}  # fmt: skip


class Steps:
    """Counts what a job does, and dies at one of the steps."""

    def __init__(self, dies_at: int = 0):
        self.number, self._dies_at, self.last = 0, dies_at, ""
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "engine_connect", self._wrap_commit)
        sys.addaudithook(self._file)

    def step(self, what: str) -> None:
        self.number += 1
        self.last = what
        if self.number == self._dies_at:
            os.write(1, f"{what}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def _statement(self, _connection, _cursor, statement, _parameters, _context, _many) -> None:
        if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER ", "DROP T", "DROP I"):
            self.step(" ".join(statement.split()[:3]))

    def _wrap_commit(self, connection) -> None:
        dialect = connection.dialect
        if "do_commit" in dialect.__dict__:
            return
        commit = dialect.do_commit

        def committing(dbapi_connection):
            self.step("before a commit")
            commit(dbapi_connection)
            self.step("after a commit")

        dialect.do_commit = committing

    def _file(self, name: str, arguments: tuple) -> None:
        if name in ("os.rename", "os.remove"):
            self.step(f"{name} {Path(str(arguments[0])).name}")


def forked(work: Callable[[], Any]) -> tuple[int, str]:
    """The status with which it ended, negative for a signal, and what it wrote: its answer, or where it was killed."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(reading)
            os.dup2(writing, 1)
            os.write(1, json.dumps(work()).encode())
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as answers:
        told = answers.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), told


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


def contents(connection: Any, tables: list[Table]) -> dict[str, list[str]]:
    """Each table's rows without what is of the run, in the order of their text."""
    found = {}
    for table in tables:
        columns = [column for column in table.columns if _is_of_the_job(column)]
        rows = connection.execute(select(*columns)).all() if columns else []
        found[table.name] = sorted(repr(tuple(row)) for row in rows)
    return found


def _is_of_the_job(column: Any) -> bool:
    """Numbers of rows depend on what was rolled back before."""
    kind = getattr(column.type, "impl", column.type)
    is_number = column.primary_key or column.foreign_keys or column.name.endswith(("_id", "_number"))
    return not (isinstance(kind, (DateTime, JSON)) or is_number or column.name in _OF_THE_RUN)


def chosen(steps: int, points: int) -> list[int]:
    """All of them, or so many, evenly: the first and the last say least."""
    if points <= 0 or steps <= points:
        return list(range(1, steps + 1))
    return [1 + int((number + 0.5) * steps / points) for number in range(points)]


class Yard:
    """A database and a folder that are put back to how they were before each kill."""

    def __init__(self, folder: Path, database_url: str):
        self.folder, self.url, self._saved = folder / "instance", database_url, folder / "saved"
        self.folder.mkdir(parents=True, exist_ok=True)

    def save(self, name: str) -> None:
        shutil.rmtree(self._saved / name, ignore_errors=True)
        shutil.copytree(self.folder, self._saved / name)
        if self.url:
            self._copy_database(self._database, f"{self._database}_{name}")

    def restore(self, name: str) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self._saved / name, self.folder)
        if self.url:
            self._copy_database(f"{self._database}_{name}", self._database)

    @property
    def _database(self) -> str:
        return self.url.rpartition("/")[2]

    def _copy_database(self, source: str, target: str) -> None:
        with psycopg.connect(self.url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
            gone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(gone, (source,))
            connection.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


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
    forked(lambda: _founded(app))
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
