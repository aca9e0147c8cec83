"""What a report says of the goals of several periods, in a sentence or two."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from crm_app.goals.standing import Standing
from crm_app.goals.words import standing_word
from crm_app.web import formats
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import safe_ngettext as ngettext


def answer(goals: Sequence[Standing], whose: str) -> Markup:
    """`whose` is empty for the company."""
    aimed = [goal for goal in goals if goal.target is not None]
    if not aimed:
        none = _("The company has no target for %(measure)s in these periods.")
        none = _("%(whose)s has no target for %(measure)s in these periods.") if whose else none
        return escape(none) % {"whose": formats.isolate(whose), "measure": goals[0].measure.label}
    said = _over([goal for goal in aimed if goal.clock.is_over], whose)
    said += [_now(goal) for goal in aimed if goal.is_running][:1]
    return escape(reader.space).join(said or [escape(_("None of these periods has started."))])


def _over(goals: Sequence[Standing], whose: str) -> list[Markup]:
    """How many were met of those that were met or missed; and of how many neither can be said."""
    met = sum(goal.pace.status == "met" for goal in goals)
    known = met + sum(goal.pace.status == "missed" for goal in goals)
    facts = {"met": _bold(formats.num(met)), "over": formats.num(known), "count": formats.num(len(goals) - known)}
    said = [_met(known, whose, facts)] if known else []
    if known and known < len(goals):
        said.append(escape(_("It is not known for %(count)s more.")) % facts)
    elif goals and not known:
        said.append(
            ngettext(
                "It is not known whether the target was met in the completed period.",
                "It is not known whether the target was met in the %(count)s completed periods.",
                len(goals),
                **facts,
            )
        )
    return said


def _met(known: int, whose: str, facts: dict[str, Any]) -> Markup:
    if not whose:
        return ngettext(
            "The company met the target in %(met)s of %(over)s completed period.",
            "The company met the target in %(met)s of %(over)s completed periods.",
            known,
            **facts,
        )
    return ngettext(
        "%(whose)s met the target in %(met)s of %(over)s completed period.",
        "%(whose)s met the target in %(met)s of %(over)s completed periods.",
        known,
        whose=formats.isolate(whose),
        **facts,
    )


def _now(goal: Standing) -> Markup:
    short = goal.measure.unit != "rate"
    facts = {
        "period": formats.period_label(goal.period),
        "actual": _bold(goal.written(goal.actual, short=short)),
        "target": _bold(goal.short_aim if short else goal.aim),
        "standing": _bold(standing_word(goal)),
    }
    if goal.has_share:
        return escape(_("%(period)s stands at %(actual)s of %(target)s: %(standing)s.")) % facts
    return escape(_("%(period)s stands at %(actual)s, target %(target)s: %(standing)s.")) % facts


def _bold(text: str) -> Markup:
    return Markup("<b>{}</b>").format(text)
