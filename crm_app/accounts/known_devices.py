"""Devices from which somebody has signed in before: whoever guesses elsewhere does not lock them out there."""

import secrets
from datetime import timedelta

from flask import Response, after_this_request, current_app, request
from sqlalchemy import delete, select, update

from crm_app.accounts.links import digest
from crm_app.accounts.models import KnownDevice, Passkey, User
from crm_app.extensions import db, utc_now
from crm_app.web.text import sign_in_address

KEPT_FOR = timedelta(days=180)
MOST = 20


def of_email(email: str) -> int | None:
    """The number of the device that asks, if whoever has this address signed in from it."""
    return _found(User.email == sign_in_address(email))


def of_user(user: User) -> int | None:
    return _found(User.id == user.id)


def of_passkey(credential_id: str) -> int | None:
    return _found(User.id.in_(select(Passkey.user_id).where(Passkey.credential_id == credential_id)))


def remember(user: User) -> None:
    """They have just signed in here. The token is another one each time, so that a planted one is worth nothing."""
    before, token, now = request.cookies.get(cookie_name()), secrets.token_urlsafe(32), utc_now()
    mine = KnownDevice.user_id == user.id
    if before:
        here = update(KnownDevice).where(KnownDevice.token_hash == digest(before))
        db.session.execute(here.values(token_hash=digest(token)))
    again = update(KnownDevice).where(mine, KnownDevice.token_hash == digest(token)).values(seen_at=now)
    if not db.session.execute(again).rowcount:
        db.session.add(KnownDevice(user_id=user.id, token_hash=digest(token), seen_at=now))
        db.session.flush()
    newest = select(KnownDevice.id).where(mine).order_by(KnownDevice.seen_at.desc(), KnownDevice.id.desc()).limit(MOST)
    is_over = (KnownDevice.seen_at < now - KEPT_FOR) | KnownDevice.id.not_in(newest)
    db.session.execute(delete(KnownDevice).where(mine, is_over))
    _hand_out(token)


def cookie_name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def _found(whose) -> int | None:
    token = request.cookies.get(cookie_name())
    if not token:
        return None
    found = select(KnownDevice.id).join(User, User.id == KnownDevice.user_id)
    fresh = KnownDevice.seen_at > utc_now() - KEPT_FOR
    return db.session.scalar(found.where(whose, KnownDevice.token_hash == digest(token), fresh).limit(1))


def _hand_out(token: str) -> None:
    @after_this_request
    def with_cookie(response: Response) -> Response:
        response.set_cookie(
            cookie_name(),
            token,
            max_age=KEPT_FOR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response
