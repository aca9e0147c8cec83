"""`crm serve`: the web server and the worker, started together, stopped together."""

import multiprocessing
import os
import sys
from functools import cache

import click
from flask import Flask
from sqlalchemy.orm import configure_mappers

from crm_app import config, entrance, processes, readiness
from crm_app.health import counting
from crm_app.web import compiled, texts


@click.command()
@click.option("--host", help="Address to listen on (HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (PORT).")
def serve(host, port):
    """Bring the database up to date, then run the web server and the worker until stopped."""
    if host:
        os.environ["HOST"] = host
    if port:
        os.environ["PORT"] = str(port)
    settings = config.load()
    readiness.expect_port(str(settings["HOST"]), int(str(settings["PORT"])))
    readiness.expect_redis(str(settings["REDIS_URL"]))
    with counting.shared():
        _application()
        # What is needed once is done by a process that ends, so that nobody keeps it.
        preparing = processes.started(_prepare)
        _read_ahead()
        if status := processes.status_of(preparing):
            sys.exit(status)
        sys.exit(processes.supervise([processes.started(_serve_pages), processes.started(_work)]))


@click.command()
def web():
    """Run the web server alone (several of them may share one PostgreSQL)."""
    settings = config.load()
    readiness.expect_port(str(settings["HOST"]), int(str(settings["PORT"])))
    _expect_what_is_shared(settings)
    with counting.shared():
        _read_ahead()
        _serve_pages()


@click.command()
def worker():
    """Run the worker: imports and other long work, one task at a time in each of two threads.

    Told to stop, it finishes what it is at; what takes longer than it is given goes back into the queue.
    """
    _expect_what_is_shared(config.load())
    _work()


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


@cache
def _application() -> Flask:
    """Once in this process, and in those that are copied from it; nothing is open in it that they would share."""
    processes.give_back_memory()
    with processes.reading_code():
        from crm_app import create_app

        app = create_app()
    if close := getattr(app.extensions["huey"].storage, "close", None):
        close()
    return app


def _read_ahead():
    """What pages will need, before the processes that make them are copied from this one."""
    with processes.reading_code():
        compiled.read_all(_application())
        texts.read_all(_application())
        configure_mappers()


def _prepare():
    with readiness.said_in_a_sentence():
        app = _application()
        brought_up(app)
        _say_where(app)


def _serve_pages():
    from granian import Granian
    from granian.constants import Interfaces

    settings = config.load()
    _application()
    multiprocessing.set_start_method(processes.METHOD, force=True)
    Granian(
        "wsgi:app",
        working_dir=config.ROOT,
        address=str(settings["HOST"]),
        port=int(str(settings["PORT"])),
        interface=Interfaces.WSGI,
        workers=int(str(settings["WEB_PROCESSES"])),
        blocking_threads=entrance.THREADS,
        websockets=False,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
        respawn_failed_workers=True,
        workers_kill_timeout=processes.GRACE_SECONDS,
    ).serve(target_loader=_behind_the_entrance, wrap_loader=False)


def _behind_the_entrance() -> Flask:
    return entrance.put_before(_application())


def _work():
    from crm_app.health.jobs import alive
    from crm_app.search.commands import warn_if_behind

    app = _application()
    with app.app_context():
        warn_if_behind()
    with alive(app):
        app.extensions["huey"].create_consumer(
            workers=2,
            periodic=True,
            check_worker_health=True,
            graceful_signal="TERM",
            shutdown_timeout=processes.GRACE_SECONDS,
        ).run()


def _expect_what_is_shared(settings):
    """Whoever runs a part alone has made the database before."""
    readiness.expect_redis(str(settings["REDIS_URL"]))
    readiness.expect_tables(str(settings["SQLALCHEMY_DATABASE_URI"]))


def brought_up(app):
    """The tables, and what the search knows of them; Alembic's own lines would say less than the caller does."""
    from crm_app import migrating
    from crm_app.extensions import db
    from crm_app.search.commands import catch_up

    def revision():
        with db.engine.connect() as connection:
            return migrating.revision(connection)

    with app.app_context():
        before = revision()
        migrating.upgrade()
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
