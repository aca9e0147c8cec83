"""An organisation that has lived for a while, all its rows at hand, and an archive of it to change."""

import json
import zipfile
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

from sqlalchemy import func, select

from crm_app import audit
from crm_app.activity.recording import acting_as, record
from crm_app.bulk.models import BulkChange, BulkRecord
from crm_app.contacts.models import Tag
from crm_app.demo.models import Demo, DemoRecord
from crm_app.exchange.archive import contents, packing
from crm_app.exchange.models import KeptMapping, KeptMeaning
from crm_app.extensions import db
from crm_app.lists.models import ListLayout
from crm_app.saved_views.models import SavedView
from crm_app.web.money import Money, Rate, Rates
from tests import make
from tests.conftest import empty_database
from tests.exchange.importing import bring_in

LARGEST = 9 * 10**15


def organisation(olivia, alice, charlie):
    """Something in every table, and what is hard to write down in many a column."""
    later = make.company(alice, "شرکت نمونه", phone="")
    child = make.company(alice, "东方贸易", revenue_amount=LARGEST, revenue_currency="CNY")
    mother = make.company(None, "Line\nbreak, “quoted” \\ and \u2028")
    child.parent, child.tags = mother, [Tag(name="کلیدی"), Tag(name="重要")]
    buyer = make.person(alice, "Emile O'Hara", company=later, email="emile@x.example")
    buyer.tags = [child.tags[0]]
    product = make.product(olivia, "GTX Pro", price=0)
    deal = make.deal(alice, "Refit", value=LARGEST, company=child, person=buyer, product=product)
    with acting_as(alice):
        deal.move_to(make.stage("Proposal"))
        deal.win(Money(5, "CNY"), datetime(2026, 3, 1, 23, 59, 59, 999999, tzinfo=UTC), Rates.load("EUR"))
        deal.reopen(make.stage("Proposal"))
        deal.snooze(date(2027, 1, 1), "…")
        audit.note("signed in", actor=deal.owner)
        record(deal, "commented", text="half a letter: \ud83d", number=2**60, share=0.1, nothing=None, empty="")
    make.lost(alice)
    with acting_as(alice):
        make.won(alice, on=date(2026, 10, 3)).delete()
    make.goal(LARGEST, team=alice.team)
    make.goal(7, measure="won_count", unit="year", user=alice)
    db.session.add_all([
        Rate(currency="IRR", day=date(2026, 3, 21), rate=Decimal("0.0000234567890123")),
        Rate(currency="KWD", day=date(2026, 3, 21), rate=Decimal("123456.789")),
        SavedView(place="deals", name="دیل‌های من", query="owner=1&sort=-value", owner_id=alice.id, is_shared=True),
        ListLayout(user_id=alice.id, place="deals", columns="title,value"),
        Demo(language="fa", seed=7, status="built", user_id=alice.id),
        DemoRecord(table_name="companies", record_id=987_654),
        KeptMapping(
            user_id=alice.id, kind="deals", header_key="x", file_name="x.csv", columns={"b": "a", "a": None}, options={}
        ),
        change := BulkChange(place="companies", action="change.industry", meant={"industry": "آب"}, user_id=alice.id),
        KeptMeaning(user_id=alice.id, kind="deals", field="stage", text="Warm", meaning="Proposal"),
    ])  # fmt: skip
    db.session.flush()
    db.session.add(BulkRecord(change_id=change.id, record_id=child.id, seen=1, before={"industry": None}))
    db.session.commit()
    bring_in("products", "product,sales_price\nMG Special,55\nBad,-1\n", olivia)


def rows():
    """All that stands in the tables of an archive, as the database holds it, but for what a server keeps to itself."""
    found = {}
    for table in contents.tables():
        columns = ", ".join(f'"{one.name}"' for one in contents.columns(table, has_passwords=True))
        keys = ", ".join(f'"{one.name}"' for one in table.primary_key.columns)
        found[table.name] = db.session.connection().exec_driver_sql(
            f'SELECT {columns} FROM "{table.name}" ORDER BY {keys}'
        ).all()  # fmt: skip
    db.session.rollback()
    return found


def values():
    """The same as `rows` in the words of Python, which are equal on every database."""
    found = {}
    for table in contents.tables():
        columns = contents.columns(table, has_passwords=True)
        found[table.name] = db.session.execute(select(*columns).order_by(*table.primary_key.columns)).all()
    db.session.rollback()
    return found


def count():
    """How many rows there are in all tables together, those of the search apart."""
    tables = [one for one in db.metadata.sorted_tables if one.name != "word_indexes"]
    found = sum(db.session.scalar(select(func.count()).select_from(table)) for table in tables)
    db.session.rollback()
    return found


def exported(path, **options):
    db.session.commit()
    packing.write(path, **{"has_passwords": True} | options)
    return path


def emptied():
    db.session.rollback()
    empty_database()
    db.session.expire_all()


@contextmanager
def rewritten(path):
    """The files of an archive by name, to change; the manifest as what its JSON says."""
    with zipfile.ZipFile(path) as package:
        files = {name: package.read(name) for name in package.namelist()}
    about = json.loads(files.pop("manifest.json"))
    yield about, files
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in [*files.items(), ("manifest.json", json.dumps(about))]:
            package.writestr(name, content)


def told(about, files, table):
    """Let the manifest say what the file of a table has become."""
    part, content = about["tables"][table], files[f"tables/{table}.jsonl"]
    part |= {"size": len(content), "sha256": sha256(content).hexdigest(), "rows": content.count(b"\n")}
