"""`make bench`: what pages cost, as a ratio to a bare Flask page of the same run, with statements and bytes.

Times are the quietest of several rounds, in CPU milliseconds of this process. `--deals 20000` sizes the business.
"""

import argparse
import os
import random
import sqlite3
import statistics
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
from flask import Flask, render_template_string
from sqlalchemy import event, insert

_ROUNDS, _REQUESTS = 7, 15


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--deals", type=int, default=20_000)
    arguments.add_argument("--people", type=int, default=100_000)
    arguments.add_argument("--companies", type=int, default=20_000)
    size = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"INSTANCE_PATH": folder, "SECRET_KEY": "a key for measuring only, long enough"}
        floor = _floor(Path(folder))
        app, client, pages = _business(size)
        print(f"{size.people:,} people, {size.companies:,} companies, {size.deals:,} deals; floor {floor:.2f} ms")
        print(f"{'page':<24}{'CPU ms':>8}{'ratio':>7}{'SQL':>5}{'bytes':>9}{'brotli':>8}")
        for name, url in pages.items():
            spent, body = _cost(client, url)
            number = _statements(app, client, url)
            print(
                f"{name:<24}{spent:>8.2f}{spent / floor:>7.1f}{number:>5}{len(body):>9,}"
                f"{len(brotli.compress(body, quality=5)):>8,}"
            )


def _cost(client, url: str) -> tuple[float, bytes]:
    """The quietest round's median, and the body."""
    for _ in range(3):
        response = client.get(url)
    assert response.status_code in (200, 204), f"{url}: {response.status_code}"
    rounds = []
    for _ in range(_ROUNDS):
        times = []
        for _ in range(_REQUESTS):
            begun = time.process_time()
            client.get(url)
            times.append((time.process_time() - begun) * 1000)
        rounds.append(statistics.median(times))
    return min(rounds), response.data


def _floor(folder: Path) -> float:
    """Flask, Jinja, fifty rows of a table of 100,000; no session, no user, no count."""
    connection = sqlite3.connect(folder / "floor.db", check_same_thread=False)
    connection.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, title TEXT, email TEXT)")
    rows = ((f"Person {n}", "Head of purchasing", f"person{n}@example.com") for n in range(100_000))
    connection.executemany("INSERT INTO people (name, title, email) VALUES (?, ?, ?)", rows)
    connection.commit()
    app = Flask("floor")
    template = (
        "<!doctype html><table>{% for row in rows %}<tr><td>{{ row[0] }}<td>{{ row[1] }}<td>{{ row[2] }}"
        "<td>{{ row[3] }}{% endfor %}</table>"
    )

    @app.get("/")
    def index():
        found = connection.execute("SELECT * FROM people WHERE id > 50000 ORDER BY id LIMIT 50").fetchall()
        return render_template_string(template, rows=found)

    return _cost(app.test_client(), "/")[0]


def _business(size):
    from flask_migrate import upgrade

    from crm_app import create_app
    from crm_app.extensions import db
    from crm_app.search.commands import catch_up
    from tests import make

    app = create_app(RATELIMIT_ENABLED=False)
    with app.app_context():
        upgrade()
        make.organisation()
        owner = make.user("Olivia Owen", role="owner")
        reps = _staff(owner)
        _fill(size, reps)
        _aim(reps)
        catch_up()
        session_id, deal = owner.get_id(), "/pipeline/deals/1"
        db.session.commit()
        db.session.remove()
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = session_id
    pages = {
        "companies": "/contacts/companies",
        "people": "/contacts/people",
        "people, search": "/contacts/people?q=person%2071",
        "a company": "/contacts/companies/7",
        "board": "/pipeline/board",
        "forecast": "/pipeline/forecast",
        "board, nothing new": f"/pipeline/board/news?since={2**40}",
        "deals": "/pipeline/deals",
        "a deal": deal,
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
    return app, client, pages


def _staff(owner) -> list:
    """Thirty-five reps in six teams."""
    from tests import make

    teams = [make.team(f"Team {n}", manager=owner) for n in range(1, 7)]
    return [make.user(f"Rep {n}", team=teams[n % 6]) for n in range(1, 36)]


def _aim(reps) -> None:
    """Targets of won value for the company, each team and each rep, and of open value for the company."""
    from crm_app.accounts.models import Team
    from crm_app.extensions import db
    from tests import make

    make.goal(700_000_00)
    make.goal(2_000_000_00, measure="open_value")
    for team in db.session.query(Team):
        make.goal(120_000_00, team=team)
    for rep in reps:
        make.goal(20_000_00, user=rep)


def _fill(size, reps) -> None:
    from crm_app.contacts.models import Company, Person, company_keys, person_keys
    from crm_app.extensions import db
    from tests import make

    dice = random.Random(7)
    now = datetime.now(UTC)

    def add(model, rows):
        for start in range(0, len(rows), 5000):
            db.session.execute(insert(model), rows[start : start + 5000])

    companies = [{"name": f"Company {n}", "owner_id": reps[n % 35].id} for n in range(size.companies)]
    add(Company, [row | company_keys(row["name"], "", "") for row in companies])
    people = [
        {"name": f"Person {n}", "owner_id": reps[n % 35].id, "company_id": n % size.companies + 1}
        for n in range(size.people)
    ]
    add(Person, [row | person_keys(row["name"], "", "") for row in people])
    _fill_deals(size, reps, make.pipeline(), dice, now, add)
    db.session.commit()


def _fill_deals(size, reps, pipeline, dice, now, add) -> None:
    from crm_app.pipeline.models import Closing, Deal, Stay, deal_keys

    stages = pipeline.stages
    deals, stays, closings = [], [], []
    for n in range(1, size.deals + 1):
        stage = dice.choices(stages, [4, 3, 2, 1, 40, 25])[0]
        created = now - timedelta(days=dice.randrange(30, 700))
        entered = created + timedelta(days=dice.randrange(1, 30))
        rep = dice.choice(reps)
        value, base = dice.randrange(500, 90_000) * 100, {"owner_id": rep.id, "currency": "EUR"}
        deals.append(
            base | deal_keys(f"Deal {n}", "") | {
                "id": n, "title": f"Deal {n}", "value_amount": value, "pipeline_id": pipeline.id, "stage_id": stage.id,
                "status": stage.kind, "rank": n * 1024, "created_at": created, "entered_stage_at": entered,
                "company_id": n % size.companies + 1, "first_owner_id": rep.id,
                "closed_at": None if stage.is_open else entered,
                "expected_close": (now + timedelta(days=n % 220 - 20)).date() if stage.is_open and n % 5 else None,
            }
        )  # fmt: skip
        stays.append(
            base
            | {
                "deal_id": n,
                "team_id": rep.team_id,
                "pipeline_id": pipeline.id,
                "stage_id": stage.id,
                "seq": 1,
                "entered_at": entered,
                "value_amount": value,
            }
        )
        if not stage.is_open:
            closings.append(
                base
                | {
                    "deal_id": n,
                    "team_id": rep.team_id,
                    "outcome": stage.kind,
                    "closed_at": entered,
                    "value_amount": value,
                    "base_amount": value,
                    "cycle_seconds": 86_400,
                }
            )
    add(Deal, deals)
    add(Stay, stays)
    add(Closing, closings)


@contextmanager
def _noting(engine):
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def _statements(app, client, url: str) -> int:
    from crm_app.extensions import db

    with app.app_context():
        engine = db.engine
    with _noting(engine) as seen:
        client.get(url)
    return len(seen)


if __name__ == "__main__":
    main()
