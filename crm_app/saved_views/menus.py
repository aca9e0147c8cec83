"""The saved views of a list or board as its page offers them, and what of an address a view keeps."""

from collections.abc import Hashable, Set
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for
from flask_login import current_user

from crm_app.extensions import db
from crm_app.saved_views import queries
from crm_app.saved_views.forms import SaveViewForm

LONGEST = 2000
# Where one has got to in a list, and what stands beside it, are no part of a view.
_PASSING = {"after", "before", "since", "deal", "from", "count"}
# The month from which a forecast is shown: whoever comes back to the page finds it as it was.
_OF_PAGE = {"from"}


@dataclass(frozen=True)
class Item:
    """`owner` is who shares it, empty for one's own; `edit_url` is empty where one may not change it."""

    label: str
    url: str
    is_current: bool
    is_pinned: bool
    owner: str
    edit_url: str

    @property
    def icon(self) -> str:
        return "pin" if self.is_pinned else "star"


@dataclass(frozen=True)
class Menu:
    """`new` is what a new view would keep: its place, its query and where one is; None where that is nothing.

    `is_too_long` where it is more than a view can keep.
    """

    entries: list[Item]
    new: tuple[str, str, str] | None
    is_narrowed: bool
    is_too_long: bool

    @cached_property
    def face(self) -> Hashable:
        """Everything that is shown of it."""
        return tuple(self.entries), self.new, self.is_too_long, current_user.can_edit

    @property
    def form(self) -> SaveViewForm | None:
        """Saves what is seen now; None where that is nothing of its own, or saved already."""
        if self.new is None:
            return None
        place, query, here = self.new
        return SaveViewForm(formdata=None, data={"place": place, "query": query, "next": here})

    @property
    def tabs(self) -> list[Item]:
        """The pinned ones."""
        return [item for item in self.entries if item.is_pinned]


def menu(place: str, path: str, *, columns: str = "") -> Menu:
    """What a page at this path offers. `place` names what is filtered; the path is the way of seeing it.

    `columns` are those that the reader sees though the address does not name them: a view names them.
    """
    views = db.session.connection().execute(queries.told_to(current_user), {"place": place})
    query = request.query_string.decode()
    now, here = kept_of(query), f"{path}?{here_of(query)}"
    items = [_item(view, path, now, here) for view in views]
    seen = kept_if_short(f"{now}&{urlencode({'columns': columns})}")
    is_saved = any(item.is_current for item in items)
    new = (place, seen, here) if seen and not is_saved else None
    return Menu(items, new, bool(now), is_too_long=bool(now) and not seen and not is_saved)


def kept_of(query: str) -> str:
    """What a view keeps of a query string, always in one order."""
    return _without(query, _PASSING)


def here_of(query: str) -> str:
    """The same of a page that is left and come back to."""
    return _without(query, _PASSING - _OF_PAGE)


def kept_if_short(query: str) -> str:
    """The same, where there is room for it; empty where there is none."""
    kept = kept_of(query)
    return kept if len(kept) <= LONGEST else ""


def _without(query: str, names: Set[str]) -> str:
    return urlencode(sorted((name, value) for name, value in parse_qsl(query) if value and name not in names))


def _item(view, path, now, here) -> Item:
    is_own = view.owner_id == current_user.id
    may_change = is_own or current_user.is_owner
    return Item(
        view.name,
        f"{path}?{view.query}",
        view.query == now,
        view.is_pinned,
        "" if is_own else view.owner,
        url_for("saved_views.edit", view_id=view.id, next=here) if may_change else "",
    )
