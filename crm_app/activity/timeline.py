"""Events in sentences: what happened to a record, day by day, as its page tells it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from babel.lists import format_list
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from crm_app.accounts.models import User
from crm_app.activity import queries
from crm_app.activity.models import Event
from crm_app.activity.names import narrowed
from crm_app.extensions import db
from crm_app.web import formats
from crm_app.web.money import Money, is_currency
from crm_app.web.reader import reader

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
    "imported": "upload",
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
    """`lines` tell each of several changes; `text` is what a person wrote."""

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
        sentence = _SENTENCES.get(event.verb, _something)(who, facts)
    text = facts.get("text") or facts.get("reason") or ""
    return Entry(
        event.actor, sentence, event.at, _ICONS.get(event.verb, "info"), event.verb.split()[0], str(text), lines
    )


def _changed(who: Markup, changes: Mapping[str, Sequence[Any]], words: Words) -> tuple[Markup, list[Markup]]:
    told = [(*_worded(field, words), *values) for field, values in changes.items() if len(values) == 2]
    if len(told) == 1:
        label, show, before, after = told[0]
        return _one_change(who, label, show(before), show(after)), []
    lines = [
        _told(
            _("%(field)s: %(before)s, now %(after)s"), field=label, before=show(before) or "–", after=show(after) or "–"
        )
        for label, show, before, after in told
    ]
    count = formats.num(len(told))
    sentence = ngettext(
        "%(who)s changed %(count)s fact", "%(who)s changed %(count)s facts", len(told), who="%(who)s", count=count
    )
    return _told(sentence, who=who), lines


def _one_change(who: Markup, label: str, before: object, after: object) -> Markup:
    values = {"who": who, "field": label, "before": before, "after": after}
    if not before:
        return _told(_("%(who)s set %(field)s to %(after)s"), **values)
    if not after:
        return _told(_("%(who)s cleared %(field)s, which was %(before)s"), **values)
    return _told(_("%(who)s changed %(field)s from %(before)s to %(after)s"), **values)


def _worded(field: str, words: Words) -> tuple[str, Callable[[Any], object]]:
    word = words.get(field, field)
    if isinstance(word, Word):
        special = word.show
        return str(word.label), (lambda value: _own(special(value)) if special and value else shown(value))
    return str(word), shown


def _own(text: object) -> object:
    return text if isinstance(text, Markup) else formats.isolate(text)


def shown(value: Any) -> Markup:
    """A stored value as the reader writes it: money, days, numbers, lists; empty for nothing."""
    if value is None or value == "" or value == []:
        return Markup("")
    if isinstance(value, bool):
        return formats.isolate(_("yes") if value else _("no"))
    if isinstance(value, dict):
        return formats.isolate(_money(value))
    if isinstance(value, list):
        return formats.isolate(format_list([str(one) for one in value], "unit", reader.locale))
    if isinstance(value, int | float):
        return formats.isolate(formats.num(value, 2))
    return formats.isolate(_moment(str(value)))


def _money(value: Mapping[str, Any]) -> str:
    amount, currency = value.get("amount"), value.get("currency")
    if isinstance(amount, int) and isinstance(currency, str) and is_currency(currency):
        return formats.money(Money(amount, currency))
    return str(dict(value))


def _moment(text: str) -> str:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return formats.day(date.fromisoformat(text))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?\+\d{2}:\d{2}", text, re.ASCII):
            return formats.moment(datetime.fromisoformat(text))
    except ValueError:
        pass
    return text


def _told(sentence: str, **values: object) -> Markup:
    """A translated sentence with its values put in, escaped; Markup among them stays what it is."""
    return escape(sentence) % values


def _moved(who: Markup, facts: Mapping[str, Any]) -> Markup:
    return _told(
        _("%(who)s moved this from %(before)s to %(after)s"),
        who=who,
        before=shown(facts.get("before")),
        after=shown(facts.get("after")),
    )


def _won(who: Markup, facts: Mapping[str, Any]) -> Markup:
    if facts.get("value"):
        return _told(_("%(who)s won this for %(value)s"), who=who, value=shown(facts["value"]))
    return _told(_("%(who)s won this"), who=who)


def _reopened(who: Markup, facts: Mapping[str, Any]) -> Markup:
    if facts.get("after"):
        return _told(_("%(who)s reopened this in %(stage)s"), who=who, stage=shown(facts["after"]))
    return _told(_("%(who)s reopened this"), who=who)


def _imported(who: Markup, facts: Mapping[str, Any]) -> Markup:
    if facts.get("file"):
        return _told(_("%(who)s imported this from %(file)s"), who=who, file=shown(facts["file"]))
    return _told(_("%(who)s imported this"), who=who)


def _target_changed(who: Markup, facts: Mapping[str, Any]) -> Markup:
    before, after = facts.get("before"), facts.get("after")
    if before is None:
        return _told(_("%(who)s set the target to %(after)s"), who=who, after=shown(after))
    if after is None:
        return _told(_("%(who)s removed the target, which was %(before)s"), who=who, before=shown(before))
    return _told(
        _("%(who)s changed the target from %(before)s to %(after)s"), who=who, before=shown(before), after=shown(after)
    )


def _something(who: Markup, facts: Mapping[str, Any]) -> Markup:
    return _told(_("%(who)s changed something here"), who=who)


_SENTENCES: dict[str, Callable[[Markup, Mapping[str, Any]], Markup]] = {
    "created": lambda who, facts: _told(_("%(who)s created this"), who=who),
    "deleted": lambda who, facts: _told(_("%(who)s put this into the bin"), who=who),
    "restored": lambda who, facts: _told(_("%(who)s took this out of the bin"), who=who),
    "noted": lambda who, facts: _told(_("%(who)s wrote a note"), who=who),
    "lost": lambda who, facts: _told(_("%(who)s lost this"), who=who),
    "moved": _moved,
    "won": _won,
    "reopened": _reopened,
    "imported": _imported,
    "target changed": _target_changed,
}
