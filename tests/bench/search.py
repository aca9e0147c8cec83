"""`python -m tests.bench.search`: what searching costs, in CPU ms, by who asks and what for.

`--records 200000` sizes the business, `--database postgresql://...` (an empty one) takes the place of SQLite. The CPU
of a database server on this machine counts as well. Shown is a search of all kinds of records, without the page.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import insert, text

_LATIN = [
    "Anna",
    "Maria",
    "Peter",
    "Ali",
    "Sara",
    "Jonas",
    "Lena",
    "Omar",
    "Mia",
    "Paul",
    "Emma",
    "Noah",
    "Lara",
    "Max",
    "Ida",
    "Kurt",
]
_FAMILY = [
    "Müller",
    "Schmidt",
    "Fischer",
    "Weber",
    "Smith",
    "Jones",
    "Garcia",
    "Rossi",
    "Novak",
    "Silva",
    "Khan",
    "Meyer",
    "Braun",
    "Lang",
]
_PERSIAN = ["علی", "مریم", "زهرا", "حسین", "رضا", "فاطمه", "سارا", "امیر"]
_PERSIAN_FAMILY = ["محمدی", "احمدی", "کریمی", "رضایی", "حسینی", "نرم\u200cافزاری"]
_CHINESE, _GIVEN = "王李张刘陈杨赵黄", "伟芳娜秀英敏静丽强磊"
_TRADES = ["Labs", "Foods", "Energy", "Metals", "Shipping", "Optics", "Software", "Trading", "Textiles", "Motors"]
_ASKED = (
    "x", "a", "mü", "an", "ma", "anna", "müller", "peter schmidt", "rheinwerk 71", "gmbh", "co", "علی", "م", "محمدی",
    "نرم افزار", "شرکت", "王", "有限公司", "北京", "王伟", "+49 30 1234", "1234", "p71@firm7.example", "firm7", "HL-71",
    "renewal", "renewal 4711", "nobody at all", "zzz", "lamp 3", "sch", "m a", "1", "00", "d 1", "schmidt 1",
    "98 21 00",
)  # fmt: skip
_TIMES = 60


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--records", type=int, default=200_000)
    arguments.add_argument("--database", default="")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"INSTANCE_PATH": folder, "SECRET_KEY": "a key for measuring only, long enough"}
        if asked.database:
            os.environ["DATABASE_URL"] = asked.database
        app, people = _business(asked.records)
        with app.app_context(), app.test_request_context():
            _print(people)


def _print(people: dict) -> None:
    from crm_app.extensions import db

    print(f"{'asked':<22}" + "".join(f"{role:>10}" for role in people))
    worst = dict.fromkeys(people, 0.0)
    for words in _ASKED:
        spent = {role: _cost(user_id, words) for role, user_id in people.items()}
        worst = {role: max(worst[role], spent[role]) for role in people}
        print(f"{words:<22}" + "".join(f"{spent[role]:>10.2f}" for role in people), flush=True)
    print(f"{'worst':<22}" + "".join(f"{worst[role]:>10.2f}" for role in people))
    db.session.remove()


def _cost(user_id: int, words: str) -> float:
    """The quietest of several."""
    from crm_app.accounts.models import User
    from crm_app.extensions import db, reading
    from crm_app.search import finding

    with reading():
        user = db.session.get(User, user_id)
        server = _server_clock()
        for _ in range(6):
            finding.found(user, words)
        spent = []
        for _ in range(_TIMES):
            before = time.process_time_ns() + server()
            finding.found(user, words)
            spent.append(time.process_time_ns() + server() - before)
        db.session.rollback()
    return min(spent) / 1e6


def _server_clock() -> Callable[[], int]:
    """Nanoseconds that the database server's own process has been at work for us."""
    from crm_app.extensions import db

    if db.engine.dialect.name == "sqlite":
        return lambda: 0
    clock = Path(f"/proc/{db.session.scalar(text('SELECT pg_backend_pid()'))}/schedstat")
    return lambda: int(clock.read_text().split()[0])


