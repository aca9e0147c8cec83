"""Numbers, money, dates and phone numbers, written and read as the reader's locale and settings have them."""

import re
from datetime import date, datetime
from decimal import Decimal

import phonenumbers
from babel.dates import format_date, format_timedelta
from babel.numbers import format_compact_decimal, format_currency, format_decimal, get_currency_symbol
from markupsafe import Markup, escape
from persiantools.jdatetime import JalaliDate

from crm_app.web.money import Money, minor_digits, to_minor
from crm_app.web.periods import JALALI, Period
from crm_app.web.reader import reader
from crm_app.web.text import latin_digits

_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
PERSIAN_MONTHS = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]
LATIN_MONTHS = [
    "Farvardin",
    "Ordibehesht",
    "Khordad",
    "Tir",
    "Mordad",
    "Shahrivar",
    "Mehr",
    "Aban",
    "Azar",
    "Dey",
    "Bahman",
    "Esfand",
]
CHINESE_JALALI = "波斯历"
_PERSIAN_SEASONS = ["بهار", "تابستان", "پاییز", "زمستان"]
_PERSIAN_WEEKDAYS = ["دوشنبه", "سه\u200cشنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"]
_TOMAN = {"fa": "تومان", "en": "Toman", "zh": "土曼"}
_RIAL = {"fa": "ریال", "en": "IRR", "zh": "里亚尔"}
NBSP = "\u00a0"


def digits(text: str) -> str:
    """Latin digits turned into the reader's."""
    return text.translate(_PERSIAN_DIGITS) if reader.digits == "persian" else text


def _finish(text: str) -> str:
    if reader.language == "fa":
        # The mark keeps the sign before the number inside right-to-left text.
        text = (
            text.replace("\u200e", "").replace("-", "\u200e−").replace("−", "\u200e−").replace("\u200e\u200e", "\u200e")
        )
    return digits(text)


def _numbering() -> str:
    return "arabext" if reader.digits == "persian" else "latn"


def num(value: int | float | Decimal | None, places: int = 0) -> str:
    """A number with grouping and at most `places` decimals."""
    if value is None:
        return "–"
    pattern = "#,##0" + ("." + "#" * places if places else "")
    return _finish(format_decimal(value, pattern, locale=reader.locale, numbering_system=_numbering()))


def percent(share: float | Decimal | None, places: int = 0) -> str:
    """A share (0.41) as per cent; None is the word for not known."""
    if share is None:
        return "–"
    value = round(Decimal(str(share)) * 100, places)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    text = format_decimal(value, pattern, locale=reader.locale, numbering_system=_numbering())
    return _finish(text) + ("٪" if reader.digits == "persian" else "%")


def money(value: Money | None, *, short: bool = False) -> str:
    """An amount with its currency; `short` rounds to three figures or so with the word for thousand or million."""
    if value is None:
        return "–"
    units, unit_name = _display_units(value)
    if unit_name:
        number = (
            _compact(units)
            if short
            else format_decimal(units, "#,##0.#", locale=reader.locale, numbering_system=_numbering())
        )
        return _finish(f"{number}{NBSP}{unit_name}")
    if short and abs(units) >= 10_000:
        symbol = get_currency_symbol(value.currency, locale=reader.locale)
        compact = _compact(units)
        if reader.language == "fa":
            return _finish(f"{compact}{NBSP}{symbol}")
        sign = "-" if units < 0 else ""
        space = NBSP if len(symbol) > 2 else ""
        return _finish(f"{sign}{symbol}{space}{compact.lstrip('-')}")
    places = 0 if units == units.to_integral_value() else minor_digits(value.currency)
    pattern = reader.locale.currency_formats["standard"].pattern
    pattern = re.sub(r"0\.0+", "0" + ("." + "0" * places if places else ""), pattern)
    return _finish(
        format_currency(
            units, value.currency, pattern, locale=reader.locale, currency_digits=False, numbering_system=_numbering()
        )
    )


def money_input(value: Money | None) -> str:
    """An amount as a form field holds it: plain digits, in the unit that the reader types."""
    if value is None:
        return ""
    units, _name = _display_units(value)
    text = f"{units:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def currency_unit(currency: str) -> str:
    """What stands beside a money field: the currency's sign, or Toman where rials are so written."""
    if currency == "IRR":
        return (_TOMAN if reader.shows_toman else _RIAL)[reader.language]
    return get_currency_symbol(currency, locale=reader.locale)


