"""The sheet of targets: a year of one measure, its periods across, company, teams and people down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select

from crm_app.accounts.models import User
from crm_app.extensions import db
from crm_app.goals import amounts, queries
from crm_app.goals.models import Goal, Target
from crm_app.measures.catalogue import Measure
from crm_app.web.periods import Period
from crm_app.web.texts import gettext as _

Amounts = tuple[int | None, ...]


@dataclass
class Cell:
    """`typed` is what the input holds; `seen` the version and amount that the person had before them."""

    name: str
    period: Period
    target: Target | None = None
    typed: str = ""
    error: str = ""
    clash: str = ""

    @property
    def amount(self) -> int | None:
        return self.target.amount if self.target else None

    @property
    def version(self) -> int:
        return self.target.version if self.target else 0


@dataclass
class Row:
    """`key` is `company`, `team-3` or `user-7`; `team_id` says under which team a person stands."""

    key: str
    label: str
    kind: str
    cells: list[Cell]
    goal: Goal | None = None
    person: User | None = None
    team_id: int | None = None

    @property
    def total(self) -> int | None:
        known = [cell.amount for cell in self.cells if cell.amount is not None]
        return sum(known) if known else None

    @property
    def seen(self) -> str:
        """Versions and amounts as they are now, to be sent back with what is typed."""
        return ",".join(f"{cell.version}:{'' if cell.amount is None else cell.amount}" for cell in self.cells)


@dataclass
class Gap:
    """What the parts of a row sum to and by how much that differs from the row's own target, period by period."""

    label: str
    sums: Amounts
    differences: Amounts
    total: int | None
    difference: int | None


@dataclass
class Grid:
    measure: Measure
    unit: str
    calendar: str
    periods: list[Period]
    rows: list[Row] = field(default_factory=list)

    @property
    def errors(self) -> list[Cell]:
        return [cell for row in self.rows for cell in row.cells if cell.error]

    @property
    def clashes(self) -> list[Cell]:
        return [cell for row in self.rows for cell in row.cells if cell.clash]

    @property
    def widest(self) -> int:
        """How many signs the longest of its targets takes; what somebody mistyped makes no column wider."""
        return min(max((len(cell.typed) for row in self.rows for cell in row.cells), default=0), 16)

    @property
    def has_history(self) -> bool:
        return any(cell.version > 1 for row in self.rows for cell in row.cells)

    def row(self, key: str) -> Row | None:
        return next((row for row in self.rows if row.key == key), None)

    def members_gap(self, team_id: int) -> Gap | None:
        members = [row for row in self.rows if row.kind == "user" and row.team_id == team_id]
        return self._gap(self.row(f"team-{team_id}"), members, _("Sum of the members"))

    def teams_gap(self) -> Gap | None:
        teams = [row for row in self.rows if row.kind == "team"]
        return self._gap(self.row("company"), teams, _("Sum of the teams"))

    def _gap(self, whole: Row | None, parts: Sequence[Row], label: str) -> Gap | None:
        if not self.measure.adds_up or not any(row.total is not None for row in parts):
            return None
        sums = tuple(_sum(row.cells[index].amount for row in parts) for index in range(len(self.periods)))
        own = [cell.amount for cell in whole.cells] if whole else [None] * len(sums)
        differences = tuple(_minus(a, b) for a, b in zip(sums, own, strict=True))
        total = _sum(sums)
        return Gap(label, sums, differences, total, _minus(total, whole.total if whole else None))


def build(user: User, measure: Measure, unit: str, calendar: str, periods: list[Period]) -> Grid:
    """The sheet as it stands: three statements."""
    goals = queries.of_measure(queries.of_kind(queries.settable_by(user), unit, calendar), measure.key)
    goals = queries.with_targets(goals, periods[0].start, periods[-1].end)
    stored = {_key(goal): goal for goal in db.session.scalars(goals).unique()}
    grid = Grid(measure, unit, calendar, periods)
    if user.is_owner:
        grid.rows.append(_row(grid, "company", _("Company"), "company", stored))
    people = list(db.session.scalars(_members(user)))
    for team in db.session.scalars(queries.teams_of(user)):
        grid.rows.append(_row(grid, f"team-{team.id}", team.name, "team", stored, team_id=team.id))
        grid.rows += _people(grid, [person for person in people if person.team_id == team.id], stored)
    grid.rows += _people(grid, [person for person in people if person.team_id is None], stored)
    return grid


