"""The words by which records are found: the tokens that an index holds of a text, and what a typed text asks of them.

Latin, Persian and the like are kept as whole words and asked for by their beginnings. Chinese and Japanese are written
without spaces: they are kept and asked for as single characters and pairs. A token is letters and digits only, so
nothing that anybody types means more to a database than a word.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, Self

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from crm_app.web.text import fold

# The number of the rules below: raise it with every change of them, and indexes made by older ones are made anew.
SCHEME = 2

_LONGEST = 64
_MOST_GROUPS = 16
_TYPED = 200
# Private letters, which no text has once it is folded: they set apart the tokens that are not words.
_OWNED, _BINNED = "\ue001", "\ue002"
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_ARABIC = "\u0620-\u064a\u066e-\u06d3"
_PART = re.compile(rf"[{_UNSPACED}]+|[{_ARABIC}]+|[^\W_{_UNSPACED}{_ARABIC}]+")
_NUMBER = re.compile(r"(?<![^\W_])\+?\(?\d[\d\s()./-]*\d(?![^\W_])", re.ASCII)
# No word of these scripts has a letter three times running: سلاممم is سلام said with feeling.
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_SHORTEST_MENDED = 4
# Whole blessings in one sign, set behind a name by some and left out by others.
_HONORIFICS = re.compile("[\ufdf5\ufdfa\ufdfb\ufdfd]")
_SCHEME_OF_SITE = re.compile(r"^([a-z]+://)?(www\.)?")


class Term(NamedTuple):
    token: str
    is_beginning: bool = True


# One of the alternatives holds, if all its terms do.
Group = tuple[tuple[Term, ...], ...]


class Query(NamedTuple):
    """What a text asks for: of each group something must be there. Nothing at all is asked by a text without words."""

    groups: tuple[Group, ...]
    but: str = ""

    def __bool__(self) -> bool:
        return bool(self.groups)

    def owned_by(self, owners: Iterable[int | None]) -> Self:
        """Narrowed to records out of the bin that one of them owns; None is nobody."""
        owned = tuple((Term(_owned(owner), is_beginning=False),) for owner in owners)
        # Last: most records fail a word, and need not be asked whose they are.
        return self._replace(groups=(*self.groups, owned))

    def out_of_bin(self) -> Self:
        return self._replace(but=_BINNED)


def standing(owner: int | None, *, is_binned: bool) -> str:
    """The token of whose a record is, or that it lies in the bin."""
    return _BINNED if is_binned else _owned(owner)


@lru_cache(maxsize=2048)
def words(text: str) -> tuple[str, ...]:
    """The tokens of a name: words with something between their letters are found joined and split."""
    found: list[str] = []
    before: list[str] = []
    for chunk in fold(text).split():
        parts = _PART.findall(chunk)
        whole = "".join(parts)
        for part in parts:
            found += _grams(part) if _is_unspaced(part) else [part]
        found += [whole] if len(parts) > 1 else []
        # A word that is joined inside stands beside its neighbours as one.
        wholes = [whole] if whole else []
        found += [before[0] + whole] if _is_arabic(before) and _is_arabic(wholes) else []
        before = wholes
    return tuple(dict.fromkeys(token[:_LONGEST] for token in found))


def email_tokens(text: str) -> Iterator[str]:
    """The whole address, what stands before the @ and after it, and the words of both but the last."""
    local, _at, domain = fold(text).rpartition("@")
    labels = domain.split(".")
    yield from (_joined(f"{local}{domain}"), _joined(local), _joined(domain))
    yield from words(f"{local} {' '.join(labels[:-1])}")


def site_tokens(text: str) -> Iterator[str]:
    host, _slash, path = _SCHEME_OF_SITE.sub("", fold(text)).partition("/")
    yield _joined(host)
    yield from words(f"{' '.join(host.split('.')[:-1])} {path}")


def phone_tokens(text: str) -> Iterator[str]:
    """All digits, the number inside its country with and without the 0, and the last digits."""
    for number in _NUMBER.findall(fold(text).replace("(0)", "")):
        digits = _digits(number)
        home = _inside_country(number) or digits.lstrip("0")
        yield from (digits, home, f"0{home}")
        yield from (digits[-count:] for count in (4, 7, 8) if len(digits) > count)


def query(text: str) -> Query:
    """What a typed text asks for; a long one by its beginning."""
    text = text[:_TYPED]
    folded = (fold(_HONORIFICS.sub(" ", text)) or fold(text)).replace("(0)", "")
    groups: list[Group] = []
    place = 0
    for number in _NUMBER.finditer(folded):
        if len(_digits(number[0])) > 2:
            groups += _asked(folded[place : number.start()])
            groups.append(_asked_number(number[0]))
            place = number.end()
    groups += _asked(folded[place:])
    return Query(tuple(map(_with_mended, groups[:_MOST_GROUPS])))


def _with_mended(group: Group) -> Group:
    """Or what is meant, where letters are drawn out."""
    mended = (
        tuple(term._replace(token=_DRAWN_OUT.sub(kept, term.token)) for term in terms)
        for terms in group
        for kept in (r"\1\1", r"\1")
        if any(_DRAWN_OUT.search(term.token) for term in terms)
    )
    return (*group, *(terms for terms in mended if all(len(term.token) >= _SHORTEST_MENDED for term in terms)))


def _asked(folded: str) -> Iterator[Group]:
    before: list[str] = []
    for chunk, parts in map(_asked_of, folded.split()):
        if "@" in chunk and parts:
            yield (_beginning(["".join(parts)]),)
        elif _is_arabic(parts):
            # Joined to what follows it begins as it does alone, so that is found already.
            yield tuple(
                _beginning(["".join(one)]) for one in ([parts, before + parts] if _is_arabic(before) else [parts])
            )
        elif any(map(_is_unspaced, parts)):
            for part in parts:
                yield from _asked_grams(part) if _is_unspaced(part) else [(_beginning([part]),)]
        elif len(parts) > 1:
            yield (_beginning(["".join(parts)]), _beginning(parts))
        elif parts:
            yield (_beginning(parts),)
        before = parts


def _asked_of(chunk: str) -> tuple[str, list[str]]:
    """What stands between two spaces, and its words; of the address of a page its host."""
    if "://" in chunk or chunk.startswith("www."):
        chunk = _SCHEME_OF_SITE.sub("", chunk).partition("/")[0]
    return chunk, _PART.findall(chunk)


def _asked_grams(run: str) -> Iterator[Group]:
    pairs = [run[i : i + 2] for i in range(len(run) - 1)]
    yield from (((Term(token, is_beginning=False),),) for token in pairs or [run])


def _asked_number(number: str) -> Group:
    """The digits as one number, as it is dialled inside its country, or each of its parts as a word."""
    parts = re.findall(r"\d+", number, re.ASCII)
    wholes = [_digits(number)]
    if home := _inside_country(number):
        wholes += [home, f"0{home}"]
    together = [_beginning([whole]) for whole in dict.fromkeys(wholes)]
    # Whoever begins with a plus means one number; its parts would be sought among the beginnings of all numbers.
    is_one = parts == wholes[:1] or number.lstrip("(").startswith("+")
    return tuple(together) if is_one else (*together, _beginning(parts))


def _beginning(parts: Sequence[str]) -> tuple[Term, ...]:
    return tuple(Term(part[:_LONGEST]) for part in parts)


def _grams(run: str) -> list[str]:
    return [*run, *(run[i : i + 2] for i in range(len(run) - 1))]


def _is_unspaced(part: str) -> bool:
    return part[0] >= "\u3040" and re.match(f"[{_UNSPACED}]", part) is not None


def _is_arabic(parts: list[str]) -> bool:
    """Whether it is one word of the letters in which what one writes as two words, another writes as one."""
    return len(parts) == 1 and re.fullmatch(f"[{_ARABIC}]+", parts[0]) is not None


def _joined(chunk: str) -> str:
    return "".join(_PART.findall(chunk))[:_LONGEST]


def _owned(owner: int | None) -> str:
    return f"{_OWNED}{owner or 0}"


def _is_abroad(number: str) -> bool:
    """Whether it begins with the code of a country: marked so, or too long to be one at home."""
    digits = re.sub(r"\D", "", number, flags=re.ASCII)
    return number.lstrip("(").startswith(("+", "00")) or (len(digits) > 11 and digits[0] != "0")


def _digits(number: str) -> str:
    """The digits of a number, without what is dialled to leave a country."""
    digits = re.sub(r"\D", "", number, flags=re.ASCII)
    return digits[2:] if digits.startswith("00") and len(digits) > 4 else digits


def _inside_country(number: str) -> str:
    """The number without the code of its country, where it begins with one."""
    digits = _digits(number)
    if not _is_abroad(number) or len(digits) < 6:
        return ""
    lengths = (count for count in (1, 2, 3) if int(digits[:count]) in COUNTRY_CODE_TO_REGION_CODE)
    return digits[next(lengths, 0) :].lstrip("0")
