"""`crm serve`: the web server and the worker, started together, stopped together."""

import os
import signal
import subprocess
import sys
import time

import click

from crm_app import config, readiness

_GRACE = 20


@click.command()
@click.option("--host", help="Address to listen on (HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (PORT).")
def serve(host, port):
    """Bring the database up to date, then run the web server and the worker until stopped."""
    app = _prepared(host, port)
    _say_where(app)
    children = [
        subprocess.Popen([sys.executable, "-m", "crm_app", name], start_new_session=True, cwd=config.ROOT)
        for name in ("web", "worker")
    ]
    sys.exit(_supervise(children))


@click.command()
def web():
    """Run the web server alone (several of them may share one PostgreSQL)."""
    from granian import Granian
    from granian.constants import Interfaces

    from crm_app.entrance import THREADS
    from crm_app.health import counting

    settings = config.load()
    host, port = str(settings["HOST"]), int(str(settings["PORT"]))
    readiness.expect_port(host, port)
    _expect_what_is_shared(settings)
    server = Granian(
        "wsgi:app",
        working_dir=config.ROOT,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=int(str(settings["WEB_PROCESSES"])),
        blocking_threads=THREADS,
        websockets=False,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
        respawn_failed_workers=True,
        workers_kill_timeout=_GRACE,
    )
    with counting.shared():
        server.serve()


@click.command()
def worker():
    """Run the worker: imports and other long work, one task at a time in each of two threads.

    Told to stop, it finishes what it is at; what takes longer than it is given goes back into the queue.
    """
    from crm_app import create_app
    from crm_app.health.jobs import alive
    from crm_app.search.commands import warn_if_behind

    _expect_what_is_shared(config.load())
    app = create_app()
    with app.app_context():
        warn_if_behind()
    with alive(app):
        app.extensions["huey"].create_consumer(
            workers=2, periodic=True, check_worker_health=True, graceful_signal="TERM", shutdown_timeout=_GRACE
        ).run()


@click.group()
def database():
    """Look after the database."""


@database.command()
def upgrade():
    """Bring the tables up to this version of Peyvand."""
    from crm_app import create_app

    say_where_from(*brought_up(create_app()))


def say_where_from(before, after):
    told = f"Database went from {before or 'nothing'} to {after}."
    click.echo(f"Database is at {after}." if before == after else told)


def _prepared(host, port):
    if host:
        os.environ["HOST"] = host
    if port:
        os.environ["PORT"] = str(port)
    from crm_app import create_app

    settings = config.load()
    readiness.expect_port(str(settings["HOST"]), int(str(settings["PORT"])))
    readiness.expect_redis(str(settings["REDIS_URL"]))
    app = create_app()
    brought_up(app)
    return app


def _expect_what_is_shared(settings):
    """Whoever runs a part alone has made the database before."""
    readiness.expect_redis(str(settings["REDIS_URL"]))
    readiness.expect_tables(str(settings["SQLALCHEMY_DATABASE_URI"]))


def brought_up(app):
    """The tables, and what the search knows of them; Alembic's own lines would say less than the caller does."""
    from alembic.runtime.migration import MigrationContext
    from flask_migrate import upgrade as upgrade_tables

    from crm_app.extensions import db
    from crm_app.search.commands import catch_up

    def revision():
        with db.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    with app.app_context():
        before = revision()
        upgrade_tables()
        catch_up()
        return before, revision()


def _say_where(app):
    from crm_app.accounts import links, queries
    from crm_app.extensions import db
    from crm_app.web.redirects import own_address

    with app.app_context():
        address = own_address()
        click.echo(f"Peyvand runs at {address}")
        if queries.organisation() is None:
            token = links.new_setup_link()
            db.session.commit()
            click.echo(f"Set it up here (this link works once): {address}/settings/first-run/{token}")


def _supervise(children):
    """Wait for a signal or for a child to end; then end the rest. Returns the exit status."""
    # Not a threading.Event: a second signal would wait for the lock that the first one's waiter holds.
    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: signals.append(number))
    while not signals and all(child.poll() is None for child in children):
        time.sleep(0.1)
    failed = [child for child in children if child.poll() is not None]
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _GRACE + 5
    for child in children:
        try:
            child.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
    if failed and not signals:
        click.echo("crm: a part of Peyvand stopped by itself; see the lines above.", err=True)
        return 1
    return 0
