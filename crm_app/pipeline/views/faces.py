"""Cards as HTML: rendered once from all that they show, and taken again as long as that is the same."""

import secrets
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from flask import current_app
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from crm_app.pipeline.boards import Card, Key
from crm_app.pipeline.rotting import Clock
from crm_app.web.money import Money
from crm_app.web.reader import Reader, current_reader

if TYPE_CHECKING:
    from crm_app.pipeline.views.showing import Showing

# In the place of the token of whoever sees the card; nobody can guess it and write it into a title.
_TOKEN = secrets.token_hex(16)
# Some boards full of cards in some languages; each takes about two kilobytes.
_KEPT = 4096


class Someone(NamedTuple):
    name: str
    initials: str
    hue: int


class Place(NamedTuple):
    name: str
    hue: int


class Face(NamedTuple):
    """Everything that the template of a card is given. `stage` stands on cards of months alone.

    `page`, `beside`, `renaming` and `moving` are addresses; the last two are empty for whoever may not move it.
    """

    id: int
    version: int
    title: str
    company: str
    value: Money | None
    expected_close: date | None
    mark: str
    days_over: int
    clock: Clock
    snoozed_until: date | None
    snooze_reason: str
    owner: Someone | None
    stage: Place | None
    came_from: Key
    page: str
    beside: str
    renaming: str
    moving: str


def html_of(card: Card, board: "Showing", *, oob: bool) -> Markup:
    """`oob` says that it comes beside another part, to be put in the place of the card of its id."""
    someone = current_reader()
    html = _rendered(_face_of(card, board), oob, someone, someone.today())
    return Markup(html.replace(_TOKEN, generate_csrf()))  # noqa: S704 - the token is made of letters and digits


@lru_cache(maxsize=_KEPT)
def _rendered(card: Face, oob: bool, _reader: Reader, _today: date) -> str:
    template = current_app.jinja_env.get_template("pipeline/_card.html")
    return template.render(card=card, oob=oob, token=_TOKEN)


def _face_of(card: Card, board: "Showing") -> Face:
    deal, owner, stage = card.deal, card.deal.owner, card.deal.stage
    return Face(
        id=deal.id,
        version=deal.version,
        title=deal.title,
        company=deal.company.name if deal.company else "",
        value=deal.value,
        expected_close=deal.expected_close,
        mark=card.mark,
        days_over=card.days_over,
        clock=card.clock,
        snoozed_until=deal.snoozed_until,
        snooze_reason=deal.snooze_reason,
        owner=Someone(owner.name, owner.initials, owner.hue) if owner else None,
        stage=Place(stage.name, stage.hue) if board.months else None,
        came_from=board.key_of(deal),
        page=board.url_of_page(deal),
        beside=board.url_of(deal, "pipeline.beside", beside=1),
        renaming=board.url_of(deal, "pipeline.title") if board.may_move else "",
        moving=board.url_of_move(deal) if board.may_move else "",
    )
