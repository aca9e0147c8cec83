"""`make bench`: what pages cost, as a ratio to a bare Flask page of the same run, and what the whole costs.

CPU milliseconds of all processes of a server with two of them (and of PostgreSQL's own), the quietest of several
rounds, over HTTP, as a signed in owner whose browser takes compressed pages. Ends with 1 where a budget is exceeded.
`--scale 10` is a million people; `--database` takes an empty PostgreSQL; `--growth` adds sizes; `--write` the docs.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import event

from tests.bench import business, figures, whole, written
from tests.bench.database import Database
from tests.bench.figures import Asked, Run
from tests.bench.pages import GROWING, PAGES, SCALES
from tests.bench.server import Asking, Server, serving


def main() -> None:
    given = _arguments().parse_args()
    database = Database(given.database)
    with _bare() as bare:
        with _instance(given.database):
            run = _measured(given, database, bare)
        if given.growth:
            _grow(run, given, database, bare)
    database.empty()
    _print(run)
    if given.write:
        written.write(run)
    for sentence in run.excesses():
        print(f"over budget: {sentence}")
    sys.exit(bool(run.excesses()))


def _arguments() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--scale", type=float, default=1.0)
    arguments.add_argument("--database", default="", help="postgresql://... of an empty database, instead of SQLite")
    arguments.add_argument("--page", action="append", choices=PAGES, help="only this page (several times)")
    arguments.add_argument("--growth", action="store_true", help="lists with 1,000, 10,000 and 100,000 people, too")
    arguments.add_argument("--write", action="store_true", help="write docs/performance.md")
    return arguments


@contextmanager
def _instance(database: str) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "INSTANCE_PATH": folder,
            "SECRET_KEY": "a key for measuring only, long enough",
            "WEB_PROCESSES": "2",
        }
        if database:
            os.environ["DATABASE_URL"] = database
        yield


def _measured(given: argparse.Namespace, database: Database, bare: Server) -> Run:
    size = business.Size.of(given.scale)
    floor, founded = bare.cost(Asking("/"))[0], business.found(size)
    facts = f"{size.people:,} people, {size.companies:,} companies, {size.deals:,} deals, {size.events:,} events"
    run = Run(f"{database.name}: {facts}", floor)
    print(f"{run.title}; floor {floor:.2f} ms", flush=True)
    change = database.changer()
    with _counting(founded.cookie) as read, serving("wsgi:app", database.processes) as server:
        for name in given.page or PAGES:
            run.asked[name] = _page(name, server, founded, bare, read, change)
            print(f"{name}: {run.asked[name].ratio:.1f}", flush=True)
        if not given.page:
            for name, asking in _forms(founded, server).items():
                spent, ratio, body = server.cost_beside(bare, asking)
                run.asked[name] = Asked(spent, ratio, wire=len(body))
            paths = [_path(name, server, founded.cookie) for name in PAGES]
            run.whole = whole.visits(server, founded.cookie, paths)
    if not given.page:
        run.whole |= whole.cold_start_and_memory(founded.cookie, paths)
    return run


@contextmanager
def _bare() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FLOOR_DATABASE"] = str(Path(folder) / "floor.db")
        from tests.bench import floor

        floor.fill()
        with serving("tests.bench.floor:app") as server:
            yield server


def _page(name, server: Server, founded, bare: Server, read, change) -> Asked:
    asking = Asking(_path(name, server, founded.cookie), founded.cookie)
    spent, ratio, body = server.cost_beside(bare, asking)
    anew = server.cost_beside(bare, asking, change)[1] if PAGES[name].is_kept else None
    if PAGES[name].is_kept:
        change()
    statements, length = read(asking.path)
    waited = server.waited(asking, 1), server.waited(asking, 4)
    return Asked(spent, ratio, statements, length, len(body), *waited, anew)


def _path(name: str, server: Server, cookie: str) -> str:
    path = PAGES[name].path
    if "{place}" not in path:
        return path
    board = server.get("/pipeline/board", cookie, encodings="identity").decode()
    return path.format(place=board.split("since=")[1].split('"')[0])


def _forms(founded, server: Server) -> dict[str, Asking]:
    page = server.get("/contacts/people/new", founded.cookie, encodings="identity").decode()
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return {
        "move a deal": Asking("", founded.cookie, _moves(founded, token)),
        "create a person": Asking(
            "/contacts/people/new",
            founded.cookie,
            lambda number: ("", {"csrf_token": token, "name": f"Someone New {number}"}),
        ),
    }


def _moves(founded, token: str) -> Callable[[int], tuple[str, dict[str, str]]]:
    """A deal after the other: of one and the same, the history would grow beyond all measure."""
    turns, deals = count(), founded.deals

    def move(_number: int) -> tuple[str, dict[str, str]]:
        again, place = divmod(next(turns), len(deals))
        return f"/pipeline/deals/{deals[place]}/stage", {"csrf_token": token, "stage": str(founded.stages[again % 2])}

    return move


def _grow(run: Run, given: argparse.Namespace, database: Database, bare: Server) -> None:
    for scale in SCALES.values():
        database.empty()
        with _instance(given.database):
            founded = business.found(business.Size.of(scale))
            with serving("wsgi:app", database.processes) as server:
                for name in GROWING:
                    ratio = server.cost_beside(bare, Asking(PAGES[name].path, founded.cookie))[1]
                    run.growth.setdefault(name, []).append(ratio)


@contextmanager
def _counting(cookie: str) -> Iterator:
    """How many statements a page runs, and how long it is."""
    from crm_app import create_app
    from crm_app.extensions import db

    app = create_app()
    client = app.test_client(use_cookies=False)
    with app.app_context():
        engine = db.engine

    def read(path: str) -> tuple[int, int]:
        with _noting(engine) as seen:
            answer = client.get(path, headers={"Cookie": cookie})
        return len(seen), len(answer.data)

    yield read
    engine.dispose()


@contextmanager
def _noting(engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def _print(run: Run) -> None:
    print(figures.printed(figures.pages_of(run)))
    if run.whole:
        print(f"\n{figures.printed(figures.whole_of(run))}")
    if run.growth:
        print(f"\n{figures.printed(figures.growth_of(run))}")


if __name__ == "__main__":
    main()
