"""The targets of the running periods, and how far they are reached."""

from sqlalchemy import Date, Select, bindparam, select
from sqlalchemy.orm import contains_eager

from crm_app.accounts.models import Organisation, Team, User
from crm_app.accounts.queries import once_for_each_scope, sees_everything
from crm_app.extensions import db
from crm_app.goals import queries
from crm_app.goals.choosing import Subject
from crm_app.goals.models import Goal, Target
from crm_app.goals.standing import Standing, clock_of, standing
from crm_app.home.agenda import MINE
from crm_app.measures import asking
from crm_app.measures.catalogue import MEASURES
from crm_app.measures.scope import Scope
from crm_app.web.reader import reader

SHOWN = 3
# These share one statement, so the page costs the same however many of them are aimed at.
_MEASURES = ("won_value", "won_deals", "average_deal")


def current(user: User, firm: Organisation, subject: Subject) -> list[Standing]:
    """The goals of `subject`, the shortest periods first: by the organisation's calendar, else by the other one."""
    if not user.sells:
        return []
    team_id, user_id = subject.key
    now = {"today": reader.today(), "team_id": team_id, "user_id": user_id}
    found = db.session.scalars(_targets(user), now).all()
    targets = [target for target in found if target.goal.calendar == firm.calendar_name][:SHOWN] or found[:SHOWN]
    if not targets:
        return []
    periods = [queries.period_of(target, firm) for target in targets]
    measures = [MEASURES[key] for key in _MEASURES if any(target.goal.measure == key for target in targets)]
    figures = asking.together(measures, periods, Scope(user, owner_id=subject.key[1], team_id=subject.key[0]))
    weekend = firm.days_off
    return [
        standing(
            MEASURES[target.goal.measure],
            subject,
            period,
            figures[target.goal.measure][number],
            target,
            clock_of(period, reader.today(), weekend),
        )
        for number, (target, period) in enumerate(zip(targets, periods, strict=True))
    ]


def subject_of(user: User, whose: str) -> Subject:
    """Whoever sees only a team reads of that team, not of the company; several managed teams, of the first by name."""
    if whose == MINE:
        return Subject(person=user)
    if sees_everything(user):
        return Subject()
    managed = select(Team).where(Team.manager_id == user.id).order_by(Team.name_key, Team.id).limit(1)
    team = db.session.scalars(managed).first()
    return Subject(team=team) if team else Subject(person=user)


@once_for_each_scope
def _targets(user: User) -> Select[tuple[Target]]:
    today, team_id, user_id = bindparam("today", type_=Date), bindparam("team_id"), bindparam("user_id")
    goals = queries.visible_to(user).where(Goal.measure.in_(_MEASURES))
    goals = goals.where(Goal.user_id.is_not_distinct_from(user_id), Goal.team_id.is_not_distinct_from(team_id))
    return (
        select(Target)
        .join(Target.goal)
        .where(Goal.id.in_(goals.with_only_columns(Goal.id)), Target.start <= today, Target.end > today)
        .where(Target.amount.is_not(None))
        .options(contains_eager(Target.goal))
        .order_by(Target.start.desc(), Target.end, Goal.id)
    )