def _business(records: int):
    from crm_app import create_app
    from crm_app.extensions import db
    from crm_app.migrating import upgrade
    from crm_app.search.commands import catch_up
    from tests import make

    app = create_app(RATELIMIT_ENABLED=False)
    with app.app_context():
        upgrade()
        make.organisation()
        owner, boss = make.user("Olivia Owen", role="owner"), make.user("Charlie Chen", role="manager")
        team, others = make.team("North", manager=boss), make.team("South")
        reps = [make.user(f"Rep {n}", team=team if n < 6 else others) for n in range(20)]
        _fill(records, [rep.id for rep in reps], make.pipeline())
        db.session.commit()
        db.session.execute(text("DELETE FROM word_indexes"))
        catch_up()
        db.session.commit()
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        people = {"owner": owner.id, "manager": boss.id, "rep": reps[0].id}
        db.session.remove()
    return app, people


def _fill(records: int, reps: list[int], pipeline) -> None:
    from crm_app.catalog.models import Product, product_keys
    from crm_app.contacts.models import Company, Person, company_keys, person_keys
    from crm_app.extensions import db
    from crm_app.pipeline.models import Deal, deal_keys

    dice, now = random.Random(7), datetime.now(UTC)
    firms, stages = records // 5, pipeline.stages

    def add(model, rows):
        while batch := list(islice(rows, 5000)):
            db.session.execute(insert(model), batch)

    def companies():
        for n in range(firms):
            name = _company(dice, n)
            site, phone = f"https://firm{n}.example", f"+49 30 {n:07d}"
            facts = {"name": name, "website": site, "phone": phone, "owner_id": dice.choice(reps)}
            yield facts | company_keys(name, site, phone)

    def people():
        for n in range(records * 3 // 5):
            name, mail, phone = _person(dice), f"p{n}@firm{n % firms}.example", f"+98 21 {n:07d}"
            facts = {"name": name, "email": mail, "phone": phone, "owner_id": dice.choice(reps)}
            yield facts | person_keys(name, mail, phone) | {"company_id": n % firms + 1}

    def deals():
        for n in range(records * 3 // 20):
            title, stage, rep = f"Renewal {n}", dice.choice(stages), dice.choice(reps)
            yield deal_keys(title, f"D-{n}") | {
                "title": title, "code": f"D-{n}", "owner_id": rep, "first_owner_id": rep, "currency": "EUR",
                "pipeline_id": pipeline.id, "stage_id": stage.id, "status": stage.kind, "rank": n * 1024,
                "created_at": now, "entered_stage_at": now, "company_id": n % firms + 1, "value_amount": n * 100,
            }  # fmt: skip

    add(Company, companies())
    add(Person, people())
    add(Deal, deals())
    products = ((f"Lamp {n}", f"HL-{n}") for n in range(records // 20))
    add(Product, ({"name": n, "code": c, "currency": "EUR", **product_keys(n, c)} for n, c in products))


def _company(dice: random.Random, n: int) -> str:
    kinds = (
        lambda: f"{dice.choice(_FAMILY)} {dice.choice(_TRADES)} {n} GmbH",
        lambda: f"Rheinwerk {dice.choice(_TRADES)} {n} Co",
        lambda: f"شرکت {dice.choice(_PERSIAN_FAMILY)} {n}",
        lambda: f"北京{dice.choice(_CHINESE)}{dice.choice(_GIVEN)}{n}有限公司",
    )
    return dice.choices(kinds, [4, 3, 2, 2])[0]()


def _person(dice: random.Random) -> str:
    kinds = (
        lambda: f"{dice.choice(_LATIN)} {dice.choice(_FAMILY)}",
        lambda: f"{dice.choice(_PERSIAN)} {dice.choice(_PERSIAN_FAMILY)}",
        lambda: f"{dice.choice(_CHINESE)}{dice.choice(_GIVEN)}{dice.choice(_GIVEN)}",
    )
    return dice.choices(kinds, [5, 2, 2])[0]()


if __name__ == "__main__":
    main()
