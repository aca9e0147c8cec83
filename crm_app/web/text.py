"""Text as people type it in Persian, Arabic, Chinese and Latin: cleaning it, finding it, sorting it."""

import re
import unicodedata

ZWNJ = "\u200c"
_DIGITS = {
    ord(c): str(i) for digits in ("۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９") for i, c in enumerate(digits)
}
_INVISIBLE = "\u200b\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u00ad\u061c"
# Letters, a space and marks by their kind, but nothing is drawn of them alone.
_UNDRAWN = "\u034f\u115f\u1160\u2800\u3164\ufe0e\ufe0f\uffa0"
_CONTROL = {c: None for c in (*range(0x20), *range(0x7F, 0xA0)) if c not in (0x09, 0x0A, 0x0D)}
_ARABIC_FORMS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"})


def _fold_table() -> dict[int, str | None]:
    table: dict[int, str | None] = dict(_DIGITS) | _CONTROL
    for letters, folded in (
        ("يىېےۍئ", "ی"), ("كڪ", "ک"), ("ةۀەہھ", "ه"), ("أإآٱ", "ا"), ("ؤۇۆ", "و"),
        ("٫", "."), ("٬", ","), ("،؛؟", " "), ("\u2019\u02bc`´", "'"),
    ):  # fmt: skip
        table.update(dict.fromkeys(map(ord, letters), folded))
    marks = (*range(0x610, 0x61B), *range(0x64B, 0x660), 0x670, *range(0x6D6, 0x6EE))
    table.update(dict.fromkeys(marks))
    table.update(dict.fromkeys(map(ord, "ءٔ\u0640" + _INVISIBLE)))
    return table


FOLDED = _fold_table()


def latin_digits(text: str) -> str:
    return text.translate(_DIGITS)


def clean(text: str | None, *, lines: bool = False) -> str:
    """What is stored of typed text: NFC, Persian letters for their Arabic look-alikes, no control characters.

    Nothing, where nothing of it can be seen: a name must be there to be clicked on.
    """
    text = unicodedata.normalize("NFC", text or "").translate(_CONTROL).translate(_ARABIC_FORMS)
    if not text.isascii():
        text = "".join(c for c in text if not 0xD800 <= ord(c) <= 0xDFFF)
    if lines:
        text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    else:
        text = re.sub(r"\s+", " ", text).strip(_INVISIBLE + " ")
    return text if text.isascii() or any(map(_is_drawn, text)) else ""


def _is_drawn(c: str) -> bool:
    return c not in _UNDRAWN and unicodedata.category(c) not in ("Cc", "Cf", "Zs", "Zl", "Zp")


def fold(text: str) -> str:
    """The form in which two spellings of one word are equal. Keeps the zero-width non-joiner; idempotent."""
    if text.isascii():
        # No composed letters, no marks: imports fold millions of such texts.
        return re.sub(r"\s+", " ", text.translate(FOLDED).casefold()).strip()
    text = unicodedata.normalize("NFKC", text).translate(FOLDED).casefold()
    text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).translate(FOLDED)).strip()


def search_key(*texts: str | None) -> str:
    """One folded line of all texts, to look for words in; joined and split words are both found."""
    folded = fold(" ".join(text for text in texts if text))
    if ZWNJ in folded:
        folded = f"{folded.replace(ZWNJ, '')} {folded.replace(ZWNJ, ' ')}"
    return f" {folded} "


def search_words(text: str) -> list[str]:
    """The words to look for in search keys: at most ten, the parts of a joined word each by itself."""
    return fold(text[:200]).replace(ZWNJ, " ").split()[:10]


def sign_in_address(text: str) -> str:
    """As it is kept and looked up: in small letters, but not folded, as a domain with ß is not the one with ss."""
    return text.lower()


def match_key(text: str) -> str:
    """The form in which names are compared for sameness: folded, without spaces and punctuation.

    C, C++ and C# stay apart, and so do names of signs alone.
    """
    folded = fold(text)
    return "".join(c for c in folded if c.isalnum() or c in "+#") or folded.replace(" ", "")


def name_key(name: str | None) -> str:
    """`match_key` of a name or title, as far as it is kept: folding can make a text longer."""
    return match_key(name or "")[:200]


def code_key(code: str | None) -> str:
    """`match_key` of a code, as far as it is kept."""
    return match_key(code or "")[:60]


_PERSIAN_ORDER = {c: chr(0x2000 + i) for i, c in enumerate("آاءبپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی")}
_PERSIAN_ORDER |= {variant: _PERSIAN_ORDER[letter] for variant, letter in zip("أإٱؤئةۀيىك", "اااءءههییک", strict=True)}
_ASCII_ORDER = {code: chr(code).casefold() if chr(code).isalnum() else " " for code in range(1, 128)} | {0: None}
_UNSORTED = {ZWNJ, "\u200d", "\u200e", "\u200f", "\u0640"}


def sort_key(text: str) -> str:
    """Sorts the same on every database: Latin before Persian (in its own order) before Chinese (by pinyin).

    Chinese goes by GB18030, whose common characters stand in pinyin order.
    """
    if text.isascii():
        return text.translate(_ASCII_ORDER)[:255]
    parts = []
    for c in unicodedata.normalize("NFKC", text).translate(_DIGITS):
        if c in _UNSORTED or c == "\x00":
            continue
        if c in _PERSIAN_ORDER:
            parts.append(_PERSIAN_ORDER[c])
        elif "\u3400" <= c <= "\u9fff" or c >= "\U00020000":
            parts.append("\u4000" + "".join(chr(0x4100 + byte) for byte in c.encode("gb18030", "replace")))
        elif c.isalnum():
            folded = unicodedata.normalize("NFD", c.casefold())
            parts.append("".join(x for x in folded if unicodedata.category(x) != "Mn"))
        elif unicodedata.category(c) != "Mn":
            parts.append(" ")
    return "".join(parts)[:255]
