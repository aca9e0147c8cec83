"""One of everything, Alice's; every route of the table with its arguments filled in; proof that nothing changed."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from crm_app.accounts.models import Passkey, Team, User, UserSession
from crm_app.bulk.models import BulkChange
from crm_app.catalog.models import Product
from crm_app.contacts.models import Company, Person
from crm_app.exchange.models import Import
from crm_app.extensions import db
from crm_app.goals.models import Goal, Target
from crm_app.health.models import ParkedJob
from crm_app.pipeline.models import Deal, Pipeline, Stage
from crm_app.saved_views.models import SavedView
from crm_app.web.money import Rate
from tests import make

# Written by looking on: who signed in when, how often somebody guessed.
NOT_COUNTED = {"sign_in_failures", "user_sessions", "audit_entries", "mails", "alembic_version"}
# Parameters without which a page shows nothing.
USUAL = {"reports.records": {"from": "2026-01-01", "to": "2027-01-01"}}
_TOKEN = re.compile(r"[\w=-]{20,}\.[\w-]{6}\.[\w-]{27}")
PUBLIC = {
    "accounts.sign_in",
    "accounts.language",
    "settings.first_run",
    "backups.put_back",
    "accounts.set_password",
    "accounts.forgotten",
    "accounts.enter_code",
    "accounts.ask_for_passkey",
    "accounts.sign_in_with_passkey",
    "probes.healthz",
    "probes.metrics",
}


@dataclass(frozen=True)
class Route:
    endpoint: str
    method: str
    url: str
    arguments: tuple[str, ...]

    def __str__(self):
        return f"{self.method} {self.endpoint}"


def build(alice, olivia):
    """Save one record of each kind for Alice; returns the value of every argument that routes take."""
    company = make.company(alice, "Alpha Optics")
    person = make.person(alice, "Anna Alt", company=company)
    product = make.product(olivia, "Lens")
    deal = make.deal(alice, "Alpha deal", value=100_00, company=company, product=product)
    group = make.team("South", manager=olivia)
    today = make.today()
    goal = Goal(measure="won_value", unit="month", calendar="gregorian", user=alice)
    target = Target(goal=goal, period_key=f"{today:%Y-%m}", start=today.replace(day=1), end=today, amount=5)
    job = Import(kind="companies", file_name="a.csv", stored_name="0" * 32, user=alice)
    rate = Rate(currency="USD", day=today, rate=2)
    view = SavedView(place="deals", name="Late ones", query="close=late", owner=alice)
    change = BulkChange(place="companies", action="deletion", status="done", count=1, done=1, user=alice)
    signed_in = UserSession(user_id=alice.id, token_hash="0" * 64)
    passkey = Passkey(
        user_id=alice.id, name="Alpha laptop", host="localhost", credential_id="YQ", public_key="YQ", user_handle="YQ"
    )
    # None that can run: jobs of tests run inside the request that asks for them, and this one is held by it meanwhile.
    parked = ParkedJob(task="crm_app.gone.jobs.go", arguments=[0], error="it broke")
    db.session.add_all([goal, target, job, rate, view, change, signed_in, passkey, parked])
    db.session.commit()
    return {
        "company_id": company.id, "person_id": person.id, "product_id": product.id, "deal_id": deal.id,
        "team_id": group.id, "user_id": alice.id, "goal_id": goal.id, "target_id": target.id,
        "import_id": job.id, "parked_id": parked.id, "rate_id": rate.id, "view_id": view.id,
        "pipeline_id": deal.pipeline_id, "stage_id": deal.stage_id,
        "kind": "companies", "fact": "name", "field": "name", "name": "name", "token": "no-such-token",
        "measure": "won_value", "key": "won_value", "question": "pipeline", "noun": "companies",
        "record_id": company.id, "table": "companies", "outcome": "won", "direction": "up", "step": "columns",
        "month": f"{today:%Y-%m}", "place": "companies", "form": "csv", "action": "owner", "change_id": change.id,
        "session_id": signed_in.id, "passkey_id": passkey.id,
    }  # fmt: skip


def routes(app, arguments):
    """Every route and method, with its arguments filled in; a new argument must be named in `build`."""
    found = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        missing = rule.arguments - set(arguments)
        assert not missing, f"{rule.endpoint} takes {missing}: give them a value in tests/security/world.py"
        values = {name: arguments[name] for name in rule.arguments}
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            url = adapter.build(rule.endpoint, values, method=method)
            found.append(Route(rule.endpoint, method, url, tuple(sorted(rule.arguments))))
    return found


def without_tokens(text):
    """What a page shows; the tokens of its forms are others each time."""
    return _TOKEN.sub("", text)


def records(arguments):
    """The rows behind the arguments, as pairs of model and number: what must be there for a route to find anything."""
    models = {
        "company_id": Company, "person_id": Person, "product_id": Product, "deal_id": Deal, "team_id": Team,
        "user_id": User, "target_id": Target, "import_id": Import, "parked_id": ParkedJob, "rate_id": Rate,
        "view_id": SavedView, "pipeline_id": Pipeline, "stage_id": Stage, "change_id": BulkChange,
        "session_id": UserSession, "passkey_id": Passkey,
    }  # fmt: skip
    return [(model, arguments[name]) for name, model in models.items()]


def fingerprint(app):
    """A hash of all that is stored: every row of every table, and every file kept."""
    digest = hashlib.sha256()
    for table in db.metadata.sorted_tables:
        if table.name not in NOT_COUNTED:
            for row in sorted(map(repr, db.session.execute(select(table)))):
                digest.update(f"{table.name}{row}".encode())
    for name, content in files(app):
        digest.update(name.encode() + content)
    db.session.rollback()
    return digest.hexdigest()


def files(app):
    """The files that people brought: their names and what is in them."""
    found = sorted(Path(app.config["INSTANCE_PATH"]).glob("uploads/**/*"))
    return [(path.name, path.read_bytes()) for path in found if path.is_file()]
