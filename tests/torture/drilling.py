"""The drill: many contacts and files backed up while people write, put back elsewhere, and compared row for row.

`python -m tests.torture.drilling FOLDER [--contacts 500000] [--database-url ... --other-url ...]`
"""

import argparse
import hashlib
import os
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import create_engine, text

# A small one may be over before anybody wrote.
_TRIES = 5
_FILES = 200
_PEOPLE = """
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {contacts})
    INSERT INTO people (name, name_key, sort_key, email, email_key, phone, phone_key, job_title, version, created_at)
    SELECT 'Person Number ' || n, 'personnumber' || n, 'person number ' || n, 'person' || n || '@firm.example',
        'person' || n || '@firm.example', '+49 30 ' || n, '4930' || n, 'Head of ' || n % 977, 1, CURRENT_TIMESTAMP
    FROM numbers
"""


class Drilled(NamedTuple):
    """`is_equal` is of all rows and files; `written` were committed by others while the backup was made."""

    backup_seconds: float
    backup_cpu: float
    restore_seconds: float
    megabytes: float
    written: int
    is_equal: bool


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--contacts", type=int, default=500_000)
    arguments.add_argument("--database-url", default="")
    arguments.add_argument("--other-url", default="")
    arguments.add_argument("--within", type=float, default=5.0, help="the seconds that the backup may take")
    asked = arguments.parse_args()
    one = drill(asked.folder, asked.contacts, asked.database_url, asked.other_url)
    print(f"{asked.contacts:,} contacts, {_FILES} files; {one.written} changes written while it was backed up")
    print(
        f"backed up in {one.backup_seconds:.2f} s, {one.backup_cpu:.2f} s of CPU; {one.megabytes:.0f} MB; "
        f"{os.getloadavg()[0]:.1f} programs at work on {os.cpu_count()} processors"
    )
    print(f"put back in {one.restore_seconds:.1f} s; equal, row for row and file for file: {one.is_equal}")
    return int(not one.is_equal or one.backup_seconds > asked.within or not one.written)


def drill(folder: Path, contacts: int, url: str, other_url: str) -> Drilled:
    os.environ.update(REDIS_URL="", SMTP_URL="", BASE_URL="", BACKUP_PASSPHRASE="", SECRET_KEY="")
    source, target = _application(folder / "one", url), _application(folder / "other", other_url)
    _fill(source, folder / "one", contacts)
    path, stopped, written = folder / "all.zip", threading.Event(), [0]
    thread = threading.Thread(target=_write, args=(source, stopped, written))
    thread.start()
    time.sleep(0.5)
    for _ in range(_TRIES):
        seconds, cpu, meanwhile = _backed_up(source, path, written)
        if meanwhile:
            break
    stopped.set()
    thread.join()
    began = time.monotonic()
    with target.app_context():
        _restore(path)
    restoring = time.monotonic() - began
    there = _digests(target, folder / "other")
    # People written after the instant of the backup are here and not there.
    here = _digests(source, folder / "one", most=there["count of people"])
    return Drilled(seconds, cpu, restoring, path.stat().st_size / 1e6, meanwhile, here == there)


def _application(folder: Path, url: str) -> Any:
    from crm_app import create_app

    folder.mkdir(parents=True)
    os.environ.update(INSTANCE_PATH=str(folder), DATABASE_URL=url)
    return create_app()


def _fill(app: Any, folder: Path, contacts: int) -> None:
    from crm_app.extensions import db
    from crm_app.migrating import upgrade
    from crm_app.search.commands import catch_up
    from tests import make

    with app.app_context():
        upgrade()
        make.organisation()
        db.session.remove()
        with db.engine.begin() as connection:
            connection.execute(text(_PEOPLE.format(contacts=contacts)))
        catch_up()
    uploads = folder / "uploads" / "imports"
    uploads.mkdir(parents=True)
    for number in range(_FILES):
        (uploads / f"{number:032x}").write_bytes(os.urandom(10_000))


def _write(app: Any, stopped: threading.Event, written: list[int]) -> None:
    from tests import make

    with app.app_context():
        while not stopped.is_set():
            make.person(None, f"Written meanwhile {written[0]}")
            written[0] += 1
            time.sleep(0.01)


def _backed_up(app: Any, path: Path, written: list[int]) -> tuple[float, float, int]:
    from crm_app.backups import making

    with app.app_context():
        began, before = time.monotonic(), written[0]
        used = resource.getrusage(resource.RUSAGE_SELF)
        making.write(path)
        now = resource.getrusage(resource.RUSAGE_SELF)
        cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        return time.monotonic() - began, cpu, written[0] - before


def _restore(path: Path) -> None:
    from crm_app.backups import restoring

    with path.open("rb") as file:
        restoring.restore_from(file, path.name, "")


def _digests(app: Any, folder: Path, most: int | None = None) -> dict[str, Any]:
    """Of what both have: the people, in order, up to a number; all other tables but what tells of those; all files."""
    from crm_app.extensions import db, reading

    found: dict[str, Any] = {}
    with app.app_context(), reading(), create_engine(db.engine.url).connect() as connection:
        found["count of people"] = most or connection.execute(text("SELECT count(*) FROM people")).scalar()
        for table in db.metadata.sorted_tables:
            if table.name in ("events", "workers"):
                continue
            keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
            limit = f" LIMIT {found['count of people']}" if table.name == "people" else ""
            digest = hashlib.sha256()
            for row in connection.execution_options(yield_per=5000).exec_driver_sql(
                f'SELECT * FROM "{table.name}" ORDER BY {keys}{limit}'
            ):
                digest.update(repr(tuple(row)).encode())
            found[table.name] = digest.hexdigest()
    for path in sorted((folder / "uploads").rglob("*")):
        if path.is_file():
            found[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


if __name__ == "__main__":
    sys.exit(main())
