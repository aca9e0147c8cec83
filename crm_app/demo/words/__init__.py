"""The words of which the demo company is made, a file of them for each language."""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

LANGUAGES = ("en", "fa", "zh")
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


class Named(NamedTuple):
    """A name, and what addresses write for it."""

    name: str
    latin: str


@cache
def of_language(language: str) -> dict[str, Any]:
    return json.loads((Path(__file__).parent / f"{language}.json").read_text(encoding="utf-8"))


def named(text: str) -> Named:
    """`name|latin` as the files write it."""
    return Named(*text.split("|"))


def counted(pattern: str, number: int, language: str) -> str:
    """A title with its number in the digits of the language."""
    written = str(number)
    return pattern.format(n=written.translate(_PERSIAN) if language == "fa" else written)
