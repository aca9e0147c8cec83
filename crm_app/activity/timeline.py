"""Events in sentences: what happened to a record, day by day, as its page tells it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Any, NamedTuple

from markupsafe import Markup

from crm_app.activity import queries
from crm_app.activity.names import narrowed
from crm_app.activity.queries import Told
from crm_app.activity.sentences import SENTENCES, put_in, shown, something
from crm_app.web import formats
from crm_app.web.reader import current_reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext

SHOWN = 30
_ICONS = {
    "created": "plus",
    "changed": "pencil",
    "deleted": "trash-2",
    "restored": "undo-2",
    "noted": "sticky-note",
    "moved": "square-kanban",
    "won": "trophy",
    "lost": "thumbs-down",
    "reopened": "refresh-cw",
    "taken back": "undo-2",
    "snoozed": "moon",
    "woken": "sun",
    "imported": "upload",
    "import undone": "undo-2",
    "target changed": "target",
}


class Word(NamedTuple):
    """How a field is called, and how its values are written where the usual way would be wrong (a year, a code).

    `known`, for names of other records, gives back those among them that the reader may know.
    """

    label: Any
    show: Callable[[Any], object] | None = None
    known: Callable[[set[str]], set[str]] | None = None


Words = Mapping[str, Any]


class Entry:
    """One event, told once somebody asks. `face` stands for all that is read of it, so that its HTML can be kept.

    `event` is its number in the log; `lines` tell each of several changes; `text` is what a person wrote.
    """

    def __init__(self, event: Told, words: Words) -> None:
        self.event, self.at, self._actor = event.id, event.at, event.actor
        self.icon, self.kind = _ICONS.get(event.verb, "info"), event.verb.split()[0]
        self._verb, self._words, self._facts = event.verb, words, event.particulars or {}
        read = *event, getattr(words, "known", None)
        self.face = blake2b(repr(read).encode("utf-8", "surrogatepass"), digest_size=16).digest()

    @property
    def text(self) -> str:
        return str(self._facts.get("text") or self._facts.get("reason") or "")

    @property
    def sentence(self) -> Markup:
        return self._told[0]

    @property
    def lines(self) -> Sequence[Markup]:
        return self._told[1]

    @cached_property
    def _told(self) -> tuple[Markup, list[Markup]]:
        who = Markup("<b><bdi>{}</bdi></b>").format(self._actor or _("Peyvand"))
        if self._verb == "changed":
            return _changed(who, self._facts.get("changes") or {}, self._words)
        return SENTENCES.get(self._verb, something)(who, self._facts), []


class Day(NamedTuple):
    label: str
    entries: list[Entry]


class History(NamedTuple):
    """`before` is what the address of the older ones takes, None at the beginning of things."""

    days: list[Day]
    before: int | None
    events: Sequence[Told] = ()


def history(subject: Any, words: Words, before: int | None = None) -> History:
    """The newest events of a record that the reader may see, or those older than event `before`."""
    found = queries.newest_about(subject, SHOWN + 1, before)
    older = found[SHOWN - 1].id if len(found) > SHOWN else None
    return History(days(found[:SHOWN], narrowed(found, words)), older, found)


def days(events: Iterable[Told], words: Words) -> list[Day]:
    """Events, newest first, as days of entries. `words` maps a field to its label, or to a `Word`."""
    told: list[tuple[date, Day]] = []
    reader = current_reader()
    today = reader.today()
    for event in events:
        local = reader.local(event.at).date()
        if not told or told[-1][0] != local:
            told.append((local, Day(_day_label(local, today), [])))
        told[-1][1].entries.append(Entry(event, words))
    return [day for _local, day in told]


def _day_label(day: date, today: date) -> str:
    written = formats.day(day, "long")
    if day == today:
        return _("Today, %(day)s", day=written)
    if day == today - timedelta(days=1):
        return _("Yesterday, %(day)s", day=written)
    return written


def _changed(who: Markup, changes: Mapping[str, Sequence[Any]], words: Words) -> tuple[Markup, list[Markup]]:
    told = [(*_worded(field, words), *values) for field, values in changes.items() if len(values) == 2]
    if len(told) == 1:
        label, show, before, after = told[0]
        return _one_change(who, label, show(before), show(after)), []
    lines = [
        put_in(
            _("%(field)s: %(before)s, now %(after)s"), field=label, before=show(before) or "–", after=show(after) or "–"
        )
        for label, show, before, after in told
    ]
    count = formats.num(len(told))
    sentence = ngettext(
        "%(who)s changed %(count)s field", "%(who)s changed %(count)s fields", len(told), who="%(who)s", count=count
    )
    return put_in(sentence, who=who), lines


def _one_change(who: Markup, label: str, before: object, after: object) -> Markup:
    values = {"who": who, "field": label, "before": before, "after": after}
    if not before:
        return put_in(_("%(who)s set %(field)s to %(after)s"), **values)
    if not after:
        return put_in(_("%(who)s cleared %(field)s, which was %(before)s"), **values)
    return put_in(_("%(who)s changed %(field)s from %(before)s to %(after)s"), **values)


def _worded(field: str, words: Words) -> tuple[str, Callable[[Any], object]]:
    word = words.get(field, field)
    if isinstance(word, Word):
        special = word.show
        return str(word.label), (lambda value: _own(special(value)) if special and value else shown(value))
    return str(word), shown


def _own(text: object) -> object:
    return text if isinstance(text, Markup) else formats.isolate(text)
