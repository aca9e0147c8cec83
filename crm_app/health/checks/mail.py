"""Check of the mail server: it answers, speaks TLS and takes the password. Nothing is sent."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app

from crm_app.backups.wholeness import Limit
from crm_app.health.findings import Finding, fine, problem, warning
from crm_app.web.texts import gettext as _

_PATIENCE_SECONDS = 5.0
_PORTS = {"smtp": 587, "smtps": 465}
_LOCAL = ("localhost", "127.0.0.1", "::1")


def server(limit: Limit) -> Iterator[Finding]:
    url = current_app.config["SMTP_URL"]
    if not url:
        yield fine(_("No mail server is set, so nothing is mailed."))
        return
    parts = urlsplit(url)
    seconds = min(_PATIENCE_SECONDS, _PATIENCE_SECONDS if limit.seconds is None else max(limit.seconds, 1.0))
    try:
        yield _greeted(parts, seconds)
    except smtplib.SMTPAuthenticationError:
        yield problem(
            _("The mail server %(host)s refuses user and password.", host=parts.hostname),
            _("Correct them in SMTP_URL; signs such as @ and / in them are written percent-encoded."),
        )
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        yield problem(
            _("The mail server %(host)s cannot be used (%(reason)s).", host=parts.hostname, reason=reason),
            _("Check host and port in SMTP_URL, and whether this machine may reach them."),
        )


def _greeted(parts: SplitResult, seconds: float) -> Finding:
    host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=seconds, context=context)
    else:
        smtp = smtplib.SMTP(host, port, timeout=seconds)
    try:
        smtp.ehlo()
        is_private = parts.scheme == "smtps"
        if not is_private and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
            is_private = True
        if not is_private and host not in _LOCAL:
            return warning(
                _(
                    "The mail server %(host)s speaks no TLS: mails and password can be read on their way.",
                    host=host,
                ),
                _("Use the port on which it does: smtps:// with 465, or smtp:// with 587."),
            )
        if parts.username:
            smtp.login(unquote(parts.username), unquote(parts.password or ""))
        return fine(_("The mail server %(host)s answers and lets us in.", host=host))
    finally:
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
