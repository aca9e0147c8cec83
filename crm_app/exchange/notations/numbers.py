"""Numbers as files write them: which of point and comma is the decimal sign, where one cell alone does not say."""

import re

from crm_app.web import formats
from crm_app.web.text import latin_digits
from crm_app.web.texts import lazy_gettext as _l

LABELS = {".": _l("decimal point"), ",": _l("decimal comma")}
NOTATIONS = tuple(LABELS)
_MOST_SAMPLES = 3
_SIGNS = re.compile(r"[^\d.,]", re.ASCII)
# Three figures after the only sign and no more than three before it: a thousand, or a fraction.
_EITHER = re.compile(r"[1-9]\d{0,2}([.,])\d{3}", re.ASCII)
_GROUPS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})+", re.ASCII)
_FRACTION = re.compile(r"\d*([.,])(?:\d{1,2}|\d{5,})|0?([.,])\d+|\d{4,}([.,])\d{3}", re.ASCII)
_SWAPPED = str.maketrans(".,", ",.")


class Seen:
    """What the cells of a column prove together. `samples` are cells that can be read in both ways, or by the comma."""

    def __init__(self) -> None:
        self.samples: list[str] = []
        self._proven: set[str] = set()

    choices = list(NOTATIONS)

    def take(self, text: str) -> None:
        sign = decimal_sign(text)
        if sign:
            self._proven.add(sign)
        if (sign == "," or can_be_both(text)) and len(self.samples) < _MOST_SAMPLES:
            self.samples.append(text[:40])

    @property
    def proven(self) -> str:
        return next(iter(self._proven)) if len(self._proven) == 1 else ""


def can_be_both(text: str) -> bool:
    return bool(_EITHER.fullmatch(_bare(text)))


def decimal_sign(text: str) -> str:
    """The decimal sign that a cell proves by itself; nothing for one without, or one that may be either."""
    bare = _bare(text)
    if "." in bare and "," in bare:
        return max(".,", key=bare.rfind)
    if match := _GROUPS.fullmatch(bare):
        return "," if match[1] == "." else "."
    match = _FRACTION.fullmatch(bare)
    return next(sign for sign in match.groups() if sign) if match else ""


def _bare(text: str) -> str:
    """Figures, points and commas. The Persian signs are no others' and say what they are."""
    if "٫" in text or "٬" in text:
        return ""
    return _SIGNS.sub("", latin_digits(text))


def as_pointed(text: str, notation: str) -> str:
    """The text with the point as its decimal sign and commas between thousands."""
    return text.translate(_SWAPPED) if notation == "," and "٫" not in text and "٬" not in text else text


def told(text: str, notation: str) -> str:
    try:
        return formats.num(formats.parse_number(as_pointed(_SIGNS.sub("", latin_digits(text)), notation)), 3)
    except (ValueError, ArithmeticError):
        return ""
