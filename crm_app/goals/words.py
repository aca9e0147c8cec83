"""What the goals say, in a sentence or two."""

from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from crm_app.goals.overview import Overview
from crm_app.goals.standing import Standing
from crm_app.web import formats
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext


def answer(view: Overview) -> Markup:
    sentences = [_state(view.first), _course(view.first), _others(view)]
    return escape(reader.space).join(sentence for sentence in sentences if sentence)


def standing_word(goal: Standing) -> str:
    """The word of its badge, for a sentence or a file."""
    if goal.target is None:
        return _("no target")
    return {
        "ahead": _("ahead"),
        "on_pace": _("on pace"),
        "behind": _("behind"),
        "met": _("met"),
        "missed": _("missed"),
        "low_n": _("too few to tell"),
        "not_begun": _("not started"),
    }.get(goal.pace.status, _("nothing yet"))


def subject_name(goal: Standing) -> str:
    if goal.subject.person:
        return goal.subject.person.name
    return goal.subject.team.name if goal.subject.team else _("Company")


def _state(goal: Standing) -> Markup:
    facts = {
        "measure": goal.measure.label,
        "actual": _bold(goal.written(goal.actual, short=True)),
        "target": _bold(goal.short_aim),
        "day": formats.num(goal.clock.elapsed),
        "days": formats.num(goal.clock.days),
        "period": formats.period_label(goal.period),
    }
    if goal.pace.status == "not_begun":
        return _say(_("%(period)s has not started; its target is %(target)s."), facts)
    if goal.actual is None and goal.target is not None:
        return _say(_("There is nothing to report for %(measure)s yet; the target is %(target)s."), facts)
    if goal.target is None:
        return _say(_("%(measure)s: %(actual)s in %(period)s, without a target of its own."), facts)
    if goal.clock.is_over:
        return _say(_("%(measure)s: %(period)s ended at %(actual)s against a target of %(target)s."), facts)
    if goal.has_share:
        return _say(_("%(measure)s: %(actual)s of %(target)s on day %(day)s of %(days)s."), facts)
    return _say(_("%(measure)s: %(actual)s on day %(day)s of %(days)s; the target is %(target)s."), facts)


def _course(goal: Standing) -> Markup:
    facts = {
        "period": formats.period_label(goal.period),
        "gap": _bold(goal.about(abs(goal.ahead_by), short=True)) if goal.ahead_by is not None else "",
        "landing": _bold(goal.about(goal.landing, short=True)),
        "reached": _bold(formats.attained(goal.pace.attainment) if goal.has_share else goal.distance),
        "distance": _bold(goal.distance),
    }
    status = goal.pace.status
    if status in ("met", "missed"):
        text = _("The target was met: %(reached)s.") if status == "met" else _("The target was missed: %(reached)s.")
        return _say(text, facts)
    if status == "low_n":
        return escape(_of_few(goal.figure.n))
    if status not in ("ahead", "on_pace", "behind"):
        return Markup("")
    return _say(_running(goal), facts)


def _of_few(number: int) -> str:
    return ngettext(
        "That is based on only %(n)s deal, too few to draw conclusions.",
        "That is based on only %(n)s deals, too few to draw conclusions.",
        number,
        n=formats.num(number),
    )


def _running(goal: Standing) -> str:
    if not goal.rises:
        return _("That is on pace.") if goal.pace.status == "on_pace" else _("That is %(distance)s.")
    is_more = (goal.ahead_by or Decimal(0)) >= 0
    if goal.measure.better == "down":
        return _running_to_stay_low(goal, is_more)
    if goal.landing is None:
        return _("That is %(gap)s ahead of the pace.") if is_more else _("That is %(gap)s behind the pace.")
    if is_more:
        return _("That is %(gap)s ahead of the pace. At this rate, %(period)s will end near %(landing)s.")
    return _("That is %(gap)s behind the pace. At this rate, %(period)s will end near %(landing)s.")


def _running_to_stay_low(goal: Standing, is_more: bool) -> str:
    if goal.landing is None:
        return (
            _("That is %(gap)s more than expected by today.")
            if is_more
            else _("That is %(gap)s fewer than expected by today.")
        )
    if is_more:
        return _("That is %(gap)s more than expected by today. At this rate, %(period)s will end near %(landing)s.")
    return _("That is %(gap)s fewer than expected by today. At this rate, %(period)s will end near %(landing)s.")


def _others(view: Overview) -> Markup:
    """The first of the other goals that is behind; or that none is."""
    aimed = [card.standing for card in view.cards if card.standing.target is not None]
    late = next((each for each in aimed if each.pace.status in ("behind", "missed")), None)
    over = view.first.clock.is_over
    if late:
        return _watched(late, over)
    if aimed and all(each.pace.status in ("ahead", "on_pace", "met") for each in aimed):
        return escape(_("Every other goal was met.") if over else _("No other goal is behind."))
    return Markup("")


def _watched(late: Standing, is_over: bool) -> Markup:
    facts = {
        "measure": late.measure.label,
        "actual": _bold(late.written(late.actual, short=True)),
        "target": _bold(late.short_aim),
    }
    if late.has_share:
        watch = _("The one to watch is %(measure)s: %(actual)s of %(target)s.")
        return _say(_("Not met: %(measure)s, %(actual)s of %(target)s.") if is_over else watch, facts)
    watch = _("The one to watch is %(measure)s: %(actual)s, target %(target)s.")
    return _say(_("Not met: %(measure)s, %(actual)s, target %(target)s.") if is_over else watch, facts)


def _say(text: str, facts: dict[str, Any]) -> Markup:
    return escape(text) % facts


def _bold(text: str) -> Markup:
    return Markup("<b>{}</b>").format(text)
