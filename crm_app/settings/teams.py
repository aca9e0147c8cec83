"""Making teams, filling them, and taking away those that were never used; with the trace in the event log."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from crm_app.accounts.models import Team, User
from crm_app.activity import record
from crm_app.activity.recording import plain
from crm_app.extensions import db
from crm_app.goals.models import Goal
from crm_app.pipeline.crediting import carry_along
from crm_app.pipeline.models import Closing, Deal, Stay
from crm_app.web.texts import gettext as _


def add(name: str, region: str, manager: User | None, members: Sequence[User]) -> Team:
    team = Team(region=region, manager=manager)
    team.rename(name)
    record(team, "added")
    _fill(team, members)
    return team


def change(team: Team, name: str, region: str, manager: User | None, members: Sequence[User]) -> None:
    after = {"name": name, "region": region, "manager": manager}
    changes = {
        key: [plain(getattr(team, key)), plain(value)] for key, value in after.items() if getattr(team, key) != value
    }
    team.rename(name)
    team.region, team.manager = region, manager
    if changes:
        record(team, "changed", changes=changes)
    _fill(team, members)


def why_it_stays(team: Team) -> str | None:
    """The reason why a team cannot go: someone is in it, or figures of the past are counted for it."""
    if _any(User.team_id == team.id):
        return _("This team still has members. Move them to another team first.")
    if _any(Goal.team_id == team.id):
        return _("This team has goals. They and their history would be deleted with it.")
    counted = (Closing.team_id == team.id, Stay.team_id == team.id, Deal.first_team_id == team.id)
    if any(_any(condition) for condition in counted):
        return _("Past deals are counted for this team, and its reports would lose them.")
    return None


def delete(team: Team) -> None:
    record(team, "deleted", name=team.name)
    db.session.delete(team)


def _fill(team: Team, members: Sequence[User]) -> None:
    """Exactly these are in it from now on; each move is noted where it can be looked up, with the person."""
    now = set(db.session.scalars(select(User).where(User.team_id == team.id)))
    for person in now - set(members):
        _move(person, None)
    for person in set(members) - now:
        _move(person, team)


def _move(person: User, team: Team | None) -> None:
    record(person, "changed", changes={"team": [plain(person.team), plain(team)]})
    person.team = team
    carry_along(person)


def _any(condition) -> bool:
    return bool(db.session.scalar(select(exists().where(condition))))
