"""Guessing: passwords and codes, from one place and from many, and who has an account."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pyotp
from sqlalchemy import update

from crm_app.accounts import passwords, second_step, signing_in
from crm_app.accounts.models import SecondStep, SignInFailure
from crm_app.extensions import db
from tests import make
from tests.security.attacks.letters import mailing
from tests.security.attacks.scene import Scene

_SIGN_IN, _CODE, _FORGOTTEN = "/accounts/sign-in", "/accounts/sign-in/code", "/accounts/forgotten"
_CONFIRM, _PASSWORD = "/accounts/confirm", "/accounts/password"
_WRONG, _REFUSED = "a wrong password", (422, 429)


def guesses(scene: Scene) -> list[str]:
    """T46: of many guesses, at one account or from one address, no more than the limit are looked at."""
    before = scene.fingerprint()
    with _looked_at() as looked:
        # Each from another address: what they guess at is all they have in common.
        answers = [_guess(scene, scene.alice.email, f"198.51.100.{number}") for number in range(40)]
        found = _stopped("one account", answers, len(looked), signing_in.TRIES)
        looked.clear()
        unknown = [_guess(scene, "nobody@halden.example", f"203.0.113.{number}") for number in range(40)]
        found += ["who has an account"] * (answers != unknown)
        looked.clear()
        many = [_guess(scene, f"p{number}@halden.example", "192.0.2.7") for number in range(80)]
        found += _stopped("one address", many, len(looked), signing_in.TRIES_PER_ADDRESS)
        looked.clear()
        found += _signed_in(scene, looked)
    found += ["something was changed"] * (scene.fingerprint() != before)
    return found + _codes(scene)


def _signed_in(scene: Scene, looked: list[str]) -> list[str]:
    """By whoever has a cookie, and wants the password too; from each address of one line."""
    found = []
    ways = {_CONFIRM: {"password": _WRONG}, _PASSWORD: {"current": _WRONG, "password": "another horse battery staple"}}
    for whose, (url, data) in zip((scene.alice, scene.bob), ways.items(), strict=True):
        db.session.query(SignInFailure).delete()
        db.session.commit()
        looked.clear()
        client = scene.browser(whose)
        asked = (client.send(url, data, environ_base={"REMOTE_ADDR": f"2001:db8::{n:x}"}) for n in range(1, 41))
        answers = [one.status_code for one in asked]
        found += _stopped(url, answers, len(looked), signing_in.TRIES)
    return found


def _stopped(what: str, answers: list[int], looked_at: int, limit: int) -> list[str]:
    found = [f"{what}: {looked_at} were looked at"] * (looked_at > limit)
    found += [f"{what}: {status}" for status in {*answers} - {*_REFUSED}]
    return found + [f"{what}: nobody was stopped"] * (429 not in answers)


def _guess(scene: Scene, email: str, address: str) -> int:
    data = {"email": email, "password": _WRONG}
    return scene.browser().send(_SIGN_IN, data, environ_base={"REMOTE_ADDR": address}).status_code


def _codes(scene: Scene) -> list[str]:
    """T48: codes too, from however many browsers that know the password."""
    second_step.begin(scene.bob)
    secret = second_step.secret_to_confirm(scene.bob)
    second_step.confirm(scene.bob, pyotp.TOTP(secret).now())
    db.session.execute(update(SecondStep).values(last_step=0))
    db.session.query(SignInFailure).delete()
    db.session.commit()
    looked: list[str] = []
    with patch.object(second_step, "takes", lambda _user, code: looked.append(code)):
        answers = []
        for _browser in range(3):
            client = scene.browser()
            client.send(_SIGN_IN, {"email": scene.bob.email, "password": make.PASSWORD})
            answers += [client.send(_CODE, {"code": f"{number:06}"}).status_code for number in range(10)]
    return _stopped("codes", answers, len(looked), signing_in.TRIES)


@contextmanager
def _looked_at() -> Iterator[list[str]]:
    """Passwords that were looked at; none is right, and none takes time."""
    seen: list[str] = []
    with patch.object(passwords, "is_right", lambda _stored, password: bool(seen.append(password))):
        yield seen


def who_has_an_account(scene: Scene) -> list[str]:
    """T47: of somebody and of nobody the answer says the same, and as much is done for it."""
    found = []
    with mailing(scene):
        for url, rest in ((_SIGN_IN, {"password": _WRONG}), (_FORGOTTEN, {})):
            somebody, nobody = (_told(scene, url, email, rest) for email in (scene.alice.email, "zz@halden.example"))
            names = ("status", "headers", "cookies", "words", "hashes")
            found += [
                f"{url} tells by its {name}"
                for name, one, other in zip(names, somebody, nobody, strict=True)
                if one != other
            ]
    return found


def _told(scene: Scene, url: str, email: str, rest: dict[str, str]) -> tuple[Any, ...]:
    """All that an answer says, but for the address itself and the token of its form; and how often it hashed."""
    hashed: list[str] = []
    verify = passwords._hasher.verify

    class Hasher:
        def verify(self, stored, password):
            hashed.append(stored[:30])
            return verify(stored, password)

    with patch.object(passwords, "_hasher", Hasher()):
        response = scene.browser().send(url, {"email": email} | rest)
    words = re.sub(r'(name="csrf_token" value=|X-CSRFToken": )"[^"]*"', r"\1", response.text.replace(email, ""))
    headers = {name: said for name, said in response.headers.items() if name not in ("Set-Cookie", "Content-Length")}
    cookies = [one.partition("=")[0] for one in response.headers.getlist("Set-Cookie")]
    return response.status_code, headers, cookies, words, hashed
