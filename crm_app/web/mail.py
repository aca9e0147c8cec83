"""Sending one letter by the mail server of the settings: plain text, to one person."""

import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from flask import current_app

from crm_app.extensions import utc_now

_SECONDS = 20
_PORTS = {"smtp": 587, "smtps": 465}
HERE = ("localhost", "127.0.0.1", "::1")


class Letter(NamedTuple):
    subject: str
    text: str


class MailError(Exception):
    """It was not sent. `is_final` if it would be refused again: nobody has that address."""

    def __init__(self, message: str, *, is_final: bool = False):
        super().__init__(message)
        self.is_final = is_final


def is_set_up() -> bool:
    return bool(current_app.config["SMTP_URL"])


def send(letter: Letter, to: str, *, message_id: str) -> None:
    """Takes as long as the server does, up to a minute or so. Raises MailError."""
    try:
        message = _message(letter, to, message_id)
        with connected() as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        raise MailError(f"rejected the address: {codes}", is_final=all(code >= 500 for code in codes)) from error
    except smtplib.SMTPResponseException as error:
        raise MailError(f"answered {error.smtp_code}", is_final=False) from error
    except ValueError as error:
        raise MailError("no email can be sent to that address", is_final=True) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailError(f"{type(error).__name__}: {error}") from error


def connected(patience: float = _SECONDS) -> smtplib.SMTP:
    """A connection to the mail server, signed in. Passwords cross the network encrypted or not at all."""
    parts = urlsplit(current_app.config["SMTP_URL"])
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    context = ssl.create_default_context()
    is_private = parts.scheme == "smtps"
    server = (
        smtplib.SMTP_SSL(host, port, timeout=patience, context=context)
        if is_private
        else smtplib.SMTP(host, port, timeout=patience)
    )
    try:
        server.ehlo()
        if not is_private and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
            is_private = True
        if parts.username:
            if not is_private and host not in HERE:
                raise smtplib.SMTPNotSupportedError(
                    "the server does not support encryption, so the password was not sent"
                )
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def sender() -> str:
    """MAIL_FROM; else the name that the mail server is told, where that is an address; else one of our own host."""
    config = current_app.config
    name = unquote(urlsplit(config["SMTP_URL"]).username or "")
    return config["MAIL_FROM"] or (name if "@" in name else f"peyvand@{urlsplit(config['BASE_URL']).hostname}")


def _message(letter: Letter, to: str, message_id: str) -> EmailMessage:
    """Raises ValueError for what no header may hold, such as the end of a line."""
    message = EmailMessage(policy=SMTP)
    # Python would read an encoded word in it, and write the ends of lines that are hidden there.
    message["Subject"] = letter.subject.replace("=?", "= ?")
    message["From"] = Address("Peyvand", addr_spec=sender())
    message["To"] = Address(addr_spec=to)
    message["Date"] = utc_now()
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
