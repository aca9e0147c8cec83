"""Countries by the names that people write: codes, English, Persian, Chinese, and a few everyday ones."""

from functools import cache

from babel import Locale

from crm_app.exchange.matching import Entry, Lookup
from crm_app.web.reader import reader

_ALIASES = {
    "US": ("USA", "U.S.A.", "U.S.", "United States of America", "America", "آمریکا", "امریکا"),
    "GB": ("UK", "U.K.", "Great Britain", "England", "Britain", "انگلستان", "انگلیس", "英格兰"),
    "AE": ("UAE", "Emirates", "امارات"),
    "KR": ("Republic of Korea", "کره جنوبی"),
    "CZ": ("Czech Republic",),
    "RU": ("Russian Federation",),
    "TR": ("Turkey",),
    "IR": ("Islamic Republic of Iran", "Persia"),
    "NL": ("Holland", "The Netherlands"),
    "CN": ("PRC", "People's Republic of China", "中华人民共和国"),
    "VN": ("Viet Nam",),
    "MM": ("Burma",),
    "CI": ("Ivory Coast",),
    "CV": ("Cape Verde",),
    "MK": ("Macedonia",),
    "SZ": ("Swaziland",),
}
# Said of a country, but not its name: offered first, never taken unasked.
_HINTS = {"korea": "KR", "holand": "NL"}


def lookup() -> Lookup:
    """All countries as entries whose id is the ISO code, named in the reader's language."""
    return _in(reader.language)


@cache
def _in(language: str) -> Lookup:
    names = {code: [code] for code in Locale.parse("en").territories if len(code) == 2 and code.isalpha()}
    for tongue in ("en", "fa", "zh"):
        for code, name in Locale.parse(tongue).territories.items():
            if code in names:
                names[code].append(name)
    named = Locale.parse(language).territories
    entries = [
        Entry(code, str(named.get(code, code)), (*texts, *_ALIASES.get(code, ())))
        for code, texts in sorted(names.items())
        if code not in ("ZZ", "EU", "EZ", "UN", "QO", "XA", "XB")
    ]
    return Lookup(entries, is_vocabulary=True, hints=_HINTS)
