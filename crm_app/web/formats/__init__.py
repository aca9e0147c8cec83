"""Numbers, money, dates and phone numbers, written and read as the reader's locale and settings have them."""

from collections.abc import Iterable

from markupsafe import Markup, escape

from crm_app.web.formats.days import (
    CHINESE_JALALI,
    LATIN_MONTHS,
    PERSIAN_MONTHS,
    ago,
    clock,
    day,
    jalali_iso,
    moment,
    period_label,
    period_short,
)
from crm_app.web.formats.numbers import (
    NBSP,
    as_typed,
    attained,
    currency_unit,
    digits,
    half_up,
    minor_in_unit,
    money,
    money_input,
    num,
    percent,
    short_num,
)
from crm_app.web.formats.phones import phone, phone_key
from crm_app.web.formats.typed import parse_day, parse_money, parse_number
from crm_app.web.reader import current_reader
from crm_app.web.texts import gettext as _

__all__ = [
    "CHINESE_JALALI",
    "LATIN_MONTHS",
    "NBSP",
    "PERSIAN_MONTHS",
    "ago",
    "as_typed",
    "attained",
    "clock",
    "currency_unit",
    "day",
    "digits",
    "half_up",
    "isolate",
    "jalali_iso",
    "listed",
    "minor_in_unit",
    "moment",
    "money",
    "money_input",
    "num",
    "parse_day",
    "parse_money",
    "parse_number",
    "percent",
    "period_label",
    "period_short",
    "phone",
    "phone_key",
    "short_num",
]


def isolate(text: object) -> Markup:
    """User-written text inside a sentence, kept from disturbing the direction of what stands around it."""
    return Markup("<bdi>{}</bdi>").format(escape(text))


def listed(names: Iterable[str]) -> str:
    """Names in a row, as plain text; from right to left each keeps its own direction, and they the reader's order."""
    turned = current_reader().direction == "rtl"
    return _(", ").join(f"\u2068{name}\u2069" if turned else name for name in names)
