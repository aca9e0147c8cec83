"""What a file's words stand for: headers to fields by their synonyms, values to records exactly or as a suggestion."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from crm_app.exchange.fields import Field
from crm_app.web.text import fold, match_key

_ALIKE = 82
_LONGEST_COMPARED = 200
_MOST_SUGGESTIONS = 300


class Entry(NamedTuple):
    """Something a value can stand for, by its name and its other names. `id` is empty for what the file will make."""

    id: Any
    name: str
    others: tuple[str, ...] = ()


class Suggestion(NamedTuple):
    """`is_sure` where only spaces, points or case differ, or one word of a small vocabulary is misspelt."""

    entry: Entry
    is_sure: bool


class Lookup:
    """Entries found by name. Two records of one name are found by neither: the value is ambiguous."""

    def __init__(
        self, entries: Iterable[Entry], *, is_vocabulary: bool = False, hints: Mapping[str, str] | None = None
    ):
        self.entries = list(entries)
        self.is_vocabulary = is_vocabulary
        self._exact: dict[str, list[Entry]] = {}
        self._loose: dict[str, list[Entry]] = {}
        self._hints = hints or {}
        self._suggested: dict[str, Suggestion | None] = {}
        for entry in self.entries:
            self._add(entry)

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._add(entry)

    def all_named(self, text: str) -> list[Entry]:
        return self._exact.get(fold(text), [])

    def find(self, text: str) -> Entry | None:
        found = self.all_named(text)
        return found[0] if len({entry.id for entry in found}) == 1 else None

    def choices(self, most: int) -> list[str]:
        """All names in their order; none where there are more than `most`."""
        names = sorted({entry.name for entry in self.entries}, key=str.casefold)
        return names if len(names) <= most else []

    def suggest(self, text: str) -> Suggestion | None:
        """What the text may mean; None where nothing is near enough. Remembered, for a value stands in many rows."""
        key = fold(text)
        if key not in self._suggested:
            # Comparing costs; a file in which nothing fits is a file for another place.
            full = len(self._suggested) >= _MOST_SUGGESTIONS
            self._suggested[key] = None if full else self._nearest(key)
        return self._suggested[key]

    def _nearest(self, key: str) -> Suggestion | None:
        loose = self._loose.get(match_key(key), [])
        if len({entry.id for entry in loose}) == 1:
            return Suggestion(loose[0], True)
        if loose or len(key) > _LONGEST_COMPARED:
            return None
        if key in self._hints:
            return Suggestion(next(entry for entry in self.entries if entry.id == self._hints[key]), True)
        from rapidfuzz import fuzz, process

        best = process.extractOne(key, self._exact.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        if best is None or len(self._exact[best[0]]) > 1:
            return None
        return Suggestion(self._exact[best[0]][0], self.is_vocabulary)

    def _add(self, entry: Entry) -> None:
        names = [entry.name, *entry.others]
        for key in {fold(name) for name in names if name}:
            self._exact.setdefault(key, []).append(entry)
        for key in {match_key(name) for name in names if name} - {""}:
            self._loose.setdefault(key, []).append(entry)


def known_headers(fields: Sequence[Field]) -> frozenset[str]:
    return frozenset(name for field in fields for name in field.names)


def match_columns(header: Sequence[str], fields: Sequence[Field]) -> dict[str, str]:
    """Header -> field key for the columns whose names are known; the better names of a field first.

    Of a field that may not repeat, only one.
    """
    keys = {name: match_key(name) for name in header}
    wishes = sorted(
        (field.names.index(key), position, name, field.key, field.may_repeat)
        for position, (name, key) in enumerate(keys.items())
        for field in fields
        if key in field.names
    )
    matched: dict[str, str] = {}
    for _preference, _position, name, field_key, may_repeat in wishes:
        if name not in matched and (may_repeat or field_key not in matched.values()):
            matched[name] = field_key
    return {name: matched[name] for name in header if name in matched}
