"""Passkeys (WebAuthn): a device that knows its owner signs them in, which is password and second step at once."""

import hmac
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import current_app, session
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from crm_app.accounts import queries, sessions
from crm_app.accounts.links import digest
from crm_app.accounts.models import Passkey, PasskeyChallenge, User
from crm_app.extensions import db, utc_now
from crm_app.web.redirects import own_address

MOST = 20
ANSWERED_WITHIN = timedelta(minutes=5)
# Ed25519, ECDSA with P-256, RSA: what devices can do, the best first.
_ALGORITHMS = (-8, -7, -257)
_VISITOR = "passkey"
_USUAL_PORTS = {"http": 80, "https": 443}
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,1400}", re.ASCII)


class RefusedError(Exception):
    """The answer proves nothing; `passkey` is the one that it was given for, if it is one of ours."""

    def __init__(self, passkey: Passkey | None = None):
        super().__init__("refused")
        self.passkey = passkey


class Place(NamedTuple):
    """Where we are reached: what passkeys are tied to, and the address that a browser must have stood at."""

    host: str
    origin: str


def place() -> Place | None:
    """None where there can be no passkeys: at a number in place of a name."""
    try:
        parts = urlsplit(own_address())
        host, number = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return None
    if not host or _is_number(host):
        return None
    port = "" if number in (None, _USUAL_PORTS[parts.scheme]) else f":{number}"
    return Place(host, f"{parts.scheme}://{host}{port}")


def of(user: User) -> Select[tuple[Passkey]]:
    """The oldest first."""
    return select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)


def count(user: User) -> int:
    return db.session.scalar(select(func.count()).where(Passkey.user_id == user.id)) or 0


def asked_of_visitor(here: Place) -> dict[str, Any]:
    """What a browser is asked, so that it offers whatever passkeys it has for this place."""
    holder = session.setdefault(_VISITOR, secrets.token_urlsafe(32))
    return {"challenge": _challenge(holder), "rpId": here.host, "userVerification": "required", "timeout": _timeout()}


def asked_of(user: User, here: Place, organisation: str) -> dict[str, Any]:
    """What a browser is asked, so that it makes a passkey that the device finds by itself later."""
    made_here = db.session.scalars(of(user).where(Passkey.host == here.host))
    known = [{"type": "public-key", "id": one.credential_id} for one in made_here]
    return {
        "challenge": _challenge(_holder(user)),
        "rp": {"id": here.host, "name": f"{organisation} (Peyvand)"},
        "user": {"id": _handle(user), "name": user.email or user.name, "displayName": user.name},
        "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in _ALGORITHMS],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "excludeCredentials": known,
        "attestation": "none",
        "timeout": _timeout(),
    }


def add(user: User, here: Place, name: str, answer: str) -> Passkey:
    """The passkey that the browser made. Raises RefusedError, and the question is used up all the same."""
    from webauthn import verify_registration_response

    given, challenge = _read(answer)
    if not _is_taken(challenge, _holder(user)) or count(user) >= MOST:
        raise RefusedError
    made = _checked(verify_registration_response, None, credential=given, **_expected(challenge, here))
    identifier = _text(made.credential_id)
    if not _IDENTIFIER.fullmatch(identifier):
        raise RefusedError
    new = Passkey(
        user_id=user.id,
        name=name,
        host=here.host,
        credential_id=identifier,
        public_key=_text(made.credential_public_key),
        user_handle=_handle(user),
        sign_count=made.sign_count,
    )
    try:
        with db.session.begin_nested():
            db.session.add(new)
    except IntegrityError as error:
        raise RefusedError from error
    return new


def credential_of(answer: str) -> str:
    """Which passkey an answer claims to come from; empty where it cannot be read."""
    try:
        return str(_read(answer)[0]["id"])
    except RefusedError:
        return ""


