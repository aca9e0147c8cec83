"""What a report is asked for: period, comparison, whose, by what; read from the address, never refused.

Whatever cannot be read, or names what the person may not see, counts as not given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask import request, url_for
from sqlalchemy import select

from crm_app.accounts.models import Organisation, Team, User
from crm_app.catalog.models import Product
from crm_app.extensions import db
from crm_app.goals import queries as goals
from crm_app.measures.scope import Scope
from crm_app.pipeline.models import Pipeline
from crm_app.web import formats
from crm_app.web.periods import CALENDARS, UNITS, Calendar, Period
from crm_app.web.reader import reader
from crm_app.web.tables import with_query
from crm_app.web.texts import gettext as _

PRESETS = ("this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year")
COMPARISONS = ("previous", "year", "none")
# More columns or bars than this cannot be read.
_MOST = 40


@dataclass(frozen=True)
class Options:
    """What there is to filter by, as far as the person sees it; and their own team, which has a name in any case."""

    people: Sequence[User]
    teams: Sequence[Team]
    pipelines: Sequence[Pipeline]
    products: Sequence[Any]
    own_team: Team | None = None

    @property
    def names(self) -> dict[str, dict[int, str]]:
        """Names by id, for groups of figures."""
        own = {self.own_team.id: self.own_team.name} if self.own_team else {}
        return {
            "owner": {person.id: person.name for person in self.people},
            "team": {team.id: team.name for team in self.teams} | own,
            "product": {product.id: product.name for product in self.products},
        }


@dataclass(frozen=True)
class Choice:
    """`compared` is the period to compare with, as much of it as has passed of the period itself.

    `every` is the unit asked for; `unit` the one that the period is cut into.
    """

    question: str
    scope: Scope
    calendar: Calendar
    period: Period
    preset: str
    compared: Period | None
    comparison: str
    by: str
    every: str
    measure: str

    @cached_property
    def unit(self) -> str:
        """The unit asked for, or the next longer one until its periods can be read side by side; years always can."""
        longer = UNITS[UNITS.index(self.every) :]
        return next((unit for unit in longer if len(self._cut_into(unit)) <= _MOST), UNITS[-1])

    @cached_property
    def periods(self) -> list[Period]:
        """The months, quarters or years that the period touches, whole."""
        return self._cut_into(self.unit)

    @cached_property
    def parts(self) -> list[Period]:
        """The same, cut at the period's own ends."""
        return [_cut(self.calendar, part, self.period) for part in self.periods]

    @property
    def unit_notes(self) -> list[str]:
        """Says so where the unit is not the one asked for."""
        if self.unit == self.every:
            return []
        by_quarter = _("Shown by quarter, because the period has more than %(most)s months.", most=formats.num(_MOST))
        by_year = _("Shown by year, because the period has more than %(most)s quarters.", most=formats.num(_MOST))
        return [by_quarter if self.unit == "quarter" else by_year]

    def short_names(self, periods: Sequence[Period]) -> list[str]:
        """What periods are called where room is scarce: with their years where these are several."""
        years = {self.calendar.period("year", period.start).key for period in periods}
        return [formats.period_short(period, with_year=len(years) > 1) for period in periods]

    def _cut_into(self, unit: str) -> list[Period]:
        return self.calendar.between(self.period.start, self.period.end, unit)

    def url(self, **changes: Any) -> str:
        """The same report with something else chosen."""
        chosen: dict[str, Any] = request.args.to_dict() | changes
        path = url_for("reports.show", question=self.question)
        return with_query(path, {name: value for name, value in chosen.items() if value})

    def records(self, measure: str, period: Period | None = None, **group: Any) -> str:
        """The deals behind a figure of this report."""
        span = period or self.period
        scope = {"owner": self.scope.owner_id, "team": self.scope.team_id, "product": self.scope.product_id}
        asked = {"from": span.start.isoformat(), "to": span.end.isoformat()} | scope
        asked |= {"pipeline": self.scope.pipeline_id} | {name: _key(key) for name, key in group.items()}
        return url_for(
            "reports.records", measure=measure, **{name: value for name, value in asked.items() if value is not None}
        )


def options(user: User) -> Options:
    """Four statements."""
    people = list(db.session.scalars(goals.people_of(user)))
    return Options(
        people=people,
        teams=all_teams(user),
        pipelines=list(db.session.scalars(select(Pipeline).order_by(Pipeline.position, Pipeline.id))),
        products=db.session.execute(select(Product.id, Product.name).order_by(Product.sort_key, Product.id)).all(),
        own_team=next((person.team for person in people if person.id == user.id), None),
    )


