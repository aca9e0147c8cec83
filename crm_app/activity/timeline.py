"""Events in sentences: what happened to a record, day by day, as its page tells it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from markupsafe import Markup

from crm_app.accounts.models import User
from crm_app.activity import queries
from crm_app.activity.models import Event
from crm_app.activity.names import narrowed
from crm_app.activity.sentences import SENTENCES, put_in, shown, something
from crm_app.extensions import db
from crm_app.web import formats
from crm_app.web.reader import reader
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


class Entry(NamedTuple):
    """`event` is its number in the log; `lines` tell each of several changes; `text` is what a person wrote."""

    event: int
    who: User | None
    sentence: Markup
    at: datetime
    icon: str
    kind: str
    text: str
    lines: Sequence[Markup]


class Day(NamedTuple):
    label: str
    entries: list[Entry]


class History(NamedTuple):
    """`before` is what the address of the older ones takes, None at the beginning of things."""

    days: list[Day]
    before: int | None


def history(subject: Any, words: Words, before: int | None = None) -> History:
    """The newest events of a record that the reader may see, or those older than event `before`."""
    events = queries.about(subject).limit(SHOWN + 1)
    if before is not None:
        events = events.where(Event.id < before)
    found = list(db.session.scalars(events))
    return History(days(found[:SHOWN], narrowed(found, words)), found[SHOWN - 1].id if len(found) > SHOWN else None)


def days(events: Iterable[Event], words: Words) -> list[Day]:
    """Events, newest first, as days of entries. `words` maps a field to its label, or to a `Word`."""
    told: list[tuple[date, Day]] = []
    for event in events:
        local = reader.local(event.at).date()
        if not told or told[-1][0] != local:
            told.append((local, Day(_day_label(local), [])))
        told[-1][1].entries.append(_entry(event, words))
    return [day for _local, day in told]


def _day_label(day: date) -> str:
    written = formats.day(day, "long")
    if day == reader.today():
        return _("Today, %(day)s", day=written)
    if day == reader.today() - timedelta(days=1):
        return _("Yesterday, %(day)s", day=written)
    return written


def _entry(event: Event, words: Words) -> Entry:
    facts = event.particulars or {}
    who = Markup("<b><bdi>{}</bdi></b>").format(event.actor.name if event.actor else _("Peyvand"))
    lines: list[Markup] = []
    if event.verb == "changed":
        sentence, lines = _changed(who, facts.get("changes") or {}, words)
    else:
        sentence = SENTENCES.get(event.verb, something)(who, facts)
    text = facts.get("text") or facts.get("reason") or ""
    return Entry(
        event.id,
        event.actor,
        sentence,
        event.at,
        _ICONS.get(event.verb, "info"),
        event.verb.split()[0],
        str(text),
        lines,
    )


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
        "%(who)s changed %(count)s fact", "%(who)s changed %(count)s facts", len(told), who="%(who)s", count=count
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
