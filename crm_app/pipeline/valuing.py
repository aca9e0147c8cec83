"""What closed deals are worth in the organisation's currency, worked out again when its rates change."""

from collections.abc import Collection

from sqlalchemy import Select, func, select, update

from crm_app import locks
from crm_app.accounts.models import Organisation
from crm_app.extensions import db
from crm_app.pipeline.models import Closing
from crm_app.web.money import Money, Rates

_BATCH = 5_000


def hold_rates() -> None:
    """For who changes rates, or the currency they are in, before anything is read: nobody closes deals meanwhile."""
    locks.hold(db.session.connection(), locks.RATES)


def keep_rates() -> None:
    """For who closes deals, before anything is held: nobody changes a rate until that is committed."""
    locks.hold(db.session.connection(), locks.RATES, is_shared=True)


def rates_now() -> Rates:
    """Not what the organisation's currency was as the request began, nor what the rates were then."""
    return Rates.load(db.session.scalars(select(Organisation.currency)).one())


def revalue(currencies: Collection[str] | None = None) -> int:
    """Value all closings in these currencies (None: in any) at the rate of their day; returns how many changed.

    Call it in the transaction that changed the rates. A closing whose day had no rate is left without a value.
    """
    rates, zone = rates_now(), db.session.get_one(Organisation, 1).zone
    last, changed = 0, 0
    while batch := db.session.execute(_after(last, currencies)).all():
        last = batch[-1].id
        valued = [
            {"id": row.id, "base_amount": worth}
            for row in batch
            if (worth := rates.convert(Money(row.value_amount, row.currency), row.closed_at.astimezone(zone).date()))
            != row.base_amount
        ]
        if valued:
            db.session.execute(update(Closing), valued)
        changed += len(valued)
    return changed


def unvalued() -> list[tuple[str, int]]:
    """Currencies in which deals are closed without a rate for their day, and how many; the most frequent first."""
    firm = db.session.get_one(Organisation, 1)
    count = func.count()
    lacking = (
        select(Closing.currency, count)
        .where(Closing.base_amount.is_(None), Closing.value_amount.is_not(None), Closing.reversed_at.is_(None))
        .where(Closing.currency != firm.currency)
        .group_by(Closing.currency)
        .order_by(count.desc(), Closing.currency)
    )
    return [(currency, number) for currency, number in db.session.execute(lacking)]


def _after(last: int, currencies: Collection[str] | None) -> Select:
    valued = select(Closing.id, Closing.value_amount, Closing.currency, Closing.closed_at, Closing.base_amount)
    valued = valued.where(Closing.id > last, Closing.value_amount.is_not(None))
    if currencies is not None:
        valued = valued.where(Closing.currency.in_(currencies))
    return valued.order_by(Closing.id).limit(_BATCH)
