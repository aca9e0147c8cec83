"""Cookies, links and codes that are no longer worth anything, or never were."""

from datetime import timedelta

import pyotp
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import update

from crm_app.accounts import links, second_step
from crm_app.accounts.models import PasswordLink, SecondStep, UserSession
from crm_app.bulk.models import BulkChange
from crm_app.extensions import db, utc_now
from crm_app.web.sealing import unseal
from tests import make
from tests.security import world
from tests.security.attacks.scene import Scene, call

_SIGN_IN, _NEW = "/accounts/sign-in", "another horse battery staple"


def old_cookies(scene: Scene) -> list[str]:
    """T44: a copy of a cookie is worth nothing once its owner signed out, or has another password elsewhere."""
    found = []
    client = _signed_in(scene)
    before = _held(client)
    client.send("/accounts/sign-out")
    found += ["signing out"] * _is_in(scene, before)
    client, other = _signed_in(scene), _signed_in(scene)
    held = _held(other)
    data = {"current": make.PASSWORD, "password": _NEW}
    status = client.send("/accounts/password", data).status_code
    assert status == 303, status
    return found + ["another password"] * _is_in(scene, held)


def planted_cookies(scene: Scene) -> list[str]:
    """T44, T57: what was in a browser before signing in is not what it is signed in by; a cookie changed is none."""
    client = scene.browser()
    client.get(_SIGN_IN)
    before = _held(client)
    client.send(_SIGN_IN, {"email": scene.alice.email, "password": make.PASSWORD})
    found = ["a planted cookie is let in"] * _is_in(scene, before)
    token = make.session_token(scene.olivia)
    forged = URLSafeTimedSerializer("not our key", salt="cookie-session").dumps({"_user_id": token, "_fresh": True})
    payload = scene.app.session_interface.get_signing_serializer(scene.app).dumps({"_user_id": token})
    return found + [f"{name} is let in" for name, one in _tampered(forged, payload) if _is_in(scene, one)]


def _tampered(forged: str, payload: str):
    body, stamp, signature = payload.split(".")
    yield "a cookie of another key", forged
    yield "a cookie without signature", f"{body}.{stamp}."
    yield "a cookie whose signature is of something else", f"{body}.{stamp}.{signature[::-1]}"


def old_sessions(scene: Scene) -> list[str]:
    """T45: a session ends after its rest, and after its longest time however much it is used."""
    found = []
    for what, facts in {
        "twelve hours and a minute of rest": {"seen_at": utc_now() - timedelta(hours=12, minutes=1)},
        "thirty days and a minute": {
            "began_at": utc_now() - timedelta(days=30, minutes=1), "seen_at": utc_now(), "is_remembered": True,
        },
    }.items():  # fmt: skip
        client = scene.browser(scene.alice)
        db.session.execute(update(UserSession).where(UserSession.user_id == scene.alice.id).values(**facts))
        db.session.commit()
        found += [what] * (client.get("/").status_code == 200)
    return found


def unproven(scene: Scene) -> list[str]:
    """ASVS 7.5.1: a cookie of long ago opens nothing that decides who may do what, or takes everything along."""
    found, client = [], scene.browser(scene.olivia)
    long_ago = utc_now() - timedelta(hours=1)
    of_users = BulkChange(place="users", action="enabling", status="done", count=1, done=1, user=scene.olivia)
    db.session.add(of_users)
    db.session.commit()
    meant = _SENSITIVE & {route.endpoint for route in scene.routes}
    for route in world.routes(scene.app, scene.arguments | {"change_id": of_users.id}):
        if route.endpoint in meant:
            db.session.execute(update(UserSession).values(confirmed_at=long_ago, seen_at=utc_now()))
            db.session.commit()
            response = call(client, route)
            asks = response.status_code == 303 and "/accounts/confirm" in response.location
            found += [f"{route}: {response.status_code}"] * (not asks)
    return found


_SENSITIVE = {
    "settings.new_person", "settings.person", "settings.set_standing", "settings.reset_password", "settings.invite",
    "backups.index", "backups.make", "backups.download", "accounts.begin_second_step",
    "accounts.ask_to_add_passkey", "accounts.add_passkey", "bulk.undo", "bulk.go_on",
}  # fmt: skip


def first_step_alone(scene: Scene) -> list[str]:
    """T48: the password alone opens no route where there is a second step, and a code counts once."""
    secret = _with_second_step(scene)
    client = scene.browser()
    client.send(_SIGN_IN, {"email": scene.alice.email, "password": make.PASSWORD})
    found = []
    for route in scene.routes:
        if route.endpoint not in world.PUBLIC:
            response = call(client, route)
            outside = response.status_code == 302 and "/accounts/sign-in" in response.location
            found += [f"{route}: {response.status_code}"] * (not outside and response.status_code != 401)
    code = pyotp.TOTP(secret).now()
    for _time in range(2):
        client = scene.browser()
        client.send(_SIGN_IN, {"email": scene.alice.email, "password": make.PASSWORD})
        client.send("/accounts/sign-in/code", {"code": code})
    return found + ["a code counts twice"] * (client.get("/").status_code == 200)


def _with_second_step(scene: Scene) -> str:
    second_step.begin(scene.alice)
    secret = second_step.secret_to_confirm(scene.alice)
    second_step.confirm(scene.alice, pyotp.TOTP(secret).now())
    db.session.execute(update(SecondStep).values(last_step=0))
    db.session.commit()
    return unseal(db.session.query(SecondStep).one().sealed_secret)


def spent_links(scene: Scene) -> list[str]:
    """T49: a link sets one password once, not after its time, nor after a newer one, nor for whoever is disabled."""
    found = []
    spent = _link(scene)
    assert _sets(scene, spent), "a fresh link works"
    found += ["a second time"] * _sets(scene, spent)
    older = _link(scene)
    _link(scene)
    found += ["after a newer one"] * _sets(scene, older)
    late = _link(scene)
    db.session.execute(update(PasswordLink).values(expires_at=utc_now() - timedelta(seconds=1)))
    db.session.commit()
    found += ["after its time"] * _sets(scene, late)
    if found:
        # Which of them set the password that she has now is anybody's guess.
        return found
    overtaken = _link(scene)
    client = scene.browser(scene.alice)
    current = f"{_NEW} {spent[:6]}"
    status = client.send("/accounts/password", {"current": current, "password": f"{_NEW} of hers"}).status_code
    assert status == 303, status
    found += ["after another password"] * _sets(scene, overtaken)
    disabled = _link(scene)
    scene.alice.disabled_at = utc_now()
    db.session.commit()
    return found + ["of somebody disabled"] * _sets(scene, disabled)


def _link(scene: Scene) -> str:
    token = links.new_password_link(scene.alice)
    db.session.commit()
    return token


def _sets(scene: Scene, token: str) -> bool:
    before = scene.alice.password_hash
    scene.browser().send(f"/accounts/password/{token}", {"password": f"{_NEW} {token[:6]}"})
    return scene.alice.password_hash != before


def _signed_in(scene: Scene):
    client = scene.browser()
    status = client.send(_SIGN_IN, {"email": scene.alice.email, "password": make.PASSWORD}).status_code
    assert status == 303, status
    return client


def _held(client) -> str:
    return client.get_cookie(client.application.config["SESSION_COOKIE_NAME"]).value


def _is_in(scene: Scene, cookie: str) -> bool:
    client = scene.browser()
    client.set_cookie(scene.app.config["SESSION_COOKIE_NAME"], cookie)
    return client.get("/").status_code == 200
