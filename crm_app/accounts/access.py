"""Who may call a view: signed in, allowed to change things, or of a certain role."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort
from flask_login import current_user, login_required


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


def _allowed(may: Callable[[Any], bool], view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not may(current_user):
            abort(403)
        return view(*args, **kwargs)

    return login_required(guarded)
