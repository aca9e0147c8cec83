"""The browsers in which somebody is signed in, as they would call them."""

from datetime import datetime
from typing import NamedTuple

from crm_app.accounts import sessions
from crm_app.accounts.models import User
from crm_app.extensions import db
from crm_app.web.texts import gettext as _

# What stands in front stands also in the names of those behind it.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("YaBrowser", "Yandex"),
    ("MicroMessenger", "WeChat"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
_PHONES = {"iPhone", "Android", "HarmonyOS"}


class Device(NamedTuple):
    """`number` is the session's; `is_phone` chooses its picture."""

    number: int
    name: str
    is_phone: bool
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def of(user: User) -> list[Device]:
    """The one in use first, then the last seen."""
    current = sessions.current()
    found = [
        Device(
            one.id, name_of(one.agent), _first(one.agent, _SYSTEMS) in _PHONES, one.address, one.began_at, one.seen_at,
            current is not None and one.id == current.id,
        )
        for one in db.session.scalars(sessions.of(user))
    ]  # fmt: skip
    return sorted(found, key=lambda device: not device.is_this)


def name_of(agent: str) -> str:
    """What a browser calls itself, in words."""
    browser, system = _first(agent, _BROWSERS), _first(agent, _SYSTEMS)
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or _("Unknown browser")


def _first(agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for sign, name in names if sign in agent), "")
