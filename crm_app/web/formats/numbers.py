"""Numbers and money as the reader's language, digits and settings have them."""

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import (
    format_compact_decimal,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
    parse_pattern,
)

from crm_app.web.money import Money, minor_digits
from crm_app.web.reader import Reader, current_reader

_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_TOMAN = {"fa": "تومان", "en": "Toman", "zh": "土曼"}
_RIAL = {"fa": "ریال", "en": "IRR", "zh": "里亚尔"}
_LRM = "\u200e"
NBSP = "\u00a0"
UNKNOWN = "–"
# A rate may have nine figures before the point and twenty after it, an amount sixteen and a few.
_ROUNDING = Context(prec=50, rounding=ROUND_HALF_UP)


def digits(text: str) -> str:
    """Latin digits turned into the reader's."""
    return text.translate(_PERSIAN_DIGITS) if current_reader().digits == "persian" else text


def as_typed(plain: str) -> str:
    """A plain number as the reader types it, for a form field."""
    return digits(plain).replace(".", "٫") if current_reader().digits == "persian" else plain


def num(value: int | float | Decimal | None, places: int = 0) -> str:
    """A number with grouping and at most `places` decimals."""
    if value is None:
        return UNKNOWN
    reader = current_reader()
    return _signed(_decimal(half_up(value, places), reader), reader)


def short_num(value: int | float | Decimal | None) -> str:
    """A number for an axis or a small space: 12k, ۱۲ هزار, 1.2万."""
    if value is None:
        return UNKNOWN
    exact = _exact(value)
    reader = current_reader()
    return _signed(_compact(exact, reader), reader) if abs(exact) >= 10_000 else num(exact, 1)


def percent(share: float | Decimal | None, places: int = 0) -> str:
    """A share (0.41) as per cent; None is the word for not known."""
    if share is None:
        return UNKNOWN
    reader = current_reader()
    sign = "٪" if reader.digits == "persian" else "%"
    text = _signed(_decimal(half_up(_exact(share) * 100, places), reader, places), reader) + sign
    # Without the mark the sign would change sides after a Persian letter.
    return _LRM + text if reader.language == "fa" and text[0] != _LRM else text


def attained(share: Decimal | None, places: int = 0) -> str:
    """A share of a target as per cent: never all of it as long as anything is missing."""
    if share is None or share >= 1 or half_up(share * 100, places) < 100:
        return percent(share, places)
    finer = max(places, 1)
    return percent(share.quantize(Decimal(1).scaleb(-finer - 2), ROUND_DOWN), finer)


def half_up(value: int | float | Decimal, places: int) -> Decimal:
    """Half away from zero, as people round; never minus nought."""
    rounded = _exact(value).quantize(Decimal(1).scaleb(-places), context=_ROUNDING)
    return abs(rounded) if rounded == 0 else rounded


def money(value: Money | None, *, short: bool = False, whole: bool = False) -> str:
    """An amount with its currency; `short` rounds to three figures or so with the word for thousand or million.

    `whole` leaves out what is less than a unit, for columns in which only some amounts have it.
    """
    if value is None:
        return UNKNOWN
    reader = current_reader()
    units, name = _display_units(value, reader)
    units = half_up(units, 0) if whole else units
    if name:
        number = _compact(units, reader) if short else _decimal(half_up(units, 1), reader)
        return _signed(f"{number}{NBSP}{name}", reader)
    if short and abs(units) >= 10_000:
        return _short_money(units, currency_unit(value.currency), reader)
    return _whole_money(half_up(units, 0) if short and abs(units) >= 100 else units, value.currency, reader)


def money_input(value: Money | None) -> str:
    """An amount as a form field holds it: plain digits, in the unit that the reader types."""
    if value is None:
        return ""
    units, _name = _display_units(value, current_reader())
    text = f"{units:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def currency_unit(currency: str) -> str:
    """What stands beside a money field: the currency's sign, or Toman where rials are so written."""
    reader = current_reader()
    if currency == "IRR":
        return (_TOMAN if reader.shows_toman else _RIAL)[reader.language]
    return _symbol(currency, reader.locale)


def minor_in_unit(currency: str) -> int:
    """How many of its smallest parts make one of the unit in which it is written: cents of a euro, rials of a toman."""
    return 10 if currency == "IRR" and current_reader().shows_toman else 10 ** minor_digits(currency)


