"""A mail server that keeps what it is sent, and a device with a passkey."""

import re
import socket

import pytest
from aiosmtpd.controller import Controller

from tests.accounts.authenticator import Device
from tests.accounts.knocking import added

BASE_URL = "https://crm.halden.example"


class _Sink:
    def __init__(self):
        self.messages = []
        self.answer = "250 taken"

    async def handle_DATA(self, _server, _session, envelope):
        if self.answer.startswith("250"):
            self.messages.append(envelope)
        return self.answer

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address.startswith("gone"):
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 taken"


class Post:
    """`letters` as (to, subject, text); `links` are the addresses in them; `refuses` the answer to those to come."""

    def __init__(self, sink, stop):
        self._sink, self.stop = sink, stop

    @property
    def letters(self):
        from email import message_from_bytes
        from email.policy import default

        read = [message_from_bytes(one.content, policy=default) for one in self._sink.messages]
        return [(one["To"], one["Subject"], one.get_content()) for one in read]

    @property
    def raw(self):
        return [one.content for one in self._sink.messages]

    @property
    def links(self):
        return [link for _to, _subject, text in self.letters for link in re.findall(r"https?://\S+/password/\S+", text)]

    def refuses(self, answer):
        self._sink.answer = answer


@pytest.fixture
def post(app, monkeypatch):
    sink = _Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setitem(app.config, "SMTP_URL", f"smtp://127.0.0.1:{port}")
    monkeypatch.setitem(app.config, "BASE_URL", BASE_URL)
    yield Post(sink, controller.stop)
    if controller.server is not None:
        controller.stop()


@pytest.fixture
def device(browser_of, alice):
    """Alice's, which counts; its passkey is called Laptop."""
    return added(browser_of(alice), Device(count=5))
