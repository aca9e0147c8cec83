"""Names of other records in what is told of one: only those that the reader may know."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_app.activity.queries import Told

# In the place of a name that the reader may not know.
UNKNOWN = "–"


class Narrowed(dict[str, Any]):
    """Words, and which of the names that were asked about the reader may know."""

    known: frozenset[tuple[str, str]] = frozenset()


def narrowed(events: Sequence[Told], words: Mapping[str, Any]) -> Narrowed:
    """The words, those with a `known` showing nothing that it does not give back; each is asked once for all events."""
    found = Narrowed(words)
    for field, word in words.items():
        if getattr(word, "known", None):
            names = _names(events, field)
            known = frozenset(word.known(names) if names else ())
            found[field] = _narrowed(word, known)
            found.known |= {(field, name) for name in known}
    return found


def _narrowed(word: Any, known: frozenset[str]) -> Any:
    return word._replace(show=lambda name: name if name in known else UNKNOWN)


def _names(events: Sequence[Told], field: str) -> set[str]:
    changes = [(event.particulars or {}).get("changes") or {} for event in events]
    return {name for change in changes for name in change.get(field, ()) if isinstance(name, str) and name}
