"""Cards as HTML: those of a board are rendered once from all that they show, and taken again while that is the same."""

import secrets
from collections.abc import Hashable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from flask import request
from flask_login import current_user
from markupsafe import Markup

from crm_app.accounts.models import hue_of, initials_of
from crm_app.pipeline.boards import Column, Key
from crm_app.pipeline.cards import Card
from crm_app.web.reader import Reader
from crm_app.web.templating import compact, rendered_alone

if TYPE_CHECKING:
    from crm_app.pipeline.views.showing import Showing

# In the place of the token of whoever sees the card; nobody can guess it and write it into a title.
_TOKEN = secrets.token_hex(16)
# Some boards full of cards in some languages; each takes some two kilobytes.
_KEPT = 2048


class Someone(NamedTuple):
    name: str
    initials: str
    hue: int


class Face(NamedTuple):
    """Everything that the template of a card is given. Of months, the card says its stage as well.

    `page`, `beside`, `renaming` and `moving` are addresses; the last two are empty for whoever may not move it.
    """

    card: Card
    owner: Someone | None
    shows_stage: bool
    came_from: Key
    page: str
    beside: str
    renaming: str
    moving: str


class BoardFace:
    """Everything that parts of a board's page show, as values: while they are the same, the part is not made anew."""

    def __init__(self, board: "Showing"):
        self._board = board
        self._address = board.url()
        # What every column shows of the board itself.
        self._frame = self._address, board.may_move, board.aim, len(board.pipelines) > 1

    def of_column(self, column: Column) -> Hashable:
        """With its cards."""
        stage = column.stage
        by_stage = stage and (stage.probability, stage.wip_limit, self._board.fill.get(column.key))
        return self._frame, column._replace(stage=None, cards=()), by_stage, tuple(column.cards)

    @property
    def summary(self) -> Hashable:
        return self._frame, self._board.totals

    @property
    def ways(self) -> Hashable:
        """The menus by which cards are moved."""
        stages = tuple((stage.id, stage.name, stage.hue, stage.kind) for stage in self._board.pipeline.stages)
        return self._address, stages

    @property
    def filters(self) -> Hashable:
        """Their form, which is made of the address, and of what there is to choose from."""
        board = self._board
        return board.endpoint, request.query_string, board.pipeline.id, board.filters.offers, current_user.id


def html_of(card: Card, board: "Showing", *, oob: bool) -> Markup:
    """`oob` says that it comes beside another part, to be put in the place of the card of its id."""
    face = _face_of(card, board)
    if oob:
        # It has changed as a rule, and is not asked for again as it is written beside another part.
        return Markup(_html(face, board.token, oob=True))  # noqa: S704 - a template made it
    html = _rendered(face, *board.seen)
    return Markup(html.replace(_TOKEN, board.token))  # noqa: S704 - the token is made of letters and digits


@lru_cache(maxsize=_KEPT)
def _rendered(face: Face, _reader: Reader, _today: date) -> str:
    return compact(_html(face, _TOKEN, oob=False))


def _html(face: Face, token: str, *, oob: bool) -> str:
    return rendered_alone("pipeline/_card.html", card=face.card, face=face, oob=oob, token=token)


def _face_of(card: Card, board: "Showing") -> Face:
    return Face(
        card,
        _someone(card.owner_id, card.owner) if card.owner_id else None,
        shows_stage=board.months is not None,
        came_from=board.key_of(card),
        page=board.url_of_page(card),
        beside=board.url_of(card, "pipeline.beside", beside=1),
        renaming=board.url_of(card, "pipeline.title") if board.may_move else "",
        moving=board.url_of_move(card) if board.may_move else "",
    )


@lru_cache
def _someone(user_id: int, name: str) -> Someone:
    return Someone(name, initials_of(name), hue_of(user_id))
