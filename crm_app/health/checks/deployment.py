"""Checks of how Peyvand is set up: what strangers could read, who is believed, what is lost with the machine."""

import os
import stat
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from flask import current_app

from crm_app.backups import kept, keys
from crm_app.backups.wholeness import Limit
from crm_app.health.findings import Finding, fine, problem, warning
from crm_app.web import formats
from crm_app.web.texts import gettext as _

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def address(_limit: Limit) -> Iterator[Finding]:
    url = current_app.config["BASE_URL"]
    if url.startswith("https:"):
        yield fine(_("People reach Peyvand at %(address)s.", address=url))
    elif url:
        yield problem(
            _("People reach Peyvand at %(address)s: passwords and records can be read in transit.", address=url),
            _("Put an HTTPS web server in front, and use https:// in BASE_URL."),
        )
    else:
        yield warning(
            _(
                "BASE_URL is not set: links use the address the browser requested, and cookies may be sent over "
                "plain HTTP."
            ),
            _("Set BASE_URL to the address people use, with https://."),
        )


def secrets(_limit: Limit) -> Iterator[Finding]:
    """Who else on this machine could read what makes sessions, and the data."""
    instance = Path(current_app.config["INSTANCE_PATH"])
    open_to_others = [str(path) for path in _private(instance) if path.exists() and path.stat().st_mode & _OTHERS]
    if open_to_others:
        yield problem(
            _("Others on this machine can open: %(names)s.", names=formats.listed(open_to_others)),
            _("Remove their access: run chmod go= on each of these."),
        )
    else:
        yield fine(_("No other user of this machine can read the key and the data."))


def _private(instance: Path) -> Iterator[Path]:
    """In a folder that is closed nobody reaches what lies in it; a key may lie outside."""
    yield instance
    if keys.is_in_folder():
        yield keys.path()
    for name in (
        "SECRET_KEY_FILE",
        "DATABASE_URL_FILE",
        "REPORTS_DATABASE_URL_FILE",
        "REDIS_URL_FILE",
        "SMTP_URL_FILE",
        "BACKUP_PASSPHRASE_FILE",
        "METRICS_TOKEN_FILE",
    ):
        if given := os.environ.get(name, "").strip():
            yield Path(given)


def listening(_limit: Limit) -> Iterator[Finding]:
    config = current_app.config
    host, is_https = config["HOST"], config["BASE_URL"].startswith("https:")
    if not _is_loopback(host) and not is_https:
        yield problem(
            _("Peyvand listens on %(host)s, for everyone who can reach this machine, without HTTPS.", host=host),
            _("Set HOST to 127.0.0.1 and put an HTTPS web server in front."),
        )
    elif not _is_loopback(host) and not config["TRUSTED_PROXIES"]:
        yield warning(
            _(
                "Peyvand listens on %(host)s: anyone who bypasses the web server in front connects without HTTPS.",
                host=host,
            ),
            _("Set HOST to 127.0.0.1. If the web server is on another machine, add it to TRUSTED_PROXIES."),
        )
    elif is_https and not config["TRUSTED_PROXIES"]:
        yield warning(
            _(
                "All requests appear to come from one address, that of the web server, so too many failed "
                "sign-ins would lock out everyone."
            ),
            _("Add the web server to TRUSTED_PROXIES, such as 127.0.0.1."),
        )
    else:
        yield fine(_("Peyvand listens on %(host)s.", host=host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def mail(_limit: Limit) -> Iterator[Finding]:
    if current_app.config["SMTP_URL"]:
        yield fine(_("A mail server is configured."))
    else:
        yield warning(
            _("No mail server is configured: users who forget their password need an owner’s help."),
            _("Set SMTP_URL to your mail server."),
        )


def copies(_limit: Limit) -> Iterator[Finding]:
    instance, folder = Path(current_app.config["INSTANCE_PATH"]), kept.folder()
    if folder.is_dir() and folder.stat().st_dev != instance.stat().st_dev:
        yield fine(_("Backups are on a different disk from the data."))
    else:
        yield fine(
            _("Backups are on the same disk as the data and would be lost with it."),
            _("Copy them to another machine, or mount a different disk at: %(folder)s.", folder=folder),
        )


def running(_limit: Limit) -> Iterator[Finding]:
    if current_app.debug:
        yield problem(
            _("Peyvand runs in debug mode: errors expose its internals to everyone."), _("Remove FLASK_DEBUG.")
        )
    if os.geteuid() == 0:
        yield warning(
            _("Peyvand runs as root: anyone who breaks into it controls the whole machine."),
            _("Run it as a user of its own; docs/deployment.md shows how."),
        )
    elif not current_app.debug:
        yield fine(_("Peyvand runs as an unprivileged user."))
