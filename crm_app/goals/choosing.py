"""Which goals to look at: whose, of which measure, in which period; read from the address, never refused."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import request, url_for

from crm_app.accounts.models import Organisation, Team, User
from crm_app.accounts.queries import sees_everything
from crm_app.goals.models import Goal
from crm_app.measures.catalogue import MEASURES
from crm_app.web.periods import CALENDARS, UNITS, Calendar, Period
from crm_app.web.reader import reader

PREFERRED = ("quarter", "month", "year")
# Of a goal: whose it is, by id of the team and of the person.
Key = tuple[int | None, int | None]


@dataclass(frozen=True)
class Choice:
    """`measure`, `team_id` and `owner_id` as asked for; None where the page may choose."""

    calendar: Calendar
    period: Period
    measure: str | None = None
    team_id: int | None = None
    owner_id: int | None = None
    sort: str = "-reached"

    @property
    def unit(self) -> str:
        return self.period.unit

    @cached_property
    def before(self) -> Period:
        return self.calendar.previous(self.period)

    @cached_property
    def year(self) -> Period:
        return self.calendar.period("year", self.period.start)

    @cached_property
    def periods(self) -> list[Period]:
        """The periods of the year, for the matrix."""
        return self.calendar.parts(self.year, self.unit) if self.unit != "year" else [self.period]

    @cached_property
    def number(self) -> int:
        """Which of `periods` the chosen one is."""
        return [period.key for period in self.periods].index(self.period.key)

    def url(self, **changes: Any) -> str:
        """The goals page with something else chosen; a change of calendar or unit keeps the first day in sight."""
        chosen: dict[str, Any] = {"unit": self.unit, "period": self.period.key, "calendar": self.calendar.name}
        chosen |= {"measure": self.measure, "team": self.team_id, "owner": self.owner_id}
        if self.sort != "-reached":
            chosen["sort"] = self.sort
        return url_for("goals.index", **{name: value for name, value in (chosen | changes).items() if value})

    def moved(self, period: Period) -> str:
        return self.url(period=period.key, unit=period.unit, calendar=period.calendar)

    def aria_sort(self, key: str) -> str | None:
        return {key: "ascending", f"-{key}": "descending"}.get(self.sort)

    def sort_url(self, key: str) -> str:
        return self.url(sort=key if self.sort == f"-{key}" else f"-{key}")


def has_unit() -> bool:
    return request.args.get("unit") in UNITS


def from_address(firm: Organisation, unit: str) -> Choice:
    """`unit` is for an address that names none. Whatever cannot be read counts as not given."""
    name = request.args.get("calendar", "")
    calendar = firm.calendar(name if name in CALENDARS else None)
    unit = request.args["unit"] if has_unit() else unit
    try:
        period = calendar.parse(unit, request.args.get("period", ""))
    except ValueError:
        period = calendar.period(unit, reader.today())
    measure = request.args.get("measure")
    choice = Choice(calendar, period)
    return replace(
        choice,
        measure=measure if measure in MEASURES else None,
        team_id=_id("team"),
        owner_id=_id("owner"),
        sort=_sort(request.args.get("sort", "")),
    )


def usual_unit(goals: Sequence[Goal], calendar: str) -> str:
    """The unit to begin with: one that has goals."""
    units = {goal.unit for goal in goals if goal.calendar == calendar}
    return next((unit for unit in PREFERRED if unit in units), PREFERRED[0])


@dataclass(frozen=True)
class Subject:
    """Whose goals: the company's (neither team nor person), a team's or a person's."""

    team: Team | None = None
    person: User | None = None

    @property
    def key(self) -> Key:
        return self.team.id if self.team else None, self.person.id if self.person else None

    @property
    def is_company(self) -> bool:
        return self.team is None and self.person is None

    @property
    def query(self) -> dict[str, int]:
        """What an address says of it."""
        if self.person:
            return {"owner": self.person.id}
        return {"team": self.team.id} if self.team else {}


def widest(user: User, managed: Collection[Team]) -> Subject:
    """The widest whose figures the user sees: the company, the first of the teams that they manage, or they alone."""
    if sees_everything(user):
        return Subject()
    return Subject(team=min(managed, key=lambda team: team.name_key)) if managed else Subject(person=user)


def _id(name: str) -> int | None:
    value = request.args.get(name, type=int)
    return value if value and 0 < value < 2**31 else None


def _sort(text: str) -> str:
    return text if text.removeprefix("-") in ("name", "actual", "target", "reached", "projected") else "-reached"
