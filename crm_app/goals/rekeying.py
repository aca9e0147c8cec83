"""Keys of targets, made again when quarters and years begin elsewhere."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import Organisation
from crm_app.extensions import db
from crm_app.goals import queries
from crm_app.goals.models import Target


def rekey(firm: Organisation) -> int:
    """A target goes on meaning the days it was set for, by the key that they have now.

    Where no period has those days any more, the target waits under its first day until one has them again; returns
    how many do. Call it in the transaction that changes where the year begins.
    """
    keys, waiting = {}, 0
    for target in db.session.scalars(select(Target).options(joinedload(Target.goal))):
        period = queries.period_of(target, firm)
        is_waiting = period.unit == "custom"
        waiting += is_waiting and target.amount is not None
        key = period.start.isoformat() if is_waiting else period.key
        if key != target.period_key:
            keys[target] = key
    # Keys move along the quarters by one: none may meet its new one while that is still taken.
    for target in keys:
        target.period_key = f"#{target.id}"
    db.session.flush()
    for target, key in keys.items():
        target.period_key = key
    return waiting
