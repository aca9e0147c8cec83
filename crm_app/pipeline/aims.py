"""What a board is held against: a goal that its deals work towards.

Goals stand above the pipeline, which knows nothing of them. Whoever does tells a board of the one that it is about.
"""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from flask import Flask, current_app

from crm_app.accounts.models import User
from crm_app.web import formats
from crm_app.web.money import Money
from crm_app.web.periods import Period
from crm_app.web.reader import Reader, current_reader
from crm_app.web.texts import gettext as _

_LEAST, _MOST = Decimal(1), Decimal(999)


class Aim(NamedTuple):
    """What is to be won in a period; `url` is where it is told.

    `name` is of the person or the team who is to win it; empty where everyone is.
    """

    target: Money
    period: Period
    url: str
    name: str = ""
    is_readers: bool = False


class Share(NamedTuple):
    """How much of an aim an amount makes: the per cent of a bar to fill, and in words, few, some and all of them."""

    filled: float
    of_goal: str
    of_period: str
    sentence: str


# Of whoever reads the board, with the owner and the team that it is narrowed to: the aim it is about, if there is one.
Provider = Callable[[User, int | None, int | None], Aim | None]


def provide(app: Flask, provider: Provider) -> None:
    app.extensions["aims"] = provider


def of_board(user: User, owner_id: int | None, team_id: int | None) -> Aim | None:
    return current_app.extensions["aims"](user, owner_id, team_id)


def share(amount: Money, aim: Aim, *, of_several: bool) -> Share:
    """`of_several`: whether there are more pipelines than the one whose deals the amount is of."""
    per_cent = Decimal(amount.amount) / aim.target.amount * 100
    # A bar of less would not be seen.
    filled = float(max(per_cent, _LEAST)) if per_cent else 0.0
    someone = current_reader()
    return Share(filled, *_in_words(_rounded(per_cent), aim, of_several, someone, someone.today()))


@lru_cache(maxsize=1024)
def _in_words(words: str, aim: Aim, of_several: bool, someone: Reader, _today: date) -> tuple[str, str, str]:
    """The same few per cent are said of column after column, move after move."""
    sentence = _sentence(words, aim)
    if of_several:
        sentence += someone.space + _("The goal is for all pipelines together.")
    return _("%(share)s of the goal", share=words), _of_period(words, aim), sentence


def _rounded(per_cent: Decimal) -> str:
    """Whole per cent; what would round to none of it, or is beyond all measure, is only said to be so."""
    if 0 < per_cent < _LEAST:
        return _("under %(share)s", share=formats.percent(_LEAST / 100))
    if per_cent.to_integral_value(ROUND_HALF_UP) > _MOST:
        return _("over %(share)s", share=formats.percent(_MOST / 100))
    return formats.percent(per_cent / 100)


def _of_period(words: str, aim: Aim) -> str:
    if aim.period.unit == "month":
        return _("%(share)s of the month’s goal", share=words)
    if aim.period.unit == "quarter":
        return _("%(share)s of the quarter’s goal", share=words)
    return _("%(share)s of the year’s goal", share=words)


def _sentence(words: str, aim: Aim) -> str:
    facts = {"period": formats.period_label(aim.period), "target": formats.money(aim.target, short=True)}
    if aim.is_readers:
        return _("%(share)s of your goal for %(period)s: %(target)s.", share=words, **facts)
    if aim.name:
        name = formats.listed([aim.name])
        return _("%(share)s of the goal of %(name)s for %(period)s: %(target)s.", share=words, name=name, **facts)
    return _("%(share)s of the company’s goal for %(period)s: %(target)s.", share=words, **facts)
