"""The table of teams and people, and the matrix of people by periods."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from crm_app.accounts.models import Organisation, Team, User
from crm_app.analytics import pacing
from crm_app.goals import amounts
from crm_app.goals.choosing import Subject
from crm_app.goals.models import Target
from crm_app.goals.overview import Overview
from crm_app.goals.standing import Standing, clock_of, records_url, standing
from crm_app.measures.figures import Figure, Series
from crm_app.measures.reading import nothing
from crm_app.web.periods import Period
from crm_app.web.reader import reader


class Brought(NamedTuple):
    """What somebody was credited for in a team."""

    name: str
    figure: Figure
    url: str


@dataclass
class TeamRows:
    """A team and its members; without a team, those who are in none.

    On a team's own page the rows account for what the team is counted for: `within` says, by their ids, of those
    members who did something elsewhere what they did in the team, `left` what those did who are in it no longer.
    Of the company, `left` is what was done by those who are here no longer, or by nobody known.
    """

    team: Team | None
    standing: Standing | None
    members: list[Standing] = field(default_factory=list)
    within: dict[int, Brought] = field(default_factory=dict)
    left: list[Brought] = field(default_factory=list)

    @property
    def members_target(self) -> Decimal | None:
        return _sum(self.members)

    @property
    def gap(self) -> Decimal | None:
        """How much more the members' targets make than the team's own."""
        own = self.standing.target if self.standing else None
        return None if own is None or self.members_target is None else self.members_target - own


@dataclass(frozen=True)
class Cell:
    """`heat` runs from 0, far from the target, to 4, far beyond it; None where there is nothing to compare.

    `is_due` as long as the target can be reached.
    """

    period: Period
    figure: Figure
    target: Decimal | None
    reached: Decimal | None
    heat: int | None
    url: str
    is_now: bool
    is_due: bool


@dataclass(frozen=True)
class MatrixRow:
    person: User
    cells: list[Cell]
    total: Decimal | None
    url: str

    @property
    def shown(self) -> Hashable:
        """All that is shown of it."""
        return self.person.name, tuple(self.cells), self.total, self.url


def table(view: Overview, firm: Organisation) -> list[TeamRows]:
    """Teams with their members, both in the order asked for; nobody who has neither target nor figure."""
    if view.subject.person:
        return []
    people = [each for each in _people(view, firm) if each.target is not None or each.figure.n]
    groups = [TeamRows(team, each) for team, each in _teams(view, firm)]
    for group in groups:
        group.members = [each for each in people if _team_id(each) == (group.team.id if group.team else None)]
        if view.subject.team:
            _account(view, group)
    if view.subject.is_company:
        groups[-1].left = _of_others(view)
    found = [group for group in groups if group.members or group.left or (group.standing and _says(group.standing))]
    named = [group for group in found if group.standing]
    ordered = _sorted([group.standing for group in named if group.standing], view.choice.sort)
    named.sort(key=lambda group: ordered.index(group.standing) if group.standing else 0)
    for group in found:
        group.members = _sorted(group.members, view.choice.sort)
    return named + [group for group in found if not group.standing]


def teams_target(groups: Sequence[TeamRows]) -> Decimal | None:
    return _sum([group.standing for group in groups if group.standing])


def matrix(view: Overview) -> list[MatrixRow]:
    """A row for each person who has a target or a figure in the year."""
    figures = {series.key: series.figures for series in view.people}
    rows, today, none = [], reader.today(), [nothing(view.first.measure)] * len(view.choice.periods)
    for person in _concerned(view):
        cells = [
            _cell(view, person, period, figure, today)
            for period, figure in zip(view.choice.periods, figures.get(person.id, none), strict=True)
        ]
        if any(cell.target is not None or cell.figure.n for cell in cells):
            url = records_url(view.first.measure, view.choice.year, Subject(person=person))
            rows.append(MatrixRow(person, cells, _year(view, cells), url))
    return rows


def _people(view: Overview, firm: Organisation) -> list[Standing]:
    figures = {series.key: series.figures[view.choice.number] for series in view.people}
    return [_standing(view, firm, Subject(person=person), figures.get(person.id)) for person in _concerned(view)]


def _account(view: Overview, group: TeamRows) -> None:
    brought = {series.key: _brought(view, series) for series in view.brought}
    none = [nothing(view.first.measure)] * len(view.choice.periods)
    for member in group.members:
        assert member.subject.person is not None
        key = member.subject.person.id
        own = brought.pop(key, None) or _brought(view, Series(key, "", none))
        if own.figure.n != member.figure.n:
            group.within[key] = own
    group.left = [each for each in brought.values() if each.figure.n]


def _of_others(view: Overview) -> list[Brought]:
    known = {person.id for person in view.colleagues}
    brought = [_brought(view, series) for series in view.people if series.key not in known]
    return [each for each in brought if each.figure.n]


def _brought(view: Overview, series: Series) -> Brought:
    whose = "none" if series.key is None else series.key
    url = f"{view.first.records_url}&owner={whose}"
    return Brought(series.label, series.figures[view.choice.number], url)


def _concerned(view: Overview) -> list[User]:
    """The people within the subject, and those who did something for it."""
    if view.subject.person:
        return [view.subject.person]
    if view.subject.team:
        active = {series.key for series in view.brought}
        return [each for each in view.colleagues if each.team_id == view.subject.team.id or each.id in active]
    return view.colleagues


def _teams(view: Overview, firm: Organisation) -> list[tuple[Team | None, Standing | None]]:
    if view.subject.team:
        return [(view.subject.team, view.first)]
    rows = [(team, _standing(view, firm, Subject(team=team), view.teams.get(team.id))) for team in view.known_teams]
    return [*rows, (None, None)]


def _standing(view: Overview, firm: Organisation, subject: Subject, figure: Figure | None) -> Standing:
    measure, period = view.first.measure, view.choice.period
    clock = clock_of(period, reader.today(), firm.days_off)
    return standing(
        measure, subject, period, figure or nothing(measure), view.target(measure, subject.key, period), clock
    )


def _team_id(row: Standing) -> int | None:
    return row.subject.person.team_id if row.subject.person else None


def _says(row: Standing) -> bool:
    return row.target is not None or row.figure.n > 0


def _sorted(rows: Sequence[Standing], sort: str) -> list[Standing]:
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if key == "name":
        return sorted(rows, key=_name, reverse=descending)
    known = [row for row in rows if _sort_value(row, key) is not None]
    known.sort(key=lambda row: _sort_value(row, key) or 0, reverse=descending)
    return known + [row for row in rows if _sort_value(row, key) is None]


def _name(row: Standing) -> str:
    return row.subject.person.sort_key if row.subject.person else row.subject.team.name_key if row.subject.team else ""


def _sort_value(row: Standing, key: str) -> Decimal | None:
    return {
        "actual": row.actual,
        "target": row.target,
        "reached": row.pace.attainment if row.has_share else _better_by(row),
        "projected": row.landing,
    }[key]


def _better_by(row: Standing) -> Decimal | None:
    return -row.difference if row.difference is not None and row.measure.better == "down" else row.difference


def _cell(view: Overview, person: User, period: Period, figure: Figure, today: date) -> Cell:
    measure = view.first.measure
    target: Target | None = view.target(measure, (None, person.id), period)
    aimed = amounts.as_value(target.amount, measure.unit) if target else None
    actual = None if figure.value is None else Decimal(figure.value)
    reached = None if period.start > today else pacing.attainment(actual, aimed, measure.better)
    url = records_url(measure, period, Subject(person=person))
    is_now, is_due = period.key == view.choice.period.key, period.end > today
    return Cell(period, figure, aimed, reached, None if figure.is_of_few else _heat(reached), url, is_now, is_due)


def _heat(reached: Decimal | None) -> int | None:
    if reached is None:
        return None
    return sum(reached >= bound for bound in (Decimal("0.5"), Decimal("0.75"), Decimal(1), Decimal("1.25")))


def _year(view: Overview, cells: Sequence[Cell]) -> Decimal | None:
    """The share of the year's targets so far, of periods that have begun; only of what fills its target up."""
    measure = view.first.measure
    begun = [cell for cell in cells if cell.target is not None and cell.period.start <= reader.today()]
    if not view.first.has_share or not begun:
        return None
    actual = sum(Decimal(cell.figure.value or 0) for cell in begun)
    return pacing.attainment(actual, sum(cell.target or 0 for cell in begun), measure.better)


def _sum(rows: Sequence[Standing]) -> Decimal | None:
    """The targets together, where sums have a meaning."""
    known = [row.target for row in rows if row.target is not None and row.measure.adds_up]
    return sum(known, Decimal(0)) if known else None
