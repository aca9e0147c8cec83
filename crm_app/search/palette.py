"""What the palette offers: what was opened, pages and commands to start with; then whatever answers the words typed."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import url_for

from crm_app.accounts.models import User
from crm_app.search import finding, ways
from crm_app.search.finding import Hit
from crm_app.search.opened import Key
from crm_app.search.ways import Way, Ways
from crm_app.web.text import search_words
from crm_app.web.texts import gettext as _

_OF_A_KIND = 5


class Group(NamedTuple):
    key: str
    title: str
    options: Sequence[Hit | Way]


class Offer(NamedTuple):
    """Groups that hold something, and where all records are that answer, if any does."""

    groups: list[Group]
    all_url: str = ""

    @property
    def count(self) -> int:
        return sum(len(group.options) for group in self.groups)


def offer(user: User, text: str, opened: Sequence[Key]) -> Offer:
    if not search_words(text):
        recent = Group("opened", _("Recently viewed"), finding.known(user, opened))
        return Offer(_filled([recent, *_grouped(ways.all_ways(), is_asked=False)]))
    kinds = finding.found(user, text, most=_OF_A_KIND, opened=opened)
    records = [Group(kind.table, kind.title, kind.hits) for kind in kinds]
    groups = _filled([*records, *_grouped(ways.matching(text), is_asked=True)])
    # The sort is stable: groups that answer as well keep their order.
    groups.sort(key=lambda group: min(ways.rank(text, option.name) for option in group.options))
    return Offer(groups, url_for("search.index", q=text) if kinds else "")


def _grouped(found: Ways, *, is_asked: bool) -> list[Group]:
    pages = [way for way in found.pages if is_asked or not way.is_deep]
    return [Group("pages", _("Pages"), pages), Group("commands", _("Commands"), found.commands)]


def _filled(groups: list[Group]) -> list[Group]:
    return [group for group in groups if group.options]
