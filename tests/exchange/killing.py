"""Workers that die at a commit, and whoever takes up what they left."""

from datetime import timedelta

from sqlalchemy import update

from crm_app.exchange import jobs
from crm_app.exchange.models import Import
from crm_app.extensions import db, utc_now
from tests.exchange.importing import bring_in


class Killed(BaseException):
    """What no code catches, as a process that dies."""


def dying(monkeypatch, number, *, before):
    """The process dies at that commit, just before it or just after it."""
    commit, left = db.session.commit, [number]

    def committing():
        left[0] -= 1
        if left[0] == 0 and before:
            raise Killed
        commit()
        if left[0] == 0:
            raise Killed

    monkeypatch.setattr(db.session, "commit", committing)


def run(monkeypatch, job, import_id, number, *, before):
    """Run the job until it dies, if it does; whether it did."""
    db.session.commit()
    with monkeypatch.context() as patched:
        dying(patched, number, before=before)
        try:
            job(import_id)
        except Killed:
            db.session.rollback()
            return True
    return False


def pick_up():
    """What a worker does that starts a while later."""
    db.session.rollback()
    db.session.execute(update(Import).values(touched_at=utc_now() - timedelta(minutes=6)))
    db.session.commit()
    jobs.sweep_imports()
    db.session.expire_all()


def waiting(monkeypatch, kind, text, user, **options):
    """The number of an import that is agreed to and that no worker has taken up."""
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "run_import", lambda import_id: None)
        import_id = bring_in(kind, text, user, **options).id
    db.session.commit()
    return import_id
