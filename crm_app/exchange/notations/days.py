"""Days as files write them: the year first speaks for itself, any other order has to be told."""

import re
from datetime import date

from persiantools.jdatetime import JalaliDate

from crm_app.web import formats
from crm_app.web.formats.days import LATIN_MONTHS, PERSIAN_MONTHS
from crm_app.web.text import fold, latin_digits
from crm_app.web.texts import lazy_gettext as _l

LABELS = {
    "dmy": _l("day, month, year"),
    "mdy": _l("month, day, year"),
    "ymd": _l("year, month, day"),
    "dmy-jalali": _l("day, month, year in the Jalali calendar"),
    "ymd-jalali": _l("year, month, day in the Jalali calendar"),
}
NOTATIONS = tuple(LABELS)
_MOST_SAMPLES = 3
_TIME_OF_DAY = re.compile(
    r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AP]M)?( ?Z| ?[+\-]\d{2}:?\d{2})?$", re.ASCII | re.IGNORECASE
)
_THREE = re.compile(r"(\d{1,4})( ?[/.\-] ?| )(\d{1,2})\2(\d{1,4})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})[ .\-/]*([^\W\d_]+)[ .,\-/]*(\d{2}|\d{4})")
_NAMED_FIRST = re.compile(r"([^\W\d_]+)[ .]*(\d{1,2})[ ,]+(\d{4})")
_ENGLISH = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTHS = {name: place for place, name in enumerate(_ENGLISH, 1)}
_MONTHS |= {name[:3]: place for name, place in _MONTHS.items()} | {"sept": 9}
_JALALI_MONTHS = {fold(name): place for names in (PERSIAN_MONTHS, LATIN_MONTHS) for place, name in enumerate(names, 1)}


class UndecidedError(ValueError):
    """The text is a day in more than one way, or in none that has been told."""


class Seen:
    """What the cells of a column prove together. `samples` are cells that do not begin with a year of four figures."""

    def __init__(self) -> None:
        self.samples: list[str] = []
        self._possible = set(NOTATIONS)
        self._short_years = False

    def take(self, text: str) -> None:
        plain = _plain(text)
        try:
            _unmistakable(plain)
        except ValueError:
            match = _THREE.fullmatch(plain)
            fitting = {notation for notation in NOTATIONS if _fits(plain, notation)}
            if match is None or not fitting:
                return
            self._short_years |= max(len(match[1]), len(match[4])) < 3
            self._possible &= fitting
            if len(self.samples) < _MOST_SAMPLES:
                self.samples.append(text[:40])

    @property
    def choices(self) -> list[str]:
        """Years of four figures tell their calendar themselves."""
        offered = NOTATIONS if self._short_years else ("dmy", "mdy")
        return [notation for notation in offered if any(_fits(_plain(text), notation) for text in self.samples)]

    @property
    def proven(self) -> str:
        left = [notation for notation in self.choices if notation in self._possible]
        return left[0] if len(left) == 1 else ""


def _fits(plain: str, notation: str) -> bool:
    try:
        _in_order(plain, notation)
    except ValueError:
        return False
    return True


def parsed(text: str, notation: str = "") -> date:
    """A time after the day is left out. Raises ValueError, UndecidedError where only the notation is missing."""
    plain = _plain(text)
    try:
        return _unmistakable(plain)
    except ValueError:
        if not notation:
            if any(_fits(plain, one) for one in NOTATIONS):
                raise UndecidedError(text) from None
            raise
    return _in_order(plain, notation)


def told(text: str, notation: str) -> str:
    try:
        return formats.day(parsed(text, notation))
    except ValueError:
        return ""


def _plain(text: str) -> str:
    return _TIME_OF_DAY.sub("", " ".join(latin_digits(text).split()))


def _unmistakable(plain: str) -> date:
    """The year first and in four figures, or the month by its name."""
    try:
        return formats.parse_day(plain)
    except ValueError:
        if match := _NAMED.fullmatch(plain):
            day, name, year = match.groups()
        elif match := _NAMED_FIRST.fullmatch(plain):
            name, day, year = match.groups()
        else:
            raise
    name = fold(name)
    if name in _JALALI_MONTHS:
        return JalaliDate(_year(year, is_jalali=True), _JALALI_MONTHS[name], int(day)).to_gregorian()
    if name not in _MONTHS:
        raise ValueError(plain)
    return date(_year(year, is_jalali=False), _MONTHS[name], int(day))


def _in_order(plain: str, notation: str) -> date:
    match = _THREE.fullmatch(plain)
    if match is None:
        raise ValueError(plain)
    order, _dash, calendar = notation.partition("-")
    parts = dict(zip(order, (match[1], match[3], match[4]), strict=True))
    if len(parts["y"]) == 3 or len(parts["d"]) > 2:
        raise ValueError(plain)
    year = _year(parts["y"], is_jalali=calendar == "jalali")
    if 1200 <= year <= 1600:
        return JalaliDate(year, int(parts["m"]), int(parts["d"])).to_gregorian()
    return date(year, int(parts["m"]), int(parts["d"]))


def _year(text: str, *, is_jalali: bool) -> int:
    """Two figures are of the hundred years around now."""
    year = int(text)
    if len(text) > 2:
        return year
    if is_jalali:
        return year + (1300 if year >= 50 else 1400)
    return year + (1900 if year >= 70 else 2000)
