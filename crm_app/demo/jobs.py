"""What the worker does of the demo company: fill an installation with it, take it away, and mend what died half-way."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select, update

from crm_app import audit
from crm_app.accounts.models import Organisation, User
from crm_app.demo import building, removing
from crm_app.demo.models import Demo
from crm_app.extensions import db, utc_now
from crm_app.jobs import jobs

TAKEN_FOR_DEAD = timedelta(minutes=2)
_NEVER_TAKEN = timedelta(minutes=1)
_WAITING = {"building": "queued", "removing": "removal queued"}


class LostError(Exception):
    """Another worker took it over, or somebody takes it away already."""


@jobs.task
def fill() -> None:
    """Safe to call twice: only what is queued is taken up."""
    with current_app.app_context():
        claimed = _claim("building")
    if claimed is not None:
        with current_app.app_context():
            _or_fail(make, claimed)


@jobs.task
def take_away() -> None:
    with current_app.app_context():
        claimed = _claim("removing")
        if claimed is not None:
            removing.remove()
            db.session.commit()


@jobs.every_minutes(1)
def sweep_demo() -> None:
    """What a dead worker left of a demo goes; what no worker took up is asked for again."""
    with current_app.app_context():
        now = utc_now()
        dead = update(Demo).where(Demo.status.in_(_WAITING), Demo.touched_at < now - TAKEN_FOR_DEAD)
        db.session.execute(dead.values(status="removal queued", touched_at=now - _NEVER_TAKEN))
        demo = db.session.get(Demo, 1)
        waits = demo is not None and demo.touched_at <= now - _NEVER_TAKEN
        status = demo.status if demo and waits else ""
        db.session.commit()
    if status in ("queued", "removal queued"):
        jobs.enqueue(fill if status == "queued" else take_away)


def make(claimed: datetime, tell: Callable[[building.Progress], None] = lambda progress: None) -> None:
    """Build what is claimed, and commit each step together with how far it has got. Raises LostError."""
    demo = db.session.get_one(Demo, 1)
    owner = demo.user
    if owner is None or not owner.is_owner or not owner.is_active:
        raise LostError
    # Each step begins by holding the row: who takes the demo away does so between two steps.
    _tell(claimed)
    for progress in building.build(demo, owner, utc_now()):
        _tell(claimed, done=progress.done, whole=progress.whole)
        db.session.commit()
        tell(progress)
        _tell(claimed)
    _tell(claimed, status="built")
    db.session.commit()


def begin(language: str, seed: int, owner: User, status: str = "queued") -> datetime | None:
    """Note that it is wanted; None where there is anything already. The organisation's row lets one in at a time."""
    db.session.execute(select(Organisation.id).with_for_update()).all()
    before = db.session.get(Demo, 1)
    if not building.is_empty() or (before and before.status != "failed"):
        return None
    if before:
        db.session.delete(before)
        db.session.flush()
    now = utc_now()
    db.session.add(Demo(language=language, seed=seed, user=owner, status=status, claimed_at=now, touched_at=now))
    audit.note("demo filled", actor=owner)
    return now


def _claim(working: str) -> datetime | None:
    now = utc_now()
    waiting = update(Demo).where(Demo.status == _WAITING[working])
    taken = db.session.execute(waiting.values(status=working, claimed_at=now, touched_at=now))
    db.session.commit()
    return now if taken.rowcount else None


def _or_fail(work: Callable[[datetime], None], claimed: datetime) -> None:
    """Nothing stays of a demo that fails."""
    try:
        work(claimed)
    except Exception as error:
        db.session.rollback()
        current_app.logger.exception("the demo company was not created: %s", error)
        failed = update(Demo).where(Demo.status == "building", Demo.claimed_at == claimed)
        if db.session.execute(failed.values(status="removing")).rowcount:
            _give_up()
        db.session.commit()


def _give_up() -> None:
    """What was made goes; that it failed stays, for the page to tell."""
    demo = db.session.get_one(Demo, 1)
    tried = {"language": demo.language, "seed": demo.seed, "user_id": demo.user_id, "created_at": demo.created_at}
    removing.remove()
    db.session.add(Demo(**tried, status="failed"))


def _tell(claimed: datetime, **values: object) -> None:
    mine = update(Demo).where(Demo.status == "building", Demo.claimed_at == claimed)
    if not db.session.execute(mine.values(touched_at=utc_now(), **values)).rowcount:
        raise LostError