def _short_money(units: Decimal, symbol: str, reader: Reader) -> str:
    number = _compact(abs(units), reader)
    if reader.language == "fa":
        return _signed(f"{'-' if units < 0 else ''}{number}{NBSP}{symbol}", reader)
    return _signed(f"{'-' if units < 0 else ''}{symbol}{NBSP if symbol[-1].isalpha() else ''}{number}", reader)


def _whole_money(units: Decimal, currency: str, reader: Reader) -> str:
    places = minor_digits(currency)
    units = half_up(units, places)
    number = _decimal(abs(units), reader, 0 if units == units.to_integral_value() else places)
    before, after = _beside(currency, reader.locale, units < 0)
    # A code needs a space before the number, which the pattern leaves out.
    text = f"{before}{NBSP if before[-1:].isascii() and before[-1:].isalpha() else ''}{number}{after}"
    # Without the mark an amount would be written the other way round than its negative in right-to-left text.
    return _signed(_LRM + text if reader.language == "fa" else text, reader)


def _display_units(value: Money, reader: Reader) -> tuple[Decimal, str]:
    if value.currency != "IRR":
        return value.units, ""
    return (value.units / 10 if reader.shows_toman else value.units), currency_unit("IRR")


def _compact(units: Decimal, reader: Reader) -> str:
    """Three figures, or the whole of a longer mantissa, with the language's own words: 412k, ۳٫۱۶ میلیارد, 1234万."""
    step = 4 if reader.language == "zh" else 3
    return _in_words(_significant(units, step), step, reader.locale, _numbering(reader))


# So few figures are left that the same amounts come again and again.
@lru_cache(maxsize=8192)
def _in_words(units: Decimal, step: int, locale: Locale, numbering: str) -> str:
    mantissa = units.adjusted() % step if units and units.adjusted() >= step else units.adjusted()
    text = format_compact_decimal(
        units,
        format_type="short",
        locale=locale,
        fraction_digits=max(2 - mantissa, 0),
        numbering_system=numbering,
    )
    return text.replace("K", "k") if locale.language == "en" else text


def _significant(units: Decimal, step: int) -> Decimal:
    """Rounded as it will be shown, so that 999,999 is a million and not a thousand thousands."""
    if not units or units.adjusted() < step:
        return half_up(units, 1)
    figures = max(3, units.adjusted() % step + 1)
    return units.quantize(Decimal(1).scaleb(units.adjusted() - figures + 1), ROUND_HALF_UP)


def _exact(value: int | float | Decimal) -> Decimal:
    return Decimal(str(value)) if isinstance(value, float) else Decimal(value)


def _decimal(value: Decimal, reader: Reader, least: int = 0) -> str:
    """All decimals that `value` has, but noughts at its end only up to `least` places."""
    group, point = _separators(reader.locale, _numbering(reader))
    whole, _, part = f"{value:,f}".partition(".")
    part = part[:least] + part[least:].rstrip("0")
    return whole.replace(",", group) + (point + part if part else "")


@lru_cache
def _separators(locale: Locale, numbering: str) -> tuple[str, str]:
    return (
        get_group_symbol(locale, numbering_system=numbering),
        get_decimal_symbol(locale, numbering_system=numbering),
    )


@lru_cache(maxsize=1024)
def _symbol(currency: str, locale: Locale) -> str:
    return get_currency_symbol(currency, locale=locale)


@lru_cache(maxsize=1024)
def _beside(currency: str, locale: Locale, is_negative: bool) -> tuple[str, str]:
    """What the language writes before and after the number of an amount."""
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    before, after = pattern.prefix[is_negative], pattern.suffix[is_negative]
    symbol = _symbol(currency, locale)
    return before.replace("¤", symbol), after.replace("¤", symbol)


def _signed(text: str, reader: Reader) -> str:
    """With a minus as print has it; in Persian it stands before the number, wherever the text around it runs."""
    text = text.replace("-", "−")
    if reader.language == "fa":
        text = text.replace(_LRM, "")
        is_latin_order = not re.search(r"[\u0600-\u06ef\u06fa-\u06ff]{2}", text) and not text[:1].isdigit()
        text = _LRM + text if "−" in text or is_latin_order else text
    return text.translate(_PERSIAN_DIGITS) if reader.digits == "persian" else text


def _numbering(reader: Reader) -> str:
    return "arabext" if reader.digits == "persian" else "latn"