def fill(grid: Grid, typed: Mapping[str, str]) -> list[tuple[Row, Cell, int | None]]:
    """Take over what was typed; returns the cells that differ from what the person had seen.

    A text that is no target marks its cell with an error; a cell that someone else has changed meanwhile is a clash.
    """
    changes = []
    for row in grid.rows:
        seen = _seen(typed.get(f"was-{row.key}", ""), len(row.cells))
        for cell, (version, before) in zip(row.cells, seen, strict=True):
            if cell.name not in typed or not _take(cell, typed[cell.name], grid.measure.unit):
                continue
            wanted = amounts.read(cell.typed, grid.measure.unit)
            if wanted == before:
                cell.typed = amounts.typed(cell.amount, grid.measure.unit)
            elif wanted != cell.amount:
                if version != cell.version:
                    cell.clash = amounts.written(amounts.as_value(cell.amount, grid.measure.unit), grid.measure.unit)
                changes.append((row, cell, wanted))
    return changes


def save(grid: Grid, changes: Sequence[tuple[Row, Cell, int | None]], actor: User) -> None:
    """Set the targets and remember who changed what."""
    for row, cell, amount in changes:
        if row.goal is None:
            row.goal = _new_goal(grid, row)
        if cell.target is None:
            period = cell.period
            cell.target = Target(period_key=period.key, start=period.start, end=period.end, amount=None)
            row.goal.targets.append(cell.target)
        cell.target.set(amount, actor)


def _take(cell: Cell, text: str, unit: str) -> bool:
    cell.typed = text.strip()[:60]
    try:
        amounts.read(cell.typed, unit)
    except ValueError as error:
        cell.error = str(error)
    return not cell.error


def _seen(text: str, length: int) -> list[tuple[int, int | None]]:
    """What `Row.seen` wrote; a broken text counts as if nothing had been seen."""
    try:
        pairs = [part.split(":") for part in text.split(",")]
        found = [(int(version), int(amount) if amount else None) for version, amount in pairs]
    except ValueError:
        found = []
    return found if len(found) == length else [(0, None)] * length


def _members(user: User) -> Select[tuple[User]]:
    people = queries.people_of(user)
    return people if user.is_owner else people.where(User.team_id.in_(queries.teams_managed_by(user)))


def _people(grid: Grid, people: Sequence[User], stored: Mapping[str, Goal]) -> list[Row]:
    return [
        _row(grid, f"user-{person.id}", person.name, "user", stored, person=person, team_id=person.team_id)
        for person in people
    ]


def _row(grid: Grid, key: str, label: str, kind: str, stored: Mapping[str, Goal], **facts) -> Row:
    goal = stored.get(key)
    targets = {target.period_key: target for target in goal.targets} if goal else {}
    cells = [Cell(f"cell-{key}-{period.key}", period, targets.get(period.key)) for period in grid.periods]
    for cell in cells:
        cell.typed = amounts.typed(cell.amount, grid.measure.unit)
    return Row(key, label, kind, cells, goal, **facts)


def _new_goal(grid: Grid, row: Row) -> Goal:
    goal = Goal(measure=grid.measure.key, unit=grid.unit, calendar=grid.calendar)
    goal.team_id = row.team_id if row.kind == "team" else None
    goal.user_id = row.person.id if row.person else None
    db.session.add(goal)
    return goal


def _key(goal: Goal) -> str:
    if goal.user_id is not None:
        return f"user-{goal.user_id}"
    return f"team-{goal.team_id}" if goal.team_id is not None else "company"


def _sum(values) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _minus(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first - second
