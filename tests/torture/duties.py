"""For each job of the worker: what it finds, and what besides the database tells that it was done, once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import select, update

from crm_app.accounts import mailing
from crm_app.accounts.models import Mail, User
from crm_app.backups import asked, kept
from crm_app.backups import nightly as backups
from crm_app.backups.opening import opened
from crm_app.bulk.models import BulkChange, BulkRecord
from crm_app.contacts.models import Company
from crm_app.demo import building, removing
from crm_app.demo import jobs as demo
from crm_app.demo.models import Demo
from crm_app.exchange.models import Import
from crm_app.extensions import db, utc_now
from tests import make
from tests.exchange.importing import agreed, plan

LETTERS = "letters"
_PEOPLE = "name,email,company\n" + "".join(f"Person {n},p{n}@x.example,Firm {n % 3}\n" for n in range(9))


class Duty(NamedTuple):
    """`prepare` gives the arguments of the job; one that `comes_again` the next night need not be done in this one."""

    prepare: Callable[[], tuple[Any, ...]]
    seen: Callable[[Path], Any] = lambda folder: None
    comes_again: bool = False


def _olivia() -> User:
    return db.session.scalars(select(User).order_by(User.id)).one()


def _import_waits() -> int:
    olivia = _olivia()
    return agreed(plan("people", _PEOPLE, olivia), _PEOPLE, olivia)


def _to_check() -> tuple[int]:
    number = _import_waits()
    fresh = {"status": "check queued", "worker": "", "rows_done": 0}
    db.session.execute(update(Import).where(Import.id == number).values(fresh))
    db.session.commit()
    return (number,)


def _to_undo() -> tuple[int]:
    from crm_app.exchange.jobs import run_import

    number = _import_waits()
    run_import(number)
    facts = {"status": "undo queued", "worker": "", "undone": 0, "kept": 0, "undone_by_id": _olivia().id}
    db.session.execute(update(Import).where(Import.id == number).values(facts))
    db.session.commit()
    return (number,)


def _left_import() -> tuple[()]:
    """One whose job the queue lost, and a draft that nobody came back to."""
    _import_waits()
    long_ago = utc_now() - timedelta(days=30)
    forgotten = Import(
        kind="people", file_name="old.csv", stored_name="0" * 32, status="draft", user=_olivia(), created_at=long_ago
    )
    db.session.add(forgotten)
    db.session.execute(update(Import).values(touched_at=utc_now() - timedelta(hours=1)))
    db.session.commit()
    return ()


def _change_waits() -> tuple[int]:
    olivia = _olivia()
    companies = [make.company(olivia, f"Firm {number}", industry="labs") for number in range(7)]
    change = BulkChange(
        place="companies", action="change.industry", meant={"industry": "retail"}, user_id=olivia.id, count=7,
        status="queued", touched_at=utc_now(),
    )  # fmt: skip
    db.session.add(change)
    db.session.flush()
    db.session.add_all(BulkRecord(change_id=change.id, record_id=one.id, seen=one.version) for one in companies)
    number = change.id
    db.session.commit()
    return (number,)


def _left_change() -> tuple[()]:
    _change_waits()
    db.session.execute(update(BulkChange).values(touched_at=utc_now() - timedelta(hours=1)))
    db.session.commit()
    return ()


def _past_change() -> tuple[()]:
    _change_waits()
    db.session.execute(update(BulkChange).values(status="done", created_at=utc_now() - timedelta(days=99)))
    db.session.commit()
    return ()


def _letter() -> tuple[int]:
    number = mailing.ask("password reset", _olivia().email)
    db.session.commit()
    return (number,)


def _left_letter() -> tuple[()]:
    _letter()
    return ()


def _past_letter() -> tuple[()]:
    _letter()
    db.session.execute(update(Mail).values(state="sent", created_at=utc_now() - timedelta(days=99)))
    db.session.commit()
    return ()


def _letters(folder: Path) -> int:
    """Twice is what it may be where somebody dies after the mail server took it."""
    path = folder / LETTERS
    return min(len(path.read_text().splitlines()), 1) if path.exists() else 0


def _demo(status: str, hours: int = 0) -> Callable[[], tuple[()]]:
    def prepare() -> tuple[()]:
        make.pipeline()
        claimed = demo.begin("en", building.SEED, _olivia(), "building")
        assert claimed is not None
        db.session.commit()
        if status == "removal queued":
            demo.make(claimed)
        waiting = {"status": status, "touched_at": utc_now() - timedelta(hours=hours)}
        db.session.execute(update(Demo).values(waiting))
        db.session.commit()
        return ()

    return prepare


def _demo_standing(_folder: Path) -> dict[str, int]:
    """A demo whose worker dies is taken away: there is all of it, or nothing."""
    built = db.session.scalar(select(Demo.status)) == "built"
    return {"companies": db.session.query(Company).count() % 40, "left": len(removing.made()) if not built else 0}


def _asked_backup() -> tuple[str]:
    name = kept.new_name()
    asked.note(name)
    return (name,)


def _left_backup() -> tuple[()]:
    _asked_backup()
    return ()


def _night() -> tuple[()]:
    kept.folder().mkdir(exist_ok=True)
    asked.note_night(utc_now().date() - timedelta(days=2))
    return ()


def _backups(_folder: Path) -> dict[str, Any]:
    """Each one whole, and nothing left to do."""
    for one in kept.newest_first():
        with opened(kept.folder() / one.name) as found:
            found.verify()
    return {"backups": len(kept.newest_first()), "asked": asked.left(utc_now().date())}


DUTIES: dict[str, Duty] = {
    "crm_app.accounts.jobs.forget_mails": Duty(_past_letter, comes_again=True),
    "crm_app.accounts.jobs.send_mail": Duty(_letter, _letters),
    "crm_app.accounts.jobs.sweep_mails": Duty(_left_letter, _letters),
    f"{backups.__name__}.back_up_as": Duty(_asked_backup, _backups),
    f"{backups.__name__}.back_up_every_night": Duty(_night, _backups),
    f"{backups.__name__}.sweep_backups": Duty(_left_backup, _backups),
    "crm_app.bulk.jobs.forget_bulk_changes": Duty(_past_change, comes_again=True),
    "crm_app.bulk.jobs.run_bulk_change": Duty(_change_waits),
    "crm_app.bulk.jobs.sweep_bulk_changes": Duty(_left_change),
    f"{demo.__name__}.fill": Duty(_demo("queued"), _demo_standing),
    f"{demo.__name__}.sweep_demo": Duty(_demo("building", hours=1), _demo_standing),
    f"{demo.__name__}.take_away": Duty(_demo("removal queued"), _demo_standing),
    "crm_app.exchange.jobs.check_import": Duty(_to_check),
    "crm_app.exchange.jobs.run_import": Duty(lambda: (_import_waits(),)),
    "crm_app.exchange.jobs.sweep_imports": Duty(_left_import),
    "crm_app.exchange.jobs.undo_import": Duty(_to_undo),
}
# A demo that was not finished is none, so what stands there afterwards may be either.
ALL_OR_NOTHING = frozenset({f"{demo.__name__}.fill"})


def make_small(folder: Path) -> None:
    """Batches of a few rows, a small demo, letters into a file: as many steps, in less time."""
    from crm_app.accounts import jobs as letters
    from crm_app.bulk import doing
    from crm_app.demo.cast import Size
    from crm_app.exchange import planning, writing

    doing.BATCH, planning.BATCH, writing._REST = 2, 4, 0.0
    building.SIZE = Size(companies=40, people=60, deals=60)

    def send(letter: Any, to: str, *, message_id: str) -> None:
        with (folder / LETTERS).open("a") as sent:
            sent.write(f"{to} {message_id} {letter.subject}\n")

    letters.mail_server.send = send
    current_app.config.update(SMTP_URL="smtp://127.0.0.1:9", BASE_URL="https://crm.example.com")
