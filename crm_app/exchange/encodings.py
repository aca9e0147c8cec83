"""Which encoding a file is written in: by its mark, by its form, else by which letters its bytes would make."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from crm_app.web.texts import lazy_gettext as _l

# By the name that Python has for each; the first six are found out, the others can be chosen.
ENCODINGS = {
    "utf-8": _l("UTF-8 (all scripts)"),
    "utf-16-le": _l("UTF-16, little-endian (all scripts)"),
    "utf-16-be": _l("UTF-16, big-endian (all scripts)"),
    "cp1252": _l("Windows-1252 (Western European)"),
    "cp1256": _l("Windows-1256 (Arabic and Persian)"),
    "gb18030": _l("GBK or GB18030 (Chinese)"),
    "iso8859-6": _l("ISO-8859-6 (Arabic)"),
    "big5": _l("Big5 (traditional Chinese)"),
    "cp1250": _l("Windows-1250 (Central European)"),
    "cp1251": _l("Windows-1251 (Cyrillic)"),
}
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_PIECE = 1 << 20
_MOST_WORDS = 4000
# Cells and words apart; none of these bytes is ever the second half of a Chinese character.
_WORD = re.compile(rb'[^\s,;"\x00]{1,120}')
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_FOREIGN = re.compile(rb"[\x80-\xff]")
_ARABIC = re.compile(r"[ء-يپچژگکی\u200cً-ْ]")
_ARABIC_OFTEN = frozenset("اليينمروتبدسهعحشكق")
_LATIN_LETTER = re.compile(r"[A-Za-z]")


class _Words(NamedTuple):
    """Some words of a file that hold bytes beyond ASCII, and how many such bytes they hold."""

    words: list[bytes]
    foreign: int


def detected(path: Path) -> str:
    """The likeliest of the encodings that are found out; UTF-8 for a file that ASCII is enough for."""
    with path.open("rb") as file:
        beginning = file.read(64 * 1024)
    said = _said(beginning)
    return said or ("utf-8" if _is_utf_8(path) else _likeliest(_words(path)))


def is_utf_16(beginning: bytes) -> bool:
    return _said(beginning).startswith("utf-16")


def _said(beginning: bytes) -> str:
    """What the mark at the beginning says, or the zeros of UTF-16."""
    marked = next((encoding for mark, encoding in _MARKS.items() if beginning.startswith(mark)), "")
    return marked or _utf_16(beginning)


def _utf_16(beginning: bytes) -> str:
    """Without a mark: separators, digits and line ends have a zero on one side, few letters on the other."""
    zeros = beginning[0::2].count(0), beginning[1::2].count(0)
    more = max(zeros)
    if more < 2 or more < len(beginning) * 0.02 or min(zeros) * 4 > more:
        return ""
    return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"


def _is_utf_8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in _pieces(path):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _words(path: Path) -> _Words:
    words: list[bytes] = []
    for piece in _pieces(path):
        for match in _WORD.finditer(piece):
            if not match[0].isascii():
                words.append(match[0])
                if len(words) == _MOST_WORDS:
                    break
        if len(words) == _MOST_WORDS:
            break
    return _Words(words, sum(len(_FOREIGN.findall(word)) for word in words))


def _likeliest(found: _Words) -> str:
    """The share of bytes that make sense in each encoding decides; damaged UTF-8 is still UTF-8."""
    as_utf_8 = sum(len(letter) for word in found.words for letter in _UTF8_LETTER.findall(word))
    if as_utf_8 * 2 > found.foreign:
        return "utf-8"
    scores = {
        "cp1252": sum(map(_latin, found.words)),
        "cp1256": sum(_arabic(word, "cp1256") for word in found.words),
        "iso8859-6": sum(_arabic(word, "iso8859-6") for word in found.words),
        "gb18030": sum(map(_chinese, found.words)),
    }
    return max(scores, key=lambda encoding: scores[encoding])


def _latin(word: bytes) -> float:
    """Accented letters stand among plain ones; signs such as a dash or a quotation mark prove little."""
    text = word.decode("cp1252", "replace")
    if not _LATIN_LETTER.search(text):
        return 0.3 if len(word) == 1 else 0
    return sum(1 for letter in text if letter > "\x7f" and letter.isalpha() and letter not in "×÷þÞðÐ") + 0.3


def _arabic(word: bytes, encoding: str) -> float:
    """Whole words of Arabic letters, the frequent ones counting most."""
    text = word.decode(encoding, "replace")
    if _LATIN_LETTER.search(text) or "�" in text:
        return 0
    letters = _ARABIC.findall(text)
    return sum(1 if letter in _ARABIC_OFTEN else 0.7 for letter in letters) if len(letters) > 1 else 0.2


def _chinese(word: bytes) -> float:
    """Pairs of bytes that are everyday characters or the punctuation between them."""
    try:
        text = word.decode("gb18030")
    except UnicodeDecodeError:
        return 0
    pairs = (letter.encode("gb18030") for letter in text if letter > "\x7f")
    everyday = sum(2 for pair in pairs if len(pair) == 2 and pair[1] >= 0xA1 and _is_everyday(pair[0]))
    return everyday * 1.1


def _is_everyday(lead: int) -> bool:
    return 0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA3
