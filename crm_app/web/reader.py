"""Who reads this page: the language, calendar, digits and zone in which everything is written."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from flask import g, request, session
from werkzeug.local import LocalProxy

from crm_app.extensions import utc_now
from crm_app.web.here import g_here

LANGUAGES = {"en": "English", "fa": "فارسی", "zh": "中文"}
# Bare `fa` has the wrong week start and weekend in CLDR, so Babel is always given the country too.
_LOCALES = {"en": "en_US", "fa": "fa_IR", "zh": "zh_Hans_CN"}
_TAGS = {"en": "en", "fa": "fa-IR", "zh": "zh-CN"}


@dataclass(frozen=True)
class Reader:
    language: str = "en"
    calendar: str = "gregorian"
    digits: str = "latin"
    theme: str = "system"
    time_zone: str = "UTC"
    weekend: tuple[int, ...] = (5, 6)
    currency: str = "USD"
    shows_toman: bool = True
    organisation: str = ""

    @property
    def locale(self) -> Locale:
        return locale_of(self.language)

    @property
    def locale_tag(self) -> str:
        return _TAGS[self.language]

    @property
    def direction(self) -> str:
        return "rtl" if self.language == "fa" else "ltr"

    @property
    def space(self) -> str:
        """What stands between two sentences."""
        return "" if self.language == "zh" else " "

    @property
    def plus(self) -> str:
        """A plus before a number; in Persian marked to stay on the side where its minus stands."""
        return "\u200e+" if self.language == "fa" else "+"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self) -> date:
        return utc_now().astimezone(self.zone).date()

    def local(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone)


_PARSED = {language: Locale.parse(name) for language, name in _LOCALES.items()}


def locale_of(language: str) -> Locale:
    return _PARSED[language]


def read_as(someone: Reader) -> None:
    """From here on, in this request or job, everything is written for `someone`."""
    g.reader = someone
    for cached in ("_flask_babel", "babel_locale", "babel_tzinfo", "catalogue", "kept_scope"):
        g.pop(cached, None)


def of_the_browser() -> Reader:
    """What the request alone tells: the language of whoever was signed in here last, or of the browser."""
    language = language_asked()
    calendar, digits = default_calendar(language), default_digits(language)
    return Reader(language=language, calendar=calendar, digits=digits, theme=theme_asked())


def language_asked() -> str:
    return session.get("language") or request.accept_languages.best_match(list(LANGUAGES)) or "en"


def theme_asked() -> str:
    return session.get("theme", "system")


def default_calendar(language: str) -> str:
    return "jalali" if language == "fa" else "gregorian"


def default_digits(language: str) -> str:
    return "persian" if language == "fa" else "latin"


def current_reader() -> Reader:
    """The reader itself, for code that asks it several things in a row: each question through `reader` looks it up."""
    return g_here().get("reader") or Reader()


reader: Reader = LocalProxy(current_reader)  # type: ignore[assignment]
