"""The way through Peyvand: what stands in the side navigation, the phone's bar and the “New” menu, by role.

The palette offers all of it, further pages, and what else one may do on every page.
"""

from functools import lru_cache
from typing import NamedTuple

from flask import Flask, url_for
from flask_login import current_user

from crm_app.accounts.access import person_here
from crm_app.accounts.models import User
from crm_app.search import ways
from crm_app.search.ways import Way, Ways
from crm_app.web.here import request_here
from crm_app.web.reader import LANGUAGES, current_reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l


class Item(NamedTuple):
    label: str
    icon: str
    url: str
    is_current: bool = False
    on_phone: bool = False
    count: int | None = None


class _Place(NamedTuple):
    """`as_way` is what the palette calls it, where that is more than its label in a menu; `also` is found too."""

    endpoint: str
    label: object
    icon: str
    on_phone: bool
    for_whom: str
    as_way: object = None
    note: object = None
    also: str = ""


_PLACES = (
    _Place("home.index", _l("Today"), "sun", True, "everyone"),
    _Place("contacts.companies", _l("Contacts"), "users", True, "everyone"),
    _Place("pipeline.board", _l("Pipeline"), "square-kanban", True, "sellers", note=_l("Board")),
    _Place("catalog.index", _l("Products"), "package", False, "everyone"),
    _Place("goals.index", _l("Goals"), "target", True, "sellers"),
    _Place("reports.index", _l("Reports"), "chart-column", True, "sellers"),
    _Place("settings.index", _l("Settings"), "settings", False, "everyone"),
)
_NEW = (
    _Place("pipeline.new", _l("Deal"), "square-kanban", False, "sellers", _l("New deal"), also="add create"),
    _Place(
        "contacts.new_company", _l("Company"), "building-2", False, "everyone", _l("New company"), also="add create"
    ),
    _Place("contacts.new_person", _l("Person"), "user-plus", False, "everyone", _l("New person"), also="add create"),
    _Place("catalog.new", _l("Product"), "package", False, "everyone", _l("New product"), also="add create"),
    _Place("exchange.index", _l("Import"), "upload", False, "everyone", also="csv xlsx excel"),
)
# Pages that a menu leads to in two steps.
_FURTHER = (
    _Place("contacts.people", _l("People"), "user", False, "everyone", note=_l("Contacts")),
    _Place("pipeline.deals", _l("Deals"), "list-todo", False, "sellers", note=_l("List")),
    _Place("pipeline.forecast", _l("Forecast"), "calendar-days", False, "sellers"),
)
_DEEP = (
    _Place("settings.organisation", _l("Organisation"), "building", False, "owners", note=_l("Settings")),
    _Place("settings.people", _l("Users"), "users", False, "owners", note=_l("Settings")),
    _Place("settings.teams", _l("Teams"), "briefcase-business", False, "owners", note=_l("Settings")),
    _Place("settings.pipelines", _l("Pipelines"), "square-kanban", False, "owners", note=_l("Settings")),
    _Place("bulk.index", _l("Bulk changes"), "history", False, "editors", note=_l("Undo"), also="bulk"),
    _Place("settings.rates", _l("Exchange rates"), "globe", False, "owners", note=_l("Settings")),
    _Place("demo.index", _l("Demo company"), "eye", False, "owners", note=_l("Settings"), also="sample example"),
    _Place("backups.index", _l("Backups"), "history", False, "owners", note=_l("Settings"), also="restore copy"),
    _Place("settings.audit", _l("Audit log"), "shield", False, "owners", note=_l("Settings"), also="security who"),
    _Place("health.index", _l("Health"), "life-buoy", False, "owners", note=_l("Settings"), also="doctor status check"),
)
# Words for the same that people type, whatever language they read.
_ALSO = {
    "theme": "theme mode colour color تم پوسته حالت 主题 模式",
    "language": "language زبان 语言 english persian farsi chinese انگلیسی فارسی چینی 英文 波斯文 中文",
    "preferences": "account profile calendar digits حساب تقویم 账户 日历",
    "access": "password devices sessions رمز دستگاه 密码 设备",
    "shortcuts": "keys help hotkeys کلید راهنما 快捷键 帮助",
    "sign-out": "log out logout exit خروج 登出 注销",
}
# What is reached from another place belongs to it.
_UNDER = dict.fromkeys(("accounts", "backups", "bulk", "demo", "exchange", "health"), "settings")


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        navigation=lambda: _items(_PLACES),
        creatable=lambda: _items(_NEW) if person_here().can_edit else (),
    )
    ways.provide(app, _ways)


