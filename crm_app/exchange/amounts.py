"""Amounts of money as cells write them: a number, and perhaps the currency in which it is."""

import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from babel.numbers import get_currency_name

from crm_app.exchange import currencies
from crm_app.web.reader import LANGUAGES, locale_of
from crm_app.web.text import clean, fold

# What stands before the number, perhaps with a point, and after it; a minus is part of the number.
_WRITTEN = re.compile(r"([^\d.,٫٬+−-]*(?:\.(?=\s))?)(.*?)([^\d.,٫٬]*)", re.DOTALL)
# Signs that several countries write.
_SHARED = {
    "$": "USD AUD CAD NZD HKD SGD TWD MXN ARS CLP COP UYU DOP JMD TTD BBD BSD BZD BMD BND FJD GYD KYD LRD NAD SBD SRD "
    "XCD",
    "£": "GBP EGP LBP SYP SDG SSP GIP FKP SHP",
    "¥": "CNY JPY",
    "元": "CNY JPY TWD HKD",
    "kr": "SEK NOK DKK ISK",
    "₨": "INR PKR LKR NPR MUR SCR",
    "Rs": "INR PKR LKR NPR MUR SCR",
    "﷼": "IRR SAR QAR OMR YER",
    "₽": "RUB",
    "₺": "TRY",
    "₴": "UAH",
    "₸": "KZT",
    "₦": "NGN",
    "₾": "GEL",
    "円": "JPY",
}


class Amount(NamedTuple):
    """`units` of a currency; `sign` is what the cell calls it, if anything, and `currencies` what that may mean.

    IRT, the toman, is one of them.
    """

    units: Decimal
    sign: str = ""
    currencies: frozenset[str] = frozenset()

    def times(self, count: int) -> "Amount":
        return self._replace(units=self.units * count)


def parted(cell: str) -> tuple[str, str, frozenset[str]]:
    """The number of a cell as it is written, and its currency: `sign` and `currencies` of an amount.

    What names no currency stays with the number.
    """
    match = _WRITTEN.fullmatch(cell.strip())
    assert match is not None
    before, number, after = (part.strip() for part in match.groups())
    words = [word for part in (before, after) if (word := clean(part))]
    meant = [_meant_by(word) for word in words]
    if not all(meant):
        return cell.strip(), "", frozenset()
    return number, " ".join(words), frozenset.intersection(*meant) if meant else frozenset()


def shared_currency(amounts: Iterable[Amount], said: str, usual: str) -> str:
    """The currency of the amounts of a row: what they say themselves, or what the row says, or else the usual one.

    Empty where they say different things.
    """
    named = [amount.currencies for amount in amounts if amount.sign]
    if not named:
        return said or usual
    possible = frozenset.intersection(*named)
    # Where people type tomans, a file may still write rials.
    wanted = [said] if said else [usual, currencies.kept_in(usual), *(possible if len(possible) == 1 else ())]
    return next((code for code in wanted if code in possible), "")


def _meant_by(word: str) -> frozenset[str]:
    known = _signs().get(fold(word.removesuffix(".")), frozenset())
    code = currencies.code_of(word)
    return known | {code} if code else known


@cache
def _signs() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES:
        locale = locale_of(language)
        for code, sign in locale.currency_symbols.items():
            found[fold(sign)].add(code)
        for code in locale.currencies:
            for count in (1, 2):
                found[fold(get_currency_name(code, count, locale))].add(code)
    for sign, codes in _SHARED.items():
        found[fold(sign)] |= set(codes.split())
    unknown = found.pop(fold("¤"))
    return {sign: frozenset(codes - unknown) for sign, codes in found.items()}
