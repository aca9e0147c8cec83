"""What somebody writes so that it becomes a line in the head of a letter, or leads its reader elsewhere."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from unittest.mock import patch

from sqlalchemy import select

from crm_app.accounts.models import Mail, Organisation
from crm_app.extensions import db
from crm_app.web import mail
from tests.security.attacks.scene import Scene

_BASE = "https://crm.halden.example"
_HEAD = {
    "Subject", "From", "To", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
    "MIME-Version", "Date",
}  # fmt: skip
_LINES = (
    "x\r\nBcc: all@evil.example", "x\nBcc: all@evil.example", "x\rBcc: all@evil.example",
    "x\r\n\r\nBcc: all@evil.example", "x\0Bcc: all@evil.example", "x\u2028Bcc: all@evil.example",
    "x\x85Bcc: all@evil.example", "x\x0bBcc: all@evil.example", "x =?utf-8?q?=0D=0ABcc=3A_all=40evil.example?=",
)  # fmt: skip


class _Server:
    """Takes letters as a mail server does: as bytes, and to whom they go."""

    def __init__(self, taken: list[tuple[bytes, list[str]]]):
        self._taken = taken

    def send_message(self, message) -> None:
        raw = message.as_bytes()
        head = message_from_bytes(raw, policy=default)
        everybody = [str(one) for name in ("To", "Cc", "Bcc") for one in head.get_all(name, [])]
        self._taken.append((raw, everybody))


@contextmanager
def mailing(scene: Scene) -> Iterator[list[tuple[bytes, list[str]]]]:
    """Letters as they would leave, each with those whom it goes to."""
    taken: list[tuple[bytes, list[str]]] = []

    @contextmanager
    def connected(*_patience):
        yield _Server(taken)

    settings = {"SMTP_URL": "smtp://127.0.0.1:9", "BASE_URL": _BASE}
    with patch.dict(scene.app.config, settings), patch.object(mail, "connected", connected):
        yield taken


def lines_in_heads(scene: Scene) -> list[str]:
    """T55: no name and no address adds a line to the head of a letter, or somebody to those who get it."""
    found, alice = [], scene.alice.email
    with mailing(scene) as letters:
        for line in _LINES:
            firm = db.session.get_one(Organisation, 1)
            # PostgreSQL keeps no NUL, and forms take none.
            firm.name = scene.alice.name = line.replace("\0", "")
            db.session.commit()
            scene.browser(scene.olivia).send(f"/settings/people/{scene.alice.id}/invitation")
            for address in (line, f"{alice}{line[1:]}"):
                scene.browser().send("/accounts/forgotten", {"email": address})
        scene.browser().send("/accounts/forgotten", {"email": alice})
        found += [one for raw, everybody in letters for one in _wrong_with(raw, everybody, alice)]
        found += ["no letter was sent"] * (not letters)
    addresses = db.session.scalars(select(Mail.address)).all()
    found += [f"a letter is meant for {one!r}" for one in addresses if not one.isprintable()]
    db.session.rollback()
    return found


def _wrong_with(raw: bytes, everybody: list[str], address: str) -> list[str]:
    head = message_from_bytes(raw, policy=default)
    found = [f"a letter has {name}" for name in {*head.keys()} - _HEAD]
    found += [
        f"a letter has {name} {len(head.get_all(name))} times" for name in _HEAD if len(head.get_all(name, [])) > 1
    ]
    # Whatever the one who reads it takes for the end of a line.
    beginning = re.split(rb"\r?\n\r?\n", raw)[0]
    found += ["a line of its own"] * bool(re.search(rb"[\r\n\x0b\x0c\x85]\s*Bcc:", beginning))
    return found + [f"it goes to {everybody}"] * (everybody != [address])


def links_in_letters(scene: Scene) -> list[str]:
    """T42: whatever host somebody claims, the links in letters lead to us."""
    found = []
    claims = {
        "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Original-Host": "evil.example",
        "X-Forwarded-Proto": "http", "Origin": "https://evil.example", "Referer": "https://evil.example/x",
    }  # fmt: skip
    with mailing(scene) as letters:
        for host in ("localhost", "evil.example", "crm.halden.example.evil.example"):
            headers = claims | {"Host": host}
            scene.browser().send("/accounts/forgotten", {"email": scene.alice.email}, headers=headers)
            scene.browser(scene.olivia).send(f"/settings/people/{scene.alice.id}/invitation", headers=headers)
        texts = [_text(message_from_bytes(raw, policy=default)) for raw, _everybody in letters]
    links = [link for text in texts for link in re.findall(r"https?://\S+", text)]
    found += [f"a letter leads to {link[:60]}" for link in links if not f"{link}/".startswith(f"{_BASE}/")]
    return found if links else ["no letter holds a link"]


def _text(message: Message) -> str:
    return message.get_content()  # type: ignore[attr-defined]
