"""`make bench`: what pages cost, as a ratio to a bare Flask page of the same run, with statements and bytes.

CPU milliseconds of all processes of a server with two of them, the quietest of several rounds, over HTTP, as a signed
in owner whose browser takes compressed pages. `--deals 20000` sizes the business.
"""

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event

from tests.bench import business
from tests.bench.server import serving

_PAGES = {
    "companies": "/contacts/companies",
    "people": "/contacts/people",
    "people, search": "/contacts/people?q=person%2071",
    "a company": "/contacts/companies/7",
    "board": "/pipeline/board",
    "forecast": "/pipeline/forecast",
    "board, nothing new": f"/pipeline/board/news?since={2**40}",
    "deals": "/pipeline/deals",
    "a deal": "/pipeline/deals/1",
    "goals": "/goals/",
    "goals, open value": "/goals/?measure=open_value",
    "reports": "/reports/",
    "search": "/search/?q=deal",
    "palette": "/search/palette?opened=deals:7%20people:9%20companies:3",
    "palette, a name": "/search/palette?q=person%2071&opened=deals:7%20people:9",
    "palette, a letter": "/search/palette?q=p",
    "palette, two letters": "/search/palette?q=pe",
    "today": "/",
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=100_000)
    arguments.add_argument("--companies", type=int, default=20_000)
    arguments.add_argument("--deals", type=int, default=20_000)
    arguments.add_argument("--page", action="append", choices=_PAGES, help="only this page (several times)")
    given = arguments.parse_args()
    size = business.Size(given.people, given.companies, given.deals)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "INSTANCE_PATH": folder,
            "SECRET_KEY": "a key for measuring only, long enough",
            "FLOOR_DATABASE": str(Path(folder) / "floor.db"),
        }
        floor = _floor()
        cookie = business.found(size)
        print(f"{size.people:,} people, {size.companies:,} companies, {size.deals:,} deals; floor {floor:.2f} ms")
        print(f"{'page':<24}{'CPU ms':>8}{'ratio':>7}{'SQL':>5}{'bytes':>9}{'wire':>8}")
        read = _reader(cookie)
        with serving("wsgi:app") as server:
            for name in given.page or _PAGES:
                path = _PAGES[name]
                spent, body = server.cost(path, cookie)
                statements, length = read(path)
                print(f"{name:<24}{spent:>8.2f}{spent / floor:>7.1f}{statements:>5}{length:>9,}{len(body):>8,}")


def _floor() -> float:
    from tests.bench import floor

    floor.fill()
    with serving("tests.bench.floor:app") as server:
        return server.cost("/")[0]


def _reader(cookie: str):
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

    return read


@contextmanager
def _noting(engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
