"""Factories: each saves one valid row; a test states only what matters to it."""

import secrets
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from crm_app.accounts.links import digest
from crm_app.accounts.models import Organisation, Team, User, UserSession
from crm_app.activity.recording import acting_as
from crm_app.catalog.models import Product
from crm_app.contacts.models import Company, Person
from crm_app.extensions import db, utc_now
from crm_app.goals.models import Goal, Target
from crm_app.pipeline.models import Deal, Pipeline, Stage
from crm_app.pipeline.starting import first_pipeline
from crm_app.web import word_index
from crm_app.web.money import Money, Rates

PASSWORD = "correct horse battery staple"
# The argon2id hash of PASSWORD, made once: hashing for each test would take most of the suite's time.
PASSWORD_HASH = None
_number = count(1)
_AT_ONCE = "rows committed together"


def today():
    """The day it is where the organisation is, which may be tomorrow already."""
    return utc_now().astimezone(ZoneInfo("Europe/Berlin")).date()


def organisation(**facts):
    values = {
        "name": "Halden Instruments",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "calendar_name": "gregorian",
    }
    return _saved(Organisation(**values | facts))


def user(name="Alice", *, role="rep", team=None, **facts):
    global PASSWORD_HASH
    if PASSWORD_HASH is None:
        from crm_app.accounts.passwords import hashed

        PASSWORD_HASH = hashed(PASSWORD)
    facts.setdefault("email", f"{name.split()[0].lower()}{next(_number)}@halden.example")
    person = User(role=role, team=team, password_hash=PASSWORD_HASH, **facts)
    person.rename(name)
    return _saved(person)


def session_token(person, **facts):
    """What the cookie of a browser holds in which the person is signed in."""
    token = secrets.token_urlsafe(32)
    _saved(UserSession(user_id=person.id, token_hash=digest(token), **facts))
    return token


def team(name="North", *, manager=None, region=""):
    group = Team(manager=manager, region=region)
    group.rename(name)
    return _saved(group)


def company(owner=None, name=None, **facts):
    return _created(owner, Company(owner=owner, name=name or f"Company {next(_number)}", **facts))


def person(owner=None, name=None, **facts):
    return _created(owner, Person(owner=owner, name=name or f"Person {next(_number)}", **facts))


def product(owner=None, name=None, *, price=None, currency="EUR", **facts):
    values = {"currency": currency, "price_amount": price}
    return _created(owner, Product(name=name or f"Product {next(_number)}", **values | facts))


def pipeline():
    """The pipeline that every installation starts with; made once a test."""
    return db.session.query(Pipeline).order_by(Pipeline.id).first() or _saved(first_pipeline())


def stage(name):
    return next(stage for stage in pipeline().stages if stage.name == name)


def deal(owner=None, title=None, *, at=None, value=None, currency="EUR", created=None, rank=None, **facts):
    """An open deal; `at` is a stage or its name, `value` counts minor units, `created` an instant or days ago."""
    chosen = at if isinstance(at, Stage) else stage(at or "New lead")
    created_at = utc_now() - timedelta(days=created) if isinstance(created, int) else created or utc_now()
    new = Deal(
        title=title or f"Deal {next(_number)}",
        owner=owner,
        value_amount=value,
        currency=currency,
        created_at=created_at,
        **facts,
    )
    new.rank = rank if rank is not None else next(_number) * 1024
    with acting_as(owner):
        new.open_in(chosen)
    new.stays[0].entered_at = new.entered_stage_at = created_at
    return _saved(new)


def won(owner=None, *, value=100_00, on=None, currency="EUR", **facts):
    """A deal won on a day or at an instant."""
    return _closed("won", owner, on, value=value, currency=currency, **facts)


def lost(owner=None, *, on=None, reason="Too dear", **facts):
    return _closed("lost", owner, on, reason=reason, **facts)


def goal(amount, *, measure="won_value", unit="month", calendar="gregorian", on=None, team=None, user=None):
    """A goal with the target of the period that holds a day: today, unless another is given."""
    day = on or today()
    period = db.session.get(Organisation, 1).calendar(calendar).period(unit, day)
    new = Goal(measure=measure, unit=unit, calendar=calendar, team=team, user=user)
    target = Target(period_key=period.key, start=period.start, end=period.end)
    new.targets.append(target)
    target.set(amount, user)
    return _saved(new)


def _closed(outcome, owner, on, *, value=None, currency="EUR", reason="", **facts):
    at = on if isinstance(on, datetime) else datetime(on.year, on.month, on.day, 12, tzinfo=UTC) if on else utc_now()
    facts.setdefault("created", at - timedelta(days=30))
    new = deal(owner, value=value, currency=currency, **facts)
    rates = Rates.load("EUR")
    with acting_as(owner):
        if outcome == "won":
            new.win(Money(value, currency) if value is not None else None, at, rates)
        else:
            new.lose(reason, at, rates)
    return _saved(new)


def _created(owner, record):
    with acting_as(owner):
        record.create()
    return _saved(record)


@contextmanager
def at_once():
    """What is made within is saved by one commit at the end: for the many rows of a long list."""
    with word_index.gathering(db.session) as write_words:
        db.session.info[_AT_ONCE] = True
        try:
            yield
        finally:
            del db.session.info[_AT_ONCE]
        write_words()
        db.session.commit()


def _saved(row):
    db.session.add(row)
    if _AT_ONCE in db.session.info:
        db.session.flush()
    else:
        db.session.commit()
    return row
