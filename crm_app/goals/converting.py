"""Targets of money, told in another currency when the organisation's changes."""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select

from crm_app.extensions import db
from crm_app.goals.models import Goal, Target, TargetChange
from crm_app.measures.catalogue import MEASURES
from crm_app.web.money import Money, Rates, minor_digits

Convert = Callable[[int | None, date], int | None]


def retell(old: str, new: str) -> None:
    """Each at the rate of its period's first day, its history too; without a rate the figure stays as it was typed.

    Call it in the transaction that changes the currency, once the rates tell of the new one.
    """
    converted = _between(old, new)
    kinds = [measure.key for measure in MEASURES.values() if measure.unit == "money"]
    targets = select(Target).join(Target.goal).where(Goal.measure.in_(kinds))
    for target in db.session.scalars(targets):
        target.amount = converted(target.amount, target.start)
    changes = select(TargetChange, Target.start).join(Target, Target.id == TargetChange.target_id)
    for change, start in db.session.execute(changes.join(Target.goal).where(Goal.measure.in_(kinds))):
        change.before, change.after = converted(change.before, start), converted(change.after, start)


def _between(old: str, new: str) -> Convert:
    rates, shift = Rates.load(new), minor_digits(new) - minor_digits(old)

    def converted(amount: int | None, day: date) -> int | None:
        if amount is None:
            return None
        worth = rates.convert(Money(amount, old), day)
        return int(Decimal(amount).scaleb(shift).to_integral_value(ROUND_HALF_UP)) if worth is None else worth

    return converted
