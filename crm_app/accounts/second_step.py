"""The second step of signing in: a code of an authenticator app (RFC 6238), or a recovery code."""

import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select, update

from crm_app.accounts.links import digest
from crm_app.accounts.models import RecoveryCode, SecondStep, User
from crm_app.extensions import db, utc_now
from crm_app.web.sealing import seal, unseal
from crm_app.web.text import latin_digits

RECOVERY_CODES = 10
_SECONDS = 30
# Clocks of phones are off a little: the code before and the one after count too.
_LEEWAY = (0, -1, 1)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def is_on(user: User) -> bool:
    return db.session.scalar(_in_force(user)) is not None


def begin(user: User) -> None:
    """A new secret, not in force yet; one that is in force stays."""
    if is_on(user):
        return
    db.session.execute(delete(SecondStep).where(SecondStep.user_id == user.id))
    db.session.add(SecondStep(user_id=user.id, sealed_secret=seal(pyotp.random_base32())))


def secret_to_confirm(user: User) -> str | None:
    """What the app has to be told; None where nothing was begun, or all is done."""
    sealed = db.session.scalar(_begun(user))
    return unseal(sealed) if sealed else None


def address_of(user: User, secret: str, organisation: str) -> str:
    """What the picture for the app says."""
    name = user.email or user.name
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=f"{organisation} (Peyvand)")


def confirm(user: User, code: str) -> list[str]:
    """The recovery codes, to be shown once, if the code shows that the app knows the secret; else nothing."""
    sealed = db.session.scalar(_begun(user))
    step = _step_of(unseal(sealed), code, utc_now()) if sealed else None
    if step is None:
        return []
    now_on = update(SecondStep).where(SecondStep.user_id == user.id, SecondStep.confirmed_at.is_(None))
    # Another page may have begun anew meanwhile, with a secret that no app was told.
    now_on = now_on.where(SecondStep.sealed_secret == sealed)
    if db.session.execute(now_on.values(confirmed_at=utc_now(), last_step=step)).rowcount != 1:
        return []
    return renew_recovery_codes(user)


def renew_recovery_codes(user: User) -> list[str]:
    """The earlier ones stop working."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3)) for _ in range(RECOVERY_CODES)
    ]
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=digest(_plain(code))) for code in codes)
    return codes


def recovery_codes_left(user: User) -> int:
    return db.session.scalar(select(func.count()).where(RecoveryCode.user_id == user.id)) or 0


def takes(user: User, code: str) -> bool:
    """Whether the code is right, and is used up by this. Of two who send it at once, the database lets one have it."""
    plain = _plain(code)
    spent = delete(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.code_hash == digest(plain))
    if len(plain) > 6:
        return db.session.execute(spent).rowcount == 1
    sealed = db.session.scalar(_in_force(user))
    step = _step_of(unseal(sealed), plain, utc_now()) if sealed else None
    if step is None:
        return False
    fresh = update(SecondStep).where(SecondStep.user_id == user.id, SecondStep.last_step < step)
    return db.session.execute(fresh.values(last_step=step)).rowcount == 1


def turn_off(user: User) -> bool:
    """Whether it was on, or begun."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    return db.session.execute(delete(SecondStep).where(SecondStep.user_id == user.id)).rowcount == 1


def _begun(user: User):
    return select(SecondStep.sealed_secret).where(SecondStep.user_id == user.id, SecondStep.confirmed_at.is_(None))


def _in_force(user: User):
    return select(SecondStep.sealed_secret).where(SecondStep.user_id == user.id, SecondStep.confirmed_at.is_not(None))


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute to which the code belongs, if it is one of now."""
    app, step = pyotp.TOTP(secret), int(now.timestamp()) // _SECONDS
    plain = _plain(code)
    return next((step + by for by in _LEEWAY if secrets.compare_digest(app.generate_otp(step + by), plain)), None)


def _plain(code: str) -> str:
    """However it was typed: in groups, in capitals, in Persian digits."""
    return "".join(sign for sign in latin_digits(code).lower() if sign.isascii() and sign.isalnum())[:40]
