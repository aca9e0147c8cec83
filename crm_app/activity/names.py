"""Names of other records in what is told of one: only those that the reader may know."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_app.activity.models import Event

# In the place of a name that the reader may not know.
UNKNOWN = "–"


def narrowed(events: Sequence[Event], words: Mapping[str, Any]) -> Mapping[str, Any]:
    """The words, those with a `known` showing nothing that it does not give back; each is asked once for all events."""
    asked = {field: word for field, word in words.items() if getattr(word, "known", None)}
    return {**words, **{field: _narrowed(word, _names(events, field)) for field, word in asked.items()}}


def _narrowed(word: Any, names: set[str]) -> Any:
    known = word.known(names) if names else set()
    return word._replace(show=lambda name: name if name in known else UNKNOWN)


def _names(events: Sequence[Event], field: str) -> set[str]:
    changes = [(event.particulars or {}).get("changes") or {} for event in events]
    return {name for change in changes for name in change.get(field, ()) if isinstance(name, str) and name}