def _items(places: tuple[_Place, ...]) -> tuple[Item, ...]:
    user, request = person_here(), request_here()
    if not user.is_authenticated:
        return ()
    here = _UNDER.get(request.blueprint or "", request.blueprint)
    return _items_for(places, here, _groups_of(user), current_reader().language, request.root_path)


@lru_cache
def _items_for(
    places: tuple[_Place, ...], here: str | None, groups: frozenset[str], _language: str, _root_path: str
) -> tuple[Item, ...]:
    return tuple(
        Item(str(place.label), place.icon, url_for(place.endpoint), _domain(place) == here, place.on_phone)
        for place in places
        if place.for_whom in groups
    )


def _groups_of(user: User) -> frozenset[str]:
    belongs = {"everyone": True, "sellers": user.sells, "owners": user.is_owner, "editors": user.can_edit}
    return frozenset(name for name, is_in in belongs.items() if is_in)


def _is_open(place: _Place) -> bool:
    return place.for_whom in _groups_of(current_user)


def _ways() -> Ways:
    domains = [_domain(place) for place in _PLACES]
    pages = sorted((*_PLACES, *_FURTHER, *_DEEP), key=lambda place: domains.index(_home(place)))
    new = _NEW if current_user.can_edit else ()
    return Ways(
        [_way(place, is_deep=place in _DEEP) for place in pages if _is_open(place)],
        [_way(place) for place in new if _is_open(place)] + _commands(),
    )


def _domain(place: _Place) -> str:
    return place.endpoint.split(".")[0]


def _home(place: _Place) -> str:
    """The domain among whose pages a place stands."""
    return _UNDER.get(_domain(place), _domain(place))


def _way(place: _Place, *, is_deep: bool = False) -> Way:
    key, name = place.endpoint.replace(".", "-"), str(place.as_way or place.label)
    notes = [str(place.note)] if place.note else []
    return Way(key, name, place.icon, notes, place.also, url=url_for(place.endpoint), is_deep=is_deep)


def _commands() -> list[Way]:
    """What the person's menu offers, by its own forms."""
    return [
        Way(
            "preferences", _("Your preferences"), "sliders-horizontal", also=_ALSO["preferences"],
            url=url_for("accounts.edit_preferences"),
        ),
        Way("access", _("Sign-in and security"), "key-round", also=_ALSO["access"], url=url_for("accounts.access")),
        Way(
            "shortcuts", _("Keyboard shortcuts"), "keyboard", also=_ALSO["shortcuts"], url="#shortcuts",
            dialog="shortcuts",
        ),
        _preference("theme", "light", _("Light"), "sun", _("Appearance")),
        _preference("theme", "dark", _("Dark"), "moon", _("Appearance")),
        _preference("theme", "system", _("System"), "monitor", _("Appearance")),
        *(
            _preference("language", code, name, "languages", _("Language"), language=code)
            for code, name in LANGUAGES.items()
        ),
        Way("sign-out", _("Sign out"), "log-out", also=_ALSO["sign-out"], form="sign-out"),
    ]  # fmt: skip


def _preference(field: str, value: str, name: str, icon: str, note: str, language: str = "") -> Way:
    return Way(
        f"{field}-{value}", name, icon, [note], _ALSO[field],
        form=f"prefer-{field}", field=field, value=value, language=language,
    )  # fmt: skip