def signed_in(here: Place, answer: str) -> tuple[User, Passkey]:
    """Whom the answer proves to be there. Raises RefusedError, and the question is used up all the same."""
    from webauthn import verify_authentication_response

    given, challenge = _read(answer)
    is_taken = _is_taken(challenge, session.get(_VISITOR, ""))
    passkey = db.session.scalar(select(Passkey).where(Passkey.credential_id == given["id"]))
    user = queries.held(passkey.user_id) if passkey else None
    if not is_taken or passkey is None or user is None or not user.can_sign_in or not _is_of(passkey, given):
        raise RefusedError(passkey)
    proven = _checked(
        verify_authentication_response,
        passkey,
        credential=given,
        credential_public_key=_bytes(passkey.public_key),
        credential_current_sign_count=passkey.sign_count,
        **_expected(challenge, here),
    )
    # Of two answers that count alike, one is a copy's.
    counted = update(Passkey).where(Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
    if db.session.execute(counted.values(sign_count=proven.new_sign_count, used_at=utc_now())).rowcount != 1:
        raise RefusedError(passkey)
    return user, passkey


def remove_all(user: User) -> int:
    """How many they were."""
    return db.session.execute(delete(Passkey).where(Passkey.user_id == user.id)).rowcount


def _challenge(holder: str) -> str:
    """A new question to `holder`; those that nobody answered are forgotten."""
    asked, now = secrets.token_urlsafe(32), utc_now()
    db.session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at < now))
    facts = {"challenge_hash": digest(asked), "holder_hash": digest(holder), "expires_at": now + ANSWERED_WITHIN}
    db.session.add(PasskeyChallenge(**facts))
    return asked


def _is_taken(challenge: str, holder: str) -> bool:
    """Whether it was put to `holder`, lately, and waits; of two who answer at once, the database lets one have it."""
    waiting = delete(PasskeyChallenge).where(
        PasskeyChallenge.challenge_hash == digest(challenge),
        PasskeyChallenge.holder_hash == digest(holder),
        PasskeyChallenge.expires_at > utc_now(),
    )
    return db.session.execute(waiting).rowcount == 1


def _holder(user: User) -> str:
    current = sessions.current()
    return f"user {user.id} in session {current.id if current else 0}"


def _handle(user: User) -> str:
    """How devices call this user: nothing that tells who it is."""
    facts = f"passkeys of user {user.id}, {user.created_at.isoformat()}"
    return _text(hmac.digest(current_app.config["SECRET_KEY"].encode(), facts.encode(), "sha256"))


def _read(answer: str) -> tuple[dict[str, Any], str]:
    """What the browser sent, and the challenge that it says it answers."""
    try:
        given = json.loads(answer)
        client = json.loads(_bytes(given["response"]["clientDataJSON"]))
        identifier, challenge = given["id"], client["challenge"]
        is_readable = _IDENTIFIER.fullmatch(identifier) and _IDENTIFIER.fullmatch(challenge)
        is_framed = client.get("crossOrigin", False) is not False
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RefusedError from error
    if not is_readable or is_framed:
        raise RefusedError
    return given, challenge


def _is_of(passkey: Passkey, given: Mapping[str, Any]) -> bool:
    """Some devices do not say whose it is; if one does, it must be its owner's."""
    handle = given["response"].get("userHandle")
    return handle is None or (isinstance(handle, str) and handle.rstrip("=") == passkey.user_handle)


def _expected(challenge: str, here: Place) -> dict[str, Any]:
    return {
        "expected_challenge": _bytes(challenge),
        "expected_rp_id": here.host,
        "expected_origin": here.origin,
        "require_user_verification": True,
    }


def _checked(verify: Callable[..., Any], passkey: Passkey | None, **expected: Any) -> Any:
    try:
        return verify(**expected)
    # Whatever is wrong with bytes that a stranger made up, in whichever layer: they prove nothing.
    except Exception as error:
        raise RefusedError(passkey) from error


def _is_number(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _timeout() -> int:
    return int(ANSWERED_WITHIN.total_seconds() * 1000)


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
