"""Where the suite gets its databases: files for SQLite, a running or a freshly started PostgreSQL."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import psycopg

_PLACES = ("postgresql://postgres@127.0.0.1:5432", "postgresql://postgres@/?host=/var/run/postgresql")


@cache
def find_postgres() -> str | None:
    """The address of a server on which we may create databases; installed and started if that can be done."""
    given = os.environ.get("TEST_POSTGRES_URL")
    for place in [given] if given else _PLACES:
        if _answers(place):
            return place
    if not given and _installed_and_started():
        return next((place for place in _PLACES if _answers(place)), None)
    return None


def fresh_postgres_of(encoding: str, name: str) -> str:
    """An empty database that cannot hold every script."""
    server = find_postgres()
    assert server, "no PostgreSQL server"
    with psycopg.connect(f"{server}/postgres" if "?" not in server else server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f"CREATE DATABASE \"{name}\" ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    return f"{server}/{name}" if "?" not in server else server.replace("/?", f"/{name}?")


def fresh_postgres(name: str) -> str:
    """An empty database of that name. One left over is emptied: to drop it and make another takes half a second."""
    server = find_postgres()
    assert server, "no PostgreSQL server"
    with psycopg.connect(f"{server}/postgres" if "?" not in server else server, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            connection.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        connection.execute(f'ALTER DATABASE "{name}" RESET ALL')
        # Nothing here outlives the run: a commit need not wait for the disk.
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit TO off')
    url = f"{server}/{name}" if "?" not in server else server.replace("/?", f"/{name}?")
    with psycopg.connect(url) as connection:
        own = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
        for (schema,) in connection.execute(own).fetchall():
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE')
        # As a new database has it.
        connection.execute("CREATE SCHEMA public")
        connection.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
    return url


def is_installed() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def _answers(place: str) -> bool:
    try:
        with psycopg.connect(f"{place}/postgres" if "?" not in place else place, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


def _installed_and_started() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if not is_installed():
        subprocess.call(["apt-get", "update", "-qq"], **quiet)
        subprocess.call(["apt-get", "install", "-y", "-qq", "postgresql"], **quiet)
    versions = sorted(path.name for path in Path("/usr/lib/postgresql").glob("*"))
    if not versions:
        return False
    subprocess.call(["pg_ctlcluster", versions[-1], "main", "start"], **quiet)
    role = "ALTER ROLE postgres PASSWORD NULL"
    trust = f"/etc/postgresql/{versions[-1]}/main/pg_hba.conf"
    subprocess.call(["su", "postgres", "-c", f'psql -c "{role}"'], **quiet)
    rules = Path(trust)
    if rules.exists() and "127.0.0.1/32 trust" not in rules.read_text():
        rules.write_text("host all all 127.0.0.1/32 trust\n" + rules.read_text())
        subprocess.call(["pg_ctlcluster", versions[-1], "main", "reload"], **quiet)
    return True
