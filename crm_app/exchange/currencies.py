"""The currencies in which files write amounts: all there are, and the toman, by which Iran counts its rials in tens."""

from decimal import Decimal

from crm_app.web.formats import currency_unit
from crm_app.web.money import COMMON_CURRENCIES, Money, is_currency, to_minor
from crm_app.web.reader import reader
from crm_app.web.text import match_key

# The code that shops and banks write, though no list of currencies has it.
TOMAN, _RIAL = "IRT", "IRR"
_RIALS_OF_A_TOMAN = 10
_NAMED = {
    TOMAN: "irt,toman,tomans,تومان,تومن,土曼",
    _RIAL: "rial,rials,ریال,﷼,里亚尔",
}
_BY_NAME = {match_key(name): code for code, names in _NAMED.items() for name in names.split(",")}


def code_of(text: str) -> str:
    """The code of a currency by what a file calls it; empty where it is none."""
    code = _BY_NAME.get(match_key(text), text.upper())
    return code if code == TOMAN or is_currency(code) else ""


def kept_in(code: str) -> str:
    """The currency in which amounts of it are kept."""
    return _RIAL if code == TOMAN else code


def typed_in(currency: str, *, shows_toman: bool) -> str:
    """In what people type amounts of an organisation's currency, and write them in files that say nothing."""
    return TOMAN if currency == _RIAL and shows_toman else currency


def money(units: Decimal, code: str) -> Money:
    """Raises ValueError for an amount finer than the currency's minor unit or too large to keep."""
    return Money(to_minor(units * _RIALS_OF_A_TOMAN if code == TOMAN else units, kept_in(code)), kept_in(code))


def usual() -> str:
    return typed_in(reader.currency, shows_toman=reader.shows_toman)


def choices(chosen: str) -> dict[str, str]:
    """Codes with their labels, `chosen` first; where tomans are typed, they and rials by their names."""
    tomans = [TOMAN] if reader.shows_toman else []
    codes = dict.fromkeys([chosen, usual(), *COMMON_CURRENCIES, *tomans])
    named = {TOMAN: currency_unit(_RIAL), _RIAL: reader.locale.currencies[_RIAL]} if reader.shows_toman else {}
    return {code: f"{_RIAL} · {named[code]}" if code in named else code for code in codes}
