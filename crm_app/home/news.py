"""What happened lately to the records that a person looks after."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from flask import url_for
from markupsafe import Markup
from sqlalchemy import Select, and_, select, union_all

from crm_app.accounts.models import User
from crm_app.accounts.queries import once_for_each_scope
from crm_app.activity.models import Event
from crm_app.activity.queries import told
from crm_app.activity.sentences import put_in, shown
from crm_app.contacts import queries as contacts
from crm_app.contacts.models import Company, Person
from crm_app.extensions import db
from crm_app.home.agenda import MINE
from crm_app.pipeline import queries as pipeline
from crm_app.pipeline.models import Deal
from crm_app.web import formats
from crm_app.web.formats import isolate
from crm_app.web.ordering import written_out
from crm_app.web.texts import gettext as _

SHOWN = 8
# So many are read for those eight: what one import brought is told in one line.
_READ = 120
# Among so many of the newest events those of all records are looked for; one's own are looked for among all.
_RECENT = 500
_ICONS = {
    "created": "plus", "changed": "pencil", "noted": "sticky-note", "moved": "square-kanban", "won": "trophy",
    "lost": "thumbs-down", "reopened": "refresh-cw", "imported": "upload", "restored": "undo-2",
    "taken back": "undo-2", "import undone": "undo-2",
}  # fmt: skip


class News(NamedTuple):
    name: str
    url: str
    icon: str
    sentence: Markup
    at: datetime


def latest(user: User, whose: str) -> list[News]:
    """The newest events of visible records that are not in the bin."""
    found = _of_own(user) if whose == MINE and user.sells else _of_all(user)
    # Row by row: most of what was found for it is never looked at.
    rows, read, together = db.session.connection().execute(found), 0, []
    for _doing, group in groupby(rows, key=_doing_of):
        together.append(list(group))
        read += len(together[-1])
        if len(together) > SHOWN:
            break
    rows.close()
    # More of the last of them may stand behind what was read.
    whole = len(together) - (read == _READ)
    return [
        _told(group[0]) if len({event.subject_id for event in group}) == 1 else _told_together(group, number < whole)
        for number, group in enumerate(together[:SHOWN])
    ]


@once_for_each_scope
def _of_own(user: User) -> Select[Any]:
    return _newest(user, are_own=True)


@once_for_each_scope
def _of_all(user: User) -> Select[Any]:
    return _newest(user, are_own=False)


def _newest(user: User, *, are_own: bool) -> Select[Any]:
    """Events, each with the names of its record and of whoever did it."""
    parts = [_of(Company, contacts.companies_visible_to(user), Company.name, user, are_own)]
    parts.append(_of(Person, contacts.people_visible_to(user), Person.name, user, are_own))
    if user.sells:
        parts.append(_of(Deal, pipeline.visible_to(user), Deal.title, user, are_own))
    named = union_all(*parts).subquery()
    found = select(*Event.__table__.columns, named.c.name, User.name.label("actor"))
    found = found.join(named, named.c.event_id == Event.id).outerjoin(User, User.id == Event.actor_id)
    return found.order_by(Event.id.desc()).limit(written_out(_READ))


def _of(model: Any, visible: Select[Any], name: Any, user: User, are_own: bool) -> Select[Any]:
    """Ids of events about one kind of record, with the record's name."""
    events = select(Event.id, Event.subject_table, Event.subject_id).where(told()).order_by(Event.id.desc())
    if are_own:
        own = visible.where(model.owner_id == user.id).with_only_columns(model.id)
        events = events.where(Event.subject_table == written_out(model.__tablename__), Event.subject_id.in_(own)).limit(
            written_out(_READ)
        )
    else:
        events = events.limit(written_out(_RECENT))
    # They are found first, and only their records are looked up: databases would go through all events else.
    newest = events.subquery()
    about = and_(newest.c.subject_table == written_out(model.__tablename__), newest.c.subject_id == model.id)
    return visible.with_only_columns(
        newest.c.id.label("event_id"), name.label("name"), written_out(model.__tablename__).label("kind")
    ).join(newest, about)


def _doing_of(event: Any) -> tuple[object, ...]:
    """What the records of one import share, deals moved at one instant, or records of which somebody changed the same
    within a minute; every other event stands alone."""
    if event.verb == "moved":
        return (event.actor_id, event.at)
    if event.verb == "changed":
        what = tuple(sorted((event.particulars or {}).get("changes", ())))
        return (event.actor_id, event.subject_table, what, event.at.replace(second=0, microsecond=0))
    number = (event.particulars or {}).get("import")
    is_of_import = event.verb in ("imported", "import undone") and number is not None
    return (event.verb, event.subject_table, number) if is_of_import else (event.id,)


