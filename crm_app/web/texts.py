"""Texts in the reader's language, out of flask-babel's catalogues, each looked up once.

flask-babel itself asks anew for every text what language it is in; pages ask for hundreds.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from babel import localedata
from flask import Flask, g, has_app_context
from flask_babel import LazyString, force_locale, get_translations
from markupsafe import Markup

from crm_app.web.here import g_here
from crm_app.web.reader import LANGUAGES, locale_of


def init_app(app: Flask) -> None:
    known = app.jinja_env.globals
    known.update(_=_safe_text, gettext=_safe_text, ngettext=safe_ngettext, pgettext=_safe_text_in)
    del known["npgettext"]


def read_all(app: Flask) -> None:
    """Catalogues, and how each language writes numbers and days."""
    with app.test_request_context():
        for locale in map(locale_of, LANGUAGES):
            localedata.load(str(locale))
            with in_language(str(locale)):
                _catalogue()


class _Found(dict[str, Any]):
    """Texts by what stands in the program for them."""

    def __init__(self, find: Callable[[str], Any]):
        super().__init__()
        self._find = find

    def __missing__(self, text: str) -> Any:
        found = self[text] = self._find(text)
        return found


class _Catalogue:
    """One language's texts; `safe` as templates write them."""

    def __init__(self, translations: Any):
        self.translations = translations
        self.texts = _Found(translations.ugettext)
        self.safe = _Found(lambda text: Markup(self.texts[text]))  # noqa: S704 - a translation, and nobody's input


_of_translations = lru_cache(_Catalogue)


def gettext(text: str, /, **variables: Any) -> str:
    found = _catalogue().texts[text]
    return found % variables if variables else found


def ngettext(one: str, many: str, number: int, /, **variables: Any) -> str:
    found = _catalogue().translations.ungettext(one, many, number)
    return found % {"num": number, **variables}


def safe_ngettext(one: str, many: str, number: int, /, **variables: Any) -> Markup:
    """What `ngettext` gives, as templates write it: of the values, markup stays what it is."""
    return Markup(_catalogue().translations.ungettext(one, many, number)) % {"num": number, **variables}  # noqa: S704


def pgettext(context: str, text: str, /, **variables: Any) -> str:
    """The text as it is said of something; where two languages need two words, English has one."""
    found = _catalogue().translations.upgettext(context, text)
    return found % variables if variables else found


def lazy_gettext(text: str, /, **variables: Any) -> LazyString:
    return LazyString(gettext, text, **variables)


def lazy_pgettext(context: str, text: str, /, **variables: Any) -> LazyString:
    return LazyString(pgettext, context, text, **variables)


@contextmanager
def in_language(locale: str) -> Iterator[None]:
    """All texts within are of that language, whoever reads."""
    before = g.pop("catalogue", None)
    try:
        with force_locale(locale):
            yield
    finally:
        g.catalogue = before


def _safe_text(text: str, /, **variables: Any) -> Markup:
    found = _catalogue().safe[text]
    return found % variables if variables else found


def _safe_text_in(context: str, text: str, /, **variables: Any) -> Markup:
    found = Markup(_catalogue().translations.upgettext(context, text))  # noqa: S704
    return found % variables if variables else found


def _catalogue() -> _Catalogue:
    """Of this request or job; forgotten when `read_as` changes the reader."""
    if not has_app_context():
        return _of_translations(get_translations())
    context = g_here()
    found = context.get("catalogue")
    if found is None:
        found = context.catalogue = _of_translations(get_translations())
    return found
