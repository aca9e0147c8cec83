"""What is noted wherever it happens: whatever is refused to somebody signed in, and every file taken along."""

from datetime import timedelta

from flask import Flask, Response, request
from flask_login import current_user
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from crm_app.audit.models import AuditEntry
from crm_app.audit.noting import append, entry_of
from crm_app.extensions import committed_beside, db, utc_now

# Of the same refusal again and again, one line in so long is enough.
_REFUSED_AGAIN = timedelta(minutes=1)


def init_app(app: Flask) -> None:
    app.after_request(_note)


def _note(response: Response) -> Response:
    is_refused = response.status_code == 403
    is_taken = response.headers.get("Content-Disposition", "").startswith("attachment")
    if (is_refused or is_taken) and request.endpoint and current_user.is_authenticated:
        particulars = {"method": request.method} if is_refused else {"query": request.query_string.decode()[:300]}
        entry = entry_of("refused" if is_refused else "took along", request.path, None, particulars)
        # What the request changed is committed by now, or is not to be; its lock would keep the line waiting.
        db.session.rollback()
        _write(entry, is_refused)
    return response


def _write(entry: AuditEntry, is_refused: bool) -> None:
    """A refusal is no less one where nothing can be written; a file is not handed out unnoted."""
    try:
        with committed_beside() as connection:
            if not (is_refused and _is_noted(connection, entry)):
                append(connection, entry)
    except OperationalError:
        if not is_refused:
            raise


def _is_noted(connection: Connection, entry: AuditEntry) -> bool:
    same = select(AuditEntry.id).where(
        AuditEntry.actor_id == entry.actor_id,
        AuditEntry.verb == entry.verb,
        AuditEntry.subject == entry.subject,
        AuditEntry.at > utc_now() - _REFUSED_AGAIN,
    )
    return connection.execute(same.limit(1)).first() is not None
