"""Who may call a view: signed in, allowed to change things, or of a certain role."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort, request, url_for
from flask_login import current_user, login_required

from crm_app.accounts import sessions
from crm_app.extensions import utc_now
from crm_app.web.htmx import gone_to
from crm_app.web.redirects import came_from


def editor_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """For views that change records: viewers are refused before anything is read."""
    return _allowed(lambda user: user.can_edit, view)


def seller_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """For deals, goals and reports: agents, whose place is the help desk, are refused."""
    return _allowed(lambda user: user.sells, view)


def selling_editor_required(view: Callable[..., Any]) -> Callable[..., Any]:
    return _allowed(lambda user: user.sells and user.can_edit, view)


def role_required(*roles: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return lambda view: _allowed(lambda user: user.role in roles, view)


def person_here() -> Any:
    """Who asks, itself: each question through `current_user` looks them up, in whichever request asks it."""
    return current_user._get_current_object()  # type: ignore[attr-defined]


def must_be_confirmed() -> None:
    """Before what decides who may do what, or takes everything along: whoever sits there proves again who they are.

    Ends the request with the way to do so, unless that was a short while ago.
    """
    session = sessions.current()
    if session is None or session.confirmed_at < utc_now() - sessions.CONFIRMED_FOR:
        here = request.full_path.rstrip("?") if request.method == "GET" else came_from() or "/settings/"
        abort(gone_to(url_for("accounts.confirm", next=here)))


def _allowed(may: Callable[[Any], bool], view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not may(person_here()):
            abort(403)
        return view(*args, **kwargs)

    return login_required(guarded)
