"""Who is at work on an import: one worker at a time, known by its process and its pulse."""

import os
import socket
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, select, update

from crm_app.accounts.models import Organisation
from crm_app.exchange.models import Import
from crm_app.extensions import db, utc_now

# What an import is at, and what it waits for where nobody is at it.
WAITING = {"checking": "check queued", "running": "queued", "undoing": "undo queued"}
# A process that is known to run may be slow; another one may have got its number since, though.
_SILENT_HERE = timedelta(minutes=5)
_SILENT_ELSEWHERE = timedelta(minutes=1)
_NEVER_TAKEN = timedelta(minutes=1)


class LostError(Exception):
    """Another worker has taken this import over; what this one did last is rolled back."""


def me() -> str:
    return f"{_here()}:{os.getpid()}"


def take(import_id: int, working: str) -> datetime | None:
    """Take up an import that waits; the instant that stands for this claim, None where there is nothing to take."""
    now = utc_now()
    waiting = update(Import).where(Import.id == import_id, Import.status == WAITING[working])
    taken = db.session.execute(waiting.values(status=working, started_at=now, touched_at=now, worker=me()))
    return now if taken.rowcount else None


def mine(import_id: int, claimed: datetime, working: str = "running") -> Update:
    return update(Import).where(Import.id == import_id, Import.status == working, Import.started_at == claimed)


def change_mine(import_id: int, claimed: datetime, working: str = "running", **values: Any) -> None:
    """Change the import as long as it is one's own, which also shows that one is alive. Raises LostError."""
    changed = db.session.execute(mine(import_id, claimed, working).values(touched_at=utc_now(), **values))
    if not changed.rowcount:
        raise LostError


def let_go(import_id: int, claimed: datetime) -> None:
    """Let an import wait again that cannot go on for now: whoever comes next goes on where it stands."""
    for working, waiting in WAITING.items():
        db.session.execute(mine(import_id, claimed, working).values(status=waiting))


def let_go_of_the_dead() -> None:
    """Let imports wait again whose worker is gone: its process, or its pulse while nobody writes.

    Whoever writes holds the organisation's row (on SQLite the whole database), so it is not free meanwhile.
    """
    free = db.session.execute(select(Organisation.id).with_for_update(skip_locked=True)).all()
    now = utc_now()
    for import_ in db.session.scalars(select(Import).where(Import.status.in_(WAITING))):
        lives = _lives(import_.worker)
        patience = _SILENT_ELSEWHERE if lives is None else _SILENT_HERE
        is_silent = bool(free) and (import_.touched_at is None or import_.touched_at < now - patience)
        if lives is False or is_silent:
            import_.status = WAITING[import_.status]


def nobody_comes(import_: Import, now: datetime) -> bool:
    """Whoever had it is gone, or it has waited longer than the queue makes one wait."""
    return bool(import_.worker) or import_.touched_at is None or import_.touched_at <= now - _NEVER_TAKEN


def finish(import_id: int, claimed: datetime, kept: dict[str, Any]) -> None:
    """Of what was kept for writing, only the reasons of the refused rows are asked for later."""
    counts, rows, notes, name = (kept[key] for key in ("counts", "rows", "notes", "name"))
    change_mine(
        import_id, claimed, status="done", finished_at=utc_now(), rows=rows, rows_done=rows,
        created=counts.get("create", 0), updated=counts.get("update", 0), unchanged=counts.get("unchanged", 0),
        skipped=counts.get("skipped", 0), refused=counts.get("refused", 0), preview={"notes": notes},
        checked={"name": name},
    )  # fmt: skip


def _lives(worker: str) -> bool | None:
    """Whether the process still runs on this machine; None where it ran on another one."""
    host, _separator, process = worker.rpartition(":")
    if host != _here() or not process.isdigit():
        return None
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _here() -> str:
    return socket.gethostname()[:60]
