"""Days, moments and periods as the reader's calendar and language have them."""

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date, format_timedelta
from persiantools.jdatetime import JalaliDate

from crm_app.web.formats.numbers import digits
from crm_app.web.periods import JALALI, Period
from crm_app.web.reader import current_reader, reader

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


def day(value: date | datetime | None, style: str = "medium", calendar: str | None = None) -> str:
    """A day. Styles: `short` (day and month), `medium` (with the year), `long` (with the weekday), `numeric`.

    In the reader's calendar, unless what stands around it counts by another.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = reader.local(value).date()
    one = current_reader()
    return _written(value, style, calendar or one.calendar, one.language, one.digits)


@lru_cache(maxsize=4096)
def _written(value: date, style: str, calendar: str, _language: str, _digits: str) -> str:
    """The same days stand on page after page; how they are written depends on nothing but this."""
    return _jalali_day(value, style) if calendar == JALALI else _gregorian_day(value, style)


def jalali_iso(value: date) -> str:
    """For other programs: `1405-09-07`."""
    return str(JalaliDate(value).isoformat())


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
    name = _quarter_name(period, quarter)
    if reader.language == "zh":
        return f"{CHINESE_JALALI if period.calendar == JALALI else ''}{year}年{name}"
    return f"{name} {year}"


def _quarter_name(period: Period, quarter: int) -> str:
    if reader.language == "zh":
        return f"第{'一二三四'[quarter - 1]}季度"
    if reader.language == "fa":
        if period.calendar == JALALI and JalaliDate(period.start).month == 3 * quarter - 2:
            return _PERSIAN_SEASONS[quarter - 1]
        return f"فصل {['اول', 'دوم', 'سوم', 'چهارم'][quarter - 1]}"
    return f"Q{quarter}"


def _month_label(period: Period, year: str, month: int) -> str:
    if period.calendar == JALALI:
        if reader.language == "zh":
            return f"{CHINESE_JALALI}{year}年{month}月"
        return f"{(PERSIAN_MONTHS if reader.language == 'fa' else LATIN_MONTHS)[month - 1]} {year}"
    pattern = {"zh": "y年M月"}.get(reader.language, "MMMM y")
    return format_date(period.start, pattern, locale=reader.locale)


def period_short(period: Period, *, with_year: bool = False) -> str:
    """A period's name where room is scarce."""
    if period.unit not in ("month", "quarter"):
        return period_label(period)
    year, _, part = period.key.partition("-")
    if period.unit == "quarter":
        return digits(_quarter_label(period, year, int(part[1]))) if with_year else _quarter_name(period, int(part[1]))
    return digits(_month_short(period, int(part), year if with_year else ""))


def _month_short(period: Period, month: int, year: str) -> str:
    if reader.language == "zh":
        return f"{year}年{month}月" if year else f"{month}月"
    if period.calendar == JALALI:
        name = PERSIAN_MONTHS[month - 1] if reader.language == "fa" else LATIN_MONTHS[month - 1][:3]
    else:
        name = format_date(period.start, "MMM", locale=reader.locale)
    return f"{name} {year}".rstrip()