def _display_units(value: Money) -> tuple[Decimal, str]:
    if value.currency != "IRR":
        return value.units, ""
    if reader.shows_toman:
        return value.units / 10, _TOMAN[reader.language]
    return value.units, _RIAL[reader.language]


def _compact(units: Decimal) -> str:
    size = abs(units)
    places = 2 if size >= 1_000_000 and _leading(size) < 10 else 1 if _leading(size) < 100 and size >= 1000 else 0
    text = format_compact_decimal(
        units, format_type="short", locale=reader.locale, fraction_digits=places, numbering_system=_numbering()
    )
    return text.replace("K", "k") if reader.language == "en" else text


def _leading(size: Decimal) -> Decimal:
    while size >= 1000:
        size /= 1000
    return size


def short_num(value: int | float | Decimal | None) -> str:
    """A number for an axis or a small space: 12k, ۱۲ هزار, 1.2万."""
    if value is None:
        return "–"
    return _finish(_compact(Decimal(str(value)))) if abs(value) >= 10_000 else num(value, 1)


def day(value: date | datetime | None, style: str = "medium") -> str:
    """A day. Styles: `short` (day and month), `medium` (with the year), `long` (with the weekday), `numeric`."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = reader.local(value).date()
    return _jalali_day(value, style) if reader.calendar == JALALI else _gregorian_day(value, style)


def _jalali_day(value: date, style: str) -> str:
    jalali = JalaliDate(value)
    y, m, d = jalali.year, jalali.month, jalali.day
    if style == "numeric":
        return digits(f"{y}/{m:02d}/{d:02d}")
    if reader.language == "zh":
        text = f"{m}月{d}日" if style == "short" else f"{y}年{m}月{d}日"
        return digits(f"{text}" if style == "short" else f"{CHINESE_JALALI}{text}")
    name = (PERSIAN_MONTHS if reader.language == "fa" else LATIN_MONTHS)[m - 1]
    text = f"{d} {name}" if style == "short" else f"{d} {name} {y}"
    if style == "long":
        weekday = (
            _PERSIAN_WEEKDAYS[value.weekday()]
            if reader.language == "fa"
            else format_date(value, "EEEE", locale=reader.locale)
        )
        text = f"{weekday} {text}" if reader.language == "fa" else f"{weekday}, {text}"
    return digits(text)


_GREGORIAN = {
    "en": {"short": "d MMM", "medium": "d MMM y", "long": "EEEE, d MMMM y", "numeric": "yyyy-MM-dd"},
    "fa": {"short": "d MMMM", "medium": "d MMMM y", "long": "EEEE d MMMM y", "numeric": "yyyy/MM/dd"},
    "zh": {"short": "M月d日", "medium": "y年M月d日", "long": "y年M月d日 EEEE", "numeric": "yyyy-MM-dd"},
}


def _gregorian_day(value: date, style: str) -> str:
    return digits(format_date(value, _GREGORIAN[reader.language][style], locale=reader.locale))


def moment(value: datetime | None) -> str:
    """A day and the time of it."""
    return "" if value is None else f"{day(value)} {clock(value)}"


def clock(value: datetime) -> str:
    return digits(f"{reader.local(value):%H:%M}")


def ago(value: datetime, now: datetime) -> str:
    """How long before `now`, roughly: “3 hours ago”."""
    return digits(format_timedelta(value - now, add_direction=True, locale=reader.locale))


def period_label(period: Period) -> str:
    """What people call a period: “Q3 2026”, «پاییز ۱۴۰۵», “2026年11月”."""
    year, _, part = period.key.partition("-")
    if period.unit == "custom":
        return f"{day(period.start)} – {day(period.last_day)}"
    if period.unit == "year":
        return digits(f"{year}年" if reader.language == "zh" else year)
    if period.unit == "quarter":
        return digits(_quarter_label(period, year, int(part[1])))
    return digits(_month_label(period, year, int(part)))


def _quarter_label(period: Period, year: str, quarter: int) -> str:
    if reader.language == "zh":
        prefix = CHINESE_JALALI if period.calendar == JALALI else ""
        return f"{prefix}{year}年第{'一二三四'[quarter - 1]}季度"
    if reader.language == "fa":
        if period.calendar == JALALI and JalaliDate(period.start).month == 3 * quarter - 2:
            return f"{_PERSIAN_SEASONS[quarter - 1]} {year}"
        return f"فصل {['اول', 'دوم', 'سوم', 'چهارم'][quarter - 1]} {year}"
    return f"Q{quarter} {year}"


def _month_label(period: Period, year: str, month: int) -> str:
    if period.calendar == JALALI:
        if reader.language == "zh":
            return f"{CHINESE_JALALI}{year}年{month}月"
        return f"{(PERSIAN_MONTHS if reader.language == 'fa' else LATIN_MONTHS)[month - 1]} {year}"
    pattern = {"zh": "y年M月"}.get(reader.language, "MMMM y")
    return format_date(period.start, pattern, locale=reader.locale)


def period_short(period: Period) -> str:
    """A period's name where room is scarce: without its year."""
    _, _, part = period.key.partition("-")
    if period.unit == "month":
        if period.calendar == JALALI:
            names = {"fa": PERSIAN_MONTHS, "en": [n[:3] for n in LATIN_MONTHS], "zh": [f"{n}月" for n in range(1, 13)]}
            return digits(names[reader.language][int(part) - 1])
        return digits(format_date(period.start, "MMM", locale=reader.locale))
    if period.unit == "quarter" and reader.language == "en":
        return part
    return period_label(period)


