"""The targets of the running periods, and how far they are reached."""

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from crm_app.accounts.models import Organisation, User
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


def current(user: User, firm: Organisation, whose: str) -> list[Standing]:
    """One's own goals, or those of the company; the shortest periods first."""
    if not user.sells:
        return []
    targets = db.session.scalars(_targets(user, whose)).all()[:SHOWN]
    if not targets:
        return []
    subject = Subject(person=user) if whose == MINE else Subject()
    periods = [queries.period_of(target, firm) for target in targets]
    measures = [MEASURES[key] for key in _MEASURES if any(target.goal.measure == key for target in targets)]
    figures = asking.together(measures, periods, Scope(user, owner_id=subject.key[1]))
    weekend = [int(day) for day in firm.weekend]
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


def _targets(user: User, whose: str) -> Select[tuple[Target]]:
    today = reader.today()
    goals = queries.visible_to(user).where(Goal.measure.in_(_MEASURES))
    goals = (
        goals.where(Goal.user_id == user.id)
        if whose == MINE
        else goals.where(Goal.user_id.is_(None), Goal.team_id.is_(None))
    )
    return (
        select(Target)
        .join(Target.goal)
        .where(Goal.id.in_(goals.with_only_columns(Goal.id)), Target.start <= today, Target.end > today)
        .where(Target.amount.is_not(None))
        .options(contains_eager(Target.goal))
        .order_by(Target.start.desc(), Goal.id)
    )
