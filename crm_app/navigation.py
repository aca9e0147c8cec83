"""The way through Peyvand: what stands in the side navigation, the phone's bar and the “New” menu, by role."""

from typing import NamedTuple

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user


class Item(NamedTuple):
    label: str
    icon: str
    url: str
    is_current: bool = False
    on_phone: bool = False
    count: int | None = None


class _Place(NamedTuple):
    endpoint: str
    label: object
    icon: str
    on_phone: bool
    for_whom: str


_PLACES = (
    _Place("home.index", _l("Today"), "sun", True, "everyone"),
    _Place("contacts.companies", _l("Contacts"), "users", True, "everyone"),
    _Place("pipeline.board", _l("Pipeline"), "square-kanban", True, "sellers"),
    _Place("catalog.index", _l("Products"), "package", False, "everyone"),
    _Place("goals.index", _l("Goals"), "target", True, "sellers"),
    _Place("reports.index", _l("Reports"), "chart-column", True, "sellers"),
    _Place("settings.index", _l("Settings"), "settings", False, "everyone"),
)
_NEW = (
    _Place("pipeline.new", _l("Deal"), "square-kanban", False, "sellers"),
    _Place("contacts.new_company", _l("Company"), "building-2", False, "everyone"),
    _Place("contacts.new_person", _l("Person"), "user-plus", False, "everyone"),
    _Place("catalog.new", _l("Product"), "package", False, "everyone"),
    _Place("exchange.index", _l("Import"), "upload", False, "everyone"),
)
# What is reached from another place belongs to it.
_UNDER = {"exchange": "settings", "accounts": "settings"}


def init_app(app: Flask) -> None:
    app.context_processor(
        lambda: {
            "navigation": _items(_PLACES),
            "creatable": _items(_NEW) if current_user.is_authenticated and current_user.can_edit else [],
        }
    )


def _items(places: tuple[_Place, ...]) -> list[Item]:
    if not current_user.is_authenticated:
        return []
    here = _UNDER.get(request.blueprint or "", request.blueprint)
    return [
        Item(
            str(place.label), place.icon, url_for(place.endpoint), place.endpoint.split(".")[0] == here, place.on_phone
        )
        for place in places
        if place.for_whom == "everyone" or current_user.sells
    ]