def isolate(text: object) -> Markup:
    """User-written text inside a sentence, kept from disturbing the direction of what stands around it."""
    return Markup("<bdi>{}</bdi>").format(escape(text))


_SPACES = {
    ord(c): None for c in "\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\u061c\u00a0\u202f "
}
_GROUPED = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+|\d{1,4}(,\d{4})+)?(\.\d+)?", re.ASCII)
_CURRENCY_WORDS = r"(تومان|تومن|ریال|toman|rials?|irr|¥|￥|元|\$|€|£)"


def parse_number(text: str) -> Decimal:
    """Reads Persian, Arabic and full-width digits and separators. Raises ValueError rather than guess."""
    plain = latin_digits(text).translate(_SPACES).replace("−", "-")
    plain = plain.translate(str.maketrans("٬،，'’٫．", ",,,,,.."))
    if plain.count("/") == 1 and "." not in plain:
        plain = plain.replace("/", ".")
    plain = plain.removesuffix("%").removesuffix("٪")
    if not re.search(r"\d", plain, re.ASCII) or not _GROUPED.fullmatch(plain) or len(plain) > 40:
        raise ValueError(f"{text!r} is not a number")
    return Decimal(plain.replace(",", ""))


def parse_money(text: str, currency: str) -> Money:
    """Reads an amount as the reader types it; rials and tomans are told apart by their word or the setting."""
    number = parse_number(re.sub(_CURRENCY_WORDS, "", text, flags=re.IGNORECASE))
    if currency == "IRR":
        says_toman = re.search(r"تومان|تومن|toman", text, re.IGNORECASE)
        says_rial = re.search(r"ریال|rial|irr", text, re.IGNORECASE)
        if says_toman or (reader.shows_toman and not says_rial):
            number *= 10
    return Money(to_minor(number, currency), currency)


def parse_day(text: str) -> date:
    """Year first, in either calendar: a year below 1700 is Jalali. Raises ValueError for any other order."""
    plain = latin_digits(text).translate(_SPACES)
    plain = plain.replace("年", "/").replace("月", "/").replace("日", "")
    match = re.fullmatch(r"(\d{4})[/\-.](\d{1,2})[/\-.](\d{1,2})", plain, re.ASCII) or re.fullmatch(
        r"(\d{4})(\d{2})(\d{2})", plain, re.ASCII
    )
    if not match:
        raise ValueError(f"{text!r} is no day")
    year, month, of_month = (int(part) for part in match.groups())
    if year < 1700:
        return JalaliDate(year, month, of_month).to_gregorian()
    return date(year, month, of_month)


def phone(number: str, region: str | None = None) -> str:
    """A phone number as people write it; what is no number stays as typed."""
    parsed = _parsed_phone(number, region)
    if parsed is None:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def phone_key(number: str, region: str | None = None) -> str:
    """The E.164 form that equal numbers share; the bare digits where the number is not a known one."""
    parsed = _parsed_phone(number, region)
    if parsed is None:
        return re.sub(r"\D", "", latin_digits(number), flags=re.ASCII)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _parsed_phone(number: str, region: str | None):
    try:
        parsed = phonenumbers.parse(latin_digits(number), region)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None
