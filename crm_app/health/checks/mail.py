"""Check of the mail server: it answers, speaks TLS and takes the password. Nothing is sent."""

import smtplib
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import current_app

from crm_app.backups.wholeness import Limit
from crm_app.health.findings import Finding, fine, problem, warning
from crm_app.web import mail
from crm_app.web.texts import gettext as _

_PATIENCE_SECONDS = 5.0


def server(limit: Limit) -> Iterator[Finding]:
    url = current_app.config["SMTP_URL"]
    if not url:
        yield fine(_("No mail server is configured, so no email is sent."))
        return
    host, seconds = urlsplit(url).hostname, min(_PATIENCE_SECONDS, max(limit.seconds or _PATIENCE_SECONDS, 1.0))
    try:
        with mail.connected(seconds) as smtp:
            is_private = isinstance(smtp.sock, ssl.SSLSocket) or host in mail.HERE
        yield (
            fine(_("The mail server %(host)s is responding and accepts the sign-in.", host=host))
            if is_private
            else _in_the_open(host)
        )
    except smtplib.SMTPAuthenticationError:
        yield problem(
            _("The mail server %(host)s rejects the user name and password.", host=host),
            _("Correct them in SMTP_URL. Characters such as @ and / must be percent-encoded."),
        )
    except smtplib.SMTPNotSupportedError:
        yield _in_the_open(host)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        yield problem(
            _("The mail server %(host)s cannot be used (%(reason)s).", host=host, reason=reason),
            _("Check the host and port in SMTP_URL, and whether this machine can reach them."),
        )


def _in_the_open(host: str | None) -> Finding:
    return warning(
        _("The mail server %(host)s does not use TLS: emails and the password can be read in transit.", host=host),
        _("Use a port that does: smtps:// with 465, or smtp:// with 587."),
    )
