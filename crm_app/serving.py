"""`crm serve`: the web server and the worker, started together, stopped together."""

import faulthandler
import logging
import os
import sys
from collections.abc import Mapping
from functools import cache

import click
from flask import Flask
from sqlalchemy.orm import configure_mappers

from crm_app import config, entrance, garbage, processes, readiness, upgrading
from crm_app.health import counting
from crm_app.supervising import Standing, supervise
from crm_app.web import compiled, texts
from crm_app.working import Worker


@click.command()
@click.option("--host", help="Address to listen on (HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (PORT).")
def serve(host, port):
    """Upgrade the database, then run the web server and the worker until stopped."""
    if host:
        os.environ["HOST"] = host
    if port:
        os.environ["PORT"] = str(port)
    settings = config.load()
    readiness.expect_port(str(settings["HOST"]), int(str(settings["PORT"])))
    readiness.expect_redis(str(settings["REDIS_URL"]))
    _application()
    # What is needed once is done by a process that ends, so that nobody keeps it.
    preparing = processes.started("crm prepare", _prepare)
    _read_ahead()
    if status := processes.status_of(preparing):
        sys.exit(status)
    with counting.shared():
        sys.exit(supervise([_web(settings), Worker(_application)]))


@click.command()
def web():
    """Run only the web server (several can share one PostgreSQL database)."""
    settings = config.load()
    readiness.expect_port(str(settings["HOST"]), int(str(settings["PORT"])))
    _expect_what_is_shared(settings)
    _application()
    preparing = processes.started("crm prepare", _prepare_to_serve)
    _read_ahead()
    if status := processes.status_of(preparing):
        sys.exit(status)
    with counting.shared():
        sys.exit(supervise([_web(settings)]))


@click.command()
def worker():
    """Run the worker for imports and other long jobs, one at a time in each of two threads.

    When stopped, it finishes its current jobs; those that take too long go back into the queue.
    """
    _expect_what_is_shared(config.load())
    _read_ahead()
    if status := processes.status_of(processes.started("crm prepare", _prepare_to_work)):
        sys.exit(status)
    sys.exit(supervise([Worker(_application)]))


@click.group()
def database():
    """Manage the database."""


@database.command()
def upgrade():
    """Upgrade the tables to this version of Peyvand."""
    from crm_app import create_app

    upgrading.say_where_from(*upgrading.brought_up_unless_hindered(create_app()))


@cache
def _application() -> Flask:
    """Once in this process, and in those that are copied from it; nothing is open in it that they would share."""
    processes.give_back_memory()
    with processes.reading_code():
        from crm_app import create_app

        app = create_app()
    close = app.extensions["huey"].storage.close
    close()
    os.register_at_fork(before=close)
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
        before, after = upgrading.brought_up_unless_hindered(app)
        if before not in (None, after):
            upgrading.say_where_from(before, after)
        _say_where(app)


def _prepare_to_serve():
    with readiness.said_in_a_sentence():
        upgrading.expect_this_version(_application())
        _say_where(_application())


def _prepare_to_work():
    from crm_app.search.commands import warn_if_behind

    with readiness.said_in_a_sentence():
        upgrading.expect_this_version(_application())
        with _application().app_context():
            warn_if_behind()


def _web(settings: Mapping[str, object]) -> Standing:
    with processes.reading_code():
        import granian.server.mp  # noqa: F401 - else each web process would read it for itself.
    return Standing("web", _serve_pages, number=int(str(settings["WEB_PROCESSES"])))


def _serve_pages():
    """In this process, until it is told to stop. All that serve pages listen at one port, each for itself."""
    from granian import Granian
    from granian.constants import Interfaces

    class Alone(Granian):
        """Without one more process that watches those that answer: it would hold copies of what they hold."""

        def _spawn_workers(self, spawn_target, target_loader):
            self._spawn_worker(idx=0, target=spawn_target, callback_loader=target_loader).inner.run()

        def _serve_loop(self, _spawn_target, _target_loader):
            """It was served."""

    settings = config.load()
    host, port = str(settings["HOST"]), int(str(settings["PORT"]))
    _application()
    # It warns of more threads than processors: those at the entrance wait for slow clients and do nothing else.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    server = Alone(
        "wsgi:app",
        working_dir=config.ROOT,
        address=readiness.address_of(host, port),
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=entrance.THREADS,
        websockets=False,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
    )
    server.serve(target_loader=_behind_the_entrance, wrap_loader=False)


def _behind_the_entrance() -> Flask:
    """In each web process: one that dies of a fault says first where its threads stood."""
    if sys.stderr:
        faulthandler.enable()
    garbage.look_by_itself()
    return entrance.put_before(_application())


def _expect_what_is_shared(settings):
    """Whoever runs a part alone has made the database before."""
    readiness.expect_redis(str(settings["REDIS_URL"]))
    readiness.expect_tables(str(settings["SQLALCHEMY_DATABASE_URI"]))


def _say_where(app):
    from crm_app.accounts import links, queries
    from crm_app.extensions import db
    from crm_app.web.redirects import own_address

    with app.app_context():
        address = own_address()
        click.echo(f"Peyvand is running at {address}")
        if queries.organisation() is None:
            token = links.new_setup_link()
            db.session.commit()
            click.echo(f"Set it up here (the link works once): {address}/settings/first-run/{token}")
