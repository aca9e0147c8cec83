"""Pages and commands, found by what they are called.

The ways through Peyvand are known above the search: whoever knows them tells which the reader may go.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from flask import Flask, current_app

from crm_app.web.text import fold, search_key, search_words
from crm_app.web.texts import in_language

_ENGLISH = "en_US"


class Way(NamedTuple):
    """A page, or something to do: the page's link, or a button of the form of that id, or what opens that dialog.

    Found by its name and note in the reader's language and in English, and by the words in `also`. What `is_deep` is
    offered only to those who ask for it.
    """

    key: str
    name: str
    icon: str
    notes: Sequence[str] = ()
    also: str = ""
    url: str = ""
    form: str = ""
    field: str = ""
    value: str = ""
    dialog: str = ""
    language: str = ""
    is_deep: bool = False


class Ways(NamedTuple):
    pages: list[Way]
    commands: list[Way]


# Of whoever reads this page, in the reader's language.
Provider = Callable[[], Ways]


def provide(app: Flask, provider: Provider) -> None:
    app.extensions["ways"] = provider


def all_ways() -> Ways:
    return current_app.extensions["ways"]()


def matching(text: str) -> Ways:
    """Those in which every word begins a word; Chinese is written without spaces, so there it may stand anywhere."""
    words = search_words(text)
    with in_language(_ENGLISH):
        english = {way.key: (way.name, *way.notes) for ways in all_ways() for way in ways}

    def sought(ways: list[Way]) -> list[Way]:
        keys = {way.key: search_key(way.name, *way.notes, *english[way.key], way.also) for way in ways}
        fits = [way for way in ways if all(_begins(word, keys[way.key]) for word in words)]
        return sorted(fits, key=lambda way: rank(text, way.name, english[way.key][0]))

    here = all_ways()
    return Ways(sought(here.pages), sought(here.commands))


def rank(text: str, *names: str) -> int:
    """How well any of the names answers the text: 0 is that name, 1 begins with it, 2 only holds it."""
    asked = fold(text)
    folded = [fold(name) for name in names]
    return 0 if asked in folded else 1 if any(name.startswith(asked) for name in folded) else 2


def _begins(word: str, key: str) -> bool:
    return f" {word}" in key or (word in key and any("\u3400" <= letter <= "\u9fff" for letter in word))
