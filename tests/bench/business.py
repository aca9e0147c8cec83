"""The business that is measured: an owner, reps in teams with their goals, companies, people and deals."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import insert, text

from tests.bench import history


class Size(NamedTuple):
    people: int
    companies: int
    deals: int
    events: int

    @classmethod
    def of(cls, scale: float) -> "Size":
        """1 is what budgets are for; 10 is a million people, 200,000 deals and five million events."""
        return cls(*(int(number * scale) for number in (100_000, 20_000, 20_000, 500_000)))


class Founded(NamedTuple):
    """`cookie` is the owner's session; `deals` are open ones, and `stages` are those they may be moved between."""

    cookie: str
    deals: Sequence[int]
    stages: tuple[int, int]


def found(size: Size) -> Founded:
    """Fill the instance that the environment names."""
    from crm_app import create_app
    from crm_app.extensions import db
    from crm_app.migrating import upgrade
    from crm_app.search.commands import catch_up
    from tests import make

    app = create_app()
    with app.app_context():
        upgrade()
        make.organisation()
        owner = make.user("Olivia Owen", role="owner")
        reps = _staff(owner)
        deals, stages = _fill(size, reps)
        _aim(reps)
        history.tell(size.events, size.deals, [rep.id for rep in reps])
        catch_up()
        token = make.session_token(owner)
        db.session.commit()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # As one that has been at work for a while, and looks after itself at night.
            connection.execute(text("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE"))
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["csrf_token"] = token, "0" * 40
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    return Founded(f"{cookie.key}={cookie.value}", deals, stages)


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


def _fill(size, reps) -> tuple[Sequence[int], tuple[int, int]]:
    """Gives back open deals, and two stages for them."""
    from crm_app.contacts.models import Company, Person, company_keys, person_keys
    from crm_app.extensions import db

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
    pipeline = _pipeline()
    open_deals = _fill_deals(size, reps, pipeline, dice, now, add)
    first, second = pipeline.stages[:2]
    db.session.commit()
    return open_deals, (first.id, second.id)


def _pipeline():
    """Six open stages, so a board of 120 cards."""
    from crm_app.extensions import db
    from crm_app.pipeline.models import Pipeline, Stage

    kinds = ["open"] * 6 + ["won", "lost"]
    pipeline = Pipeline(name="Sales", position=1)
    pipeline.stages = [
        Stage(name=f"Stage {n}", position=n, probability=n * 10, rot_days=14 if kind == "open" else None, kind=kind)
        for n, kind in enumerate(kinds, 1)
    ]
    db.session.add(pipeline)
    db.session.flush()
    return pipeline


def _fill_deals(size, reps, pipeline, dice, now, add) -> Sequence[int]:
    """Each has gone through the stages before its own; gives back a hundred of the first that are open."""
    from crm_app.pipeline.models import Closing, Deal, Stay, deal_keys

    stages = pipeline.stages
    deals, stays, closings = [], [], []
    for n in range(1, size.deals + 1):
        stage = dice.choices(stages, [4, 3, 2, 2, 1, 1, 40, 25])[0]
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
        common = base | {"deal_id": n, "team_id": rep.team_id, "pipeline_id": pipeline.id, "value_amount": value}
        stays += history.stays(common, stages[: min(stages.index(stage), 4)], stage, created, entered)
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
    return [deal["id"] for deal in deals if deal["status"] == "open"][:100]
