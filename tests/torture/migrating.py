"""A filled database brought up to this version: killed at each statement, taken down and up again, from any version.

Runs in a process of its own, which forks: `python -m tests.torture.migrating FOLDER [--points 8] [--from 0014 0023]`.
"""

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from tests.torture.steps import Steps, chosen, forked
from tests.torture.yard import Yard

# Taken down, everyone gets a new one: it was what sessions hung on before they had a table.
_DRAWN = "session_key"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--database-url", default="")
    arguments.add_argument("--points", type=int, default=0, help="at most so many kills a version; 0 for all")
    arguments.add_argument("--from", dest="versions", nargs="*", default=[], help="those alone; else every version")
    asked = arguments.parse_args()
    yard = Yard(asked.folder, asked.database_url)
    os.environ.update(
        INSTANCE_PATH=str(yard.folder), DATABASE_URL=asked.database_url, REDIS_URL="", SMTP_URL="", BASE_URL="",
        SECRET_KEY="a key for torture only, long enough",
    )  # fmt: skip
    from crm_app import create_app

    app = create_app(TESTING=True)
    if forked(lambda: _filled(app))[0]:
        print("nothing could be made to begin with")
        return 1
    yard.save("filled")
    told, killed = [], 0
    for version in asked.versions or _versions(app):
        number, faults = _of_version(app, yard, version, asked.points)
        killed += number
        told += [f"{version}: {fault}" for fault in faults]
        print(f"from {version}: killed {number} times, {len(faults)} wrong", flush=True)
    for fault in told:
        print(f"  {fault}")
    return int(bool(told) or not killed)


def _versions(app: Any) -> list[str]:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(app.config["MIGRATIONS_PATH"]).walk_revisions()
    return sorted(script.revision for script in scripts)[:-1]


def _filled(app: Any) -> None:
    from crm_app.extensions import db
    from crm_app.migrating import upgrade
    from tests import make
    from tests.exchange.archive import living

    with app.app_context():
        upgrade()
        make.organisation()
        alice, charlie = make.user("Alice Adler"), make.user("Charlie Chen", role="manager")
        olivia = make.user("Olivia Owen", role="owner")
        alice.team = make.team("North", manager=charlie, region="West")
        db.session.commit()
        living.organisation(olivia, alice, charlie)
        db.session.commit()


def _of_version(app: Any, yard: Yard, version: str, points: int) -> tuple[int, list[str]]:
    """From the version to this one in one step; each kill leaves it as it was, and it is simply begun again."""
    yard.restore("filled")
    status, before = forked(lambda: _moved(app, version, is_up=False))
    if status:
        return 0, ["could not be taken down to it"]
    yard.save("older")
    status, up = forked(lambda: _moved(app, "head"))
    if status:
        return 0, ["could not be brought up from it"]
    faults = [
        f"{way} is another: {_difference(wanted, found)}"
        for way, wanted, found in (
            ("down, up, down", before, forked(lambda: _moved(app, version, is_up=False))[1]),
            ("up, down, up", up, forked(lambda: _moved(app, "head"))[1]),
        )
        if wanted != found
    ]
    yard.restore("older")
    status, told = forked(lambda: _steps(app))
    steps = json.loads(told) if status == 0 else 0
    places = chosen(steps, points)
    for at in places:
        yard.restore("older")
        status, where = forked(lambda at=at: _steps(app, at))
        if status != -signal.SIGKILL:
            faults.append(f"step {at} of {steps}: was not killed, but ended with {status}")
        # Once all is committed, it is as it will be.
        wanted = up if at == steps and where.startswith("after a commit") else before
        if forked(lambda: _standing(app))[1] != wanted:
            faults.append(f"killed at step {at} of {steps} ({where.strip()}): neither as it was nor as it will be")
        status, again = forked(lambda: _moved(app, "head"))
        if status or again != up:
            faults.append(f"killed at step {at} of {steps} ({where.strip()}): begun again, it is another")
    return len(places), faults


def _difference(wanted: str, found: str) -> str:
    before, after = json.loads(wanted), json.loads(found)
    names = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
    told = [f"{name}: {before.get(name, [])[:1]} became {after.get(name, [])[:1]}" for name in names]
    return "; ".join(told)[:900]


def _moved(app: Any, version: str, is_up: bool = True) -> dict[str, Any]:
    from flask_migrate import downgrade

    from crm_app.migrating import prepare, upgrade

    with app.app_context():
        prepare()
        (upgrade if is_up else downgrade)(revision=version)
    return _standing(app)


def _steps(app: Any, dies_at: int = 0) -> int:
    from crm_app.migrating import upgrade

    steps = Steps(dies_at)
    with app.app_context():
        upgrade()
    return steps.number


def _standing(app: Any) -> dict[str, Any]:
    """All rows of all tables that are there, whatever the version; the search is filled from them."""
    from sqlalchemy import inspect

    from crm_app.extensions import db, reading

    with app.app_context(), reading(), db.engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if "_words" not in name]
        found = {}
        for name in sorted(names):
            rows = connection.exec_driver_sql(f'SELECT * FROM "{name}"').mappings()
            found[name] = sorted(
                repr(sorted((key, str(value)) for key, value in row.items() if key != _DRAWN)) for row in rows
            )
        return found


if __name__ == "__main__":
    sys.exit(main())
