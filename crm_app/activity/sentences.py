"""What happened in one sentence, and values as its reader writes them."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from babel.lists import format_list
from markupsafe import Markup, escape

from crm_app.web import formats
from crm_app.web.money import Money, is_currency
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _


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


def put_in(sentence: str, **values: object) -> Markup:
    """A translated sentence with its values put in, escaped; Markup among them stays what it is."""
    return escape(sentence) % values


def _moved(who: Markup, facts: Mapping[str, Any]) -> Markup:
    return put_in(
        _("%(who)s moved this from %(before)s to %(after)s"),
        who=who,
        before=shown(facts.get("before")),
        after=shown(facts.get("after")),
    )


def _won(who: Markup, facts: Mapping[str, Any]) -> Markup:
    if facts.get("value"):
        return put_in(_("%(who)s marked this as won: %(value)s"), who=who, value=shown(facts["value"]))
    return put_in(_("%(who)s marked this as won"), who=who)


def _reopened(who: Markup, facts: Mapping[str, Any]) -> Markup:
    if facts.get("after"):
        return put_in(_("%(who)s reopened this in %(stage)s"), who=who, stage=shown(facts["after"]))
    return put_in(_("%(who)s reopened this"), who=who)


def _taken_back(who: Markup, facts: Mapping[str, Any]) -> Markup:
    return put_in(
        _("%(who)s undid the move to %(before)s: this is back in %(after)s"),
        who=who,
        before=shown(facts.get("before")),
        after=shown(facts.get("after")),
    )


def _snoozed(who: Markup, facts: Mapping[str, Any]) -> Markup:
    return put_in(_("%(who)s snoozed this until %(day)s"), who=who, day=shown(facts.get("until")))


def _imported(who: Markup, facts: Mapping[str, Any]) -> Markup:
    if facts.get("file"):
        return put_in(_("%(who)s imported this from %(file)s"), who=who, file=shown(facts["file"]))
    return put_in(_("%(who)s imported this"), who=who)


def _target_changed(who: Markup, facts: Mapping[str, Any]) -> Markup:
    before, after = facts.get("before"), facts.get("after")
    if before is None:
        return put_in(_("%(who)s set the target to %(after)s"), who=who, after=shown(after))
    if after is None:
        return put_in(_("%(who)s removed the target, which was %(before)s"), who=who, before=shown(before))
    return put_in(
        _("%(who)s changed the target from %(before)s to %(after)s"), who=who, before=shown(before), after=shown(after)
    )


def something(who: Markup, facts: Mapping[str, Any]) -> Markup:
    return put_in(_("%(who)s changed something here"), who=who)


SENTENCES: dict[str, Callable[[Markup, Mapping[str, Any]], Markup]] = {
    "created": lambda who, facts: put_in(_("%(who)s created this"), who=who),
    "deleted": lambda who, facts: put_in(_("%(who)s moved this to the bin"), who=who),
    "restored": lambda who, facts: put_in(_("%(who)s restored this from the bin"), who=who),
    "noted": lambda who, facts: put_in(_("%(who)s wrote a note"), who=who),
    "lost": lambda who, facts: put_in(_("%(who)s marked this as lost"), who=who),
    "moved": _moved,
    "won": _won,
    "reopened": _reopened,
    "taken back": _taken_back,
    "snoozed": _snoozed,
    "woken": lambda who, facts: put_in(_("%(who)s ended the snooze"), who=who),
    "imported": _imported,
    "import undone": lambda who, facts: put_in(_("%(who)s undid the changes an import made here"), who=who),
    "target changed": _target_changed,
}