def _told_together(events: Sequence[Any], is_whole: bool) -> News:
    if events[0].verb == "changed":
        return _changed(events, is_whole)
    if events[0].verb != "moved":
        return _brought(events, is_whole)
    event, stage = events[0], isolate(events[0].particulars.get("after") or "–")
    who = isolate(event.actor or _("Peyvand"))
    text = (
        _("%(who)s moved %(count)s deals to %(stage)s") if is_whole else _("%(who)s moved several deals to %(stage)s")
    )
    sentence = put_in(text, who=who, count=formats.num(len(events)), stage=stage)
    return News(_("Deals"), url_for("pipeline.deals"), _ICONS["moved"], sentence, event.at)


def _brought(events: Sequence[Any], is_whole: bool) -> News:
    if events[0].verb != "imported":
        return _of_list(events, _("%(who)s undid an import"))
    counted = {
        "companies": _("%(who)s imported %(count)s companies"),
        "people": _("%(who)s imported %(count)s people"),
        "deals": _("%(who)s imported %(count)s deals"),
    }
    return _of_list(events, counted[events[0].subject_table] if is_whole else _("%(who)s imported several records"))


def _changed(events: Sequence[Any], is_whole: bool) -> News:
    counted = {
        "companies": _("%(who)s changed %(count)s companies"),
        "people": _("%(who)s changed %(count)s people"),
        "deals": _("%(who)s changed %(count)s deals"),
    }
    return _of_list(events, counted[events[0].subject_table] if is_whole else _("%(who)s changed several records"))


def _of_list(events: Sequence[Any], text: str) -> News:
    """Several records of a kind, told at once."""
    event, count = events[0], len({event.subject_id for event in events})
    names = {"companies": _("Companies"), "people": _("People"), "deals": _("Deals")}
    lists = {"companies": "contacts.companies", "people": "contacts.people", "deals": "pipeline.deals"}
    who = isolate(event.actor or _("Peyvand"))
    sentence = put_in(text, who=who, count=formats.num(count))
    return News(names[event.subject_table], url_for(lists[event.subject_table]), _ICONS[event.verb], sentence, event.at)


def _told(event: Any) -> News:
    who = isolate(event.actor or _("Peyvand"))
    sentences = _SENTENCES | (_OF_PEOPLE if event.subject_table == "people" else {})
    say = sentences.get(event.verb, sentences["changed"])
    url = _URLS[event.subject_table](event.subject_id)
    return News(event.name, url, _ICONS.get(event.verb, "info"), say(who, event.particulars or {}), event.at)


def _won(who: Markup, facts: Mapping[str, Any]) -> Markup:
    if facts.get("value"):
        return put_in(_("%(who)s marked it as won: %(value)s"), who=who, value=shown(facts["value"]))
    return put_in(_("%(who)s marked it as won"), who=who)


def _lost(who: Markup, facts: Mapping[str, Any]) -> Markup:
    if facts.get("reason"):
        return put_in(_("%(who)s marked it as lost: %(reason)s"), who=who, reason=isolate(facts["reason"]))
    return put_in(_("%(who)s marked it as lost"), who=who)


def _moved(who: Markup, facts: Mapping[str, Any]) -> Markup:
    return put_in(_("%(who)s moved it to %(stage)s"), who=who, stage=isolate(facts.get("after") or "–"))


def _noted(who: Markup, facts: Mapping[str, Any]) -> Markup:
    text = str(facts.get("text") or "")
    return put_in(_("%(who)s wrote: %(text)s"), who=who, text=isolate(text if len(text) <= 120 else f"{text[:119]}…"))


_SENTENCES: dict[str, Callable[[Markup, Mapping[str, Any]], Markup]] = {
    "created": lambda who, facts: put_in(_("%(who)s added it"), who=who),
    "changed": lambda who, facts: put_in(_("%(who)s changed it"), who=who),
    "imported": lambda who, facts: put_in(_("%(who)s imported it"), who=who),
    "import undone": lambda who, facts: put_in(_("%(who)s undid an import"), who=who),
    "restored": lambda who, facts: put_in(_("%(who)s restored it from the bin"), who=who),
    "moved": _moved,
    "won": _won,
    "lost": _lost,
    "reopened": lambda who, facts: put_in(_("%(who)s reopened it"), who=who),
    "taken back": lambda who, facts: put_in(_("%(who)s undid a move"), who=who),
    "noted": _noted,
}
_OF_PEOPLE: dict[str, Callable[[Markup, Mapping[str, Any]], Markup]] = {
    "created": lambda who, facts: put_in(_("%(who)s added this person"), who=who),
    "changed": lambda who, facts: put_in(_("%(who)s changed this person"), who=who),
    "imported": lambda who, facts: put_in(_("%(who)s imported this person"), who=who),
    "restored": lambda who, facts: put_in(_("%(who)s restored this person from the bin"), who=who),
}
_URLS: dict[str, Callable[[int], str]] = {
    "companies": lambda number: url_for("contacts.company", company_id=number),
    "people": lambda number: url_for("contacts.person", person_id=number),
    "deals": lambda number: url_for("pipeline.show", deal_id=number),
}