def all_teams(user: User) -> list[Team]:
    return list(db.session.scalars(goals.teams_of(user)))


def choose(question: str, user: User, firm: Organisation, given: Options, **usual: str) -> Choice:
    """`usual` holds what to take where the address says nothing: preset, by, every, measure, comparison."""
    name = request.args.get("calendar", "")
    calendar = firm.calendar(name if name in CALENDARS else None)
    period, preset = _period(calendar, usual.get("preset", "this_year"))
    comparison = _one_of("compare", COMPARISONS, usual.get("comparison", "previous"))
    return Choice(
        question=question,
        scope=_scope(user, given),
        calendar=calendar,
        period=period,
        preset=preset,
        compared=_compared(calendar, period, comparison),
        comparison=comparison,
        by=_one_of("by", ("owner", "team", "region", "product", "industry"), usual.get("by", "owner")),
        every=_one_of("every", UNITS, usual.get("every", "month")),
        measure=request.args.get("measure", usual.get("measure", "")),
    )


def number_set(choice: Choice, firm: Organisation, **usual: str) -> int:
    """How many of the filters beside the named period say something else than what is usual."""
    scope = choice.scope
    chosen = (choice.by, choice.every, choice.measure, choice.comparison, choice.calendar.name)
    plain = [usual.get(name, default) for name, default in (("by", "owner"), ("every", "month"), ("measure", ""))]
    plain += [usual.get("comparison", "previous"), firm.calendar().name]
    narrowed = (scope.owner_id, scope.team_id, scope.product_id, scope.pipeline_id)
    changed = sum(one != other for one, other in zip(chosen, plain, strict=True))
    return changed + sum(key is not None for key in narrowed) + (not choice.preset)


def preset_labels() -> dict[str, str]:
    return {
        "this_month": _("This month"),
        "last_month": _("Last month"),
        "this_quarter": _("This quarter"),
        "last_quarter": _("Last quarter"),
        "this_year": _("This year"),
        "last_year": _("Last year"),
    }


def span(calendar: Calendar, since: str, until: str) -> Period | None:
    """The days from the first to the last typed; None for what are no days or end before they begin."""
    try:
        first, last = formats.parse_day(since), formats.parse_day(until)
    except (ValueError, OverflowError):
        return None
    if not date(1900, 1, 1) <= first <= last < date(2200, 1, 1):
        return None
    return calendar.custom(first, last + timedelta(days=1))


def _period(calendar: Calendar, usual: str) -> tuple[Period, str]:
    """A named period, unless days were typed since the form was shown; a day left out is the named period's own."""
    asked = request.args.get("period", "")
    preset = asked if asked in PRESETS else usual
    which, unit = preset.split("_")
    period = calendar.period(unit, reader.today())
    named = period if which == "this" else calendar.previous(period)
    since, until = request.args.get("since", ""), request.args.get("until", "")
    is_typed = f"{since}|{until}" != request.args.get("shown", "|")
    typed = span(calendar, since or str(named.start), until or str(named.last_day)) if since or until else None
    return (typed, "") if typed and (is_typed or asked not in PRESETS) else (named, preset)


def _compared(calendar: Calendar, period: Period, comparison: str) -> Period | None:
    if comparison == "none":
        return None
    begun = period.elapsed_days(reader.today()) or period.length
    other = calendar.previous(period) if comparison == "previous" else calendar.same_last_year(period)
    return other if begun == period.length else calendar.custom(other.start, min(other.end, _after(other.start, begun)))


def _after(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _cut(calendar: Calendar, part: Period, whole: Period) -> Period:
    if part.start >= whole.start and part.end <= whole.end:
        return part
    return calendar.custom(max(part.start, whole.start), min(part.end, whole.end))


def _scope(user: User, given: Options) -> Scope:
    return Scope(
        user,
        owner_id=_known("owner", given.people),
        team_id=_known("team", given.teams),
        product_id=_known("product", given.products),
        pipeline_id=_known("pipeline", given.pipelines),
    )


def _known(name: str, records: Sequence[Any]) -> int | None:
    value = request.args.get(name, type=int)
    return value if any(record.id == value for record in records) else None


def _one_of(name: str, values: Sequence[str], usual: str) -> str:
    value = request.args.get(name, "")
    return value if value in values else usual


def _key(key: Any) -> Any:
    """How an address says that a deal has no owner, product ... at all."""
    return "none" if key is None else key
