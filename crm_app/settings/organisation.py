"""Changing what holds for the whole organisation, and what follows when its currency changes."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select

from crm_app.accounts.models import Organisation
from crm_app.activity import record
from crm_app.activity.recording import plain
from crm_app.extensions import db
from crm_app.goals import converting, rekeying
from crm_app.pipeline import rezoning, valuing
from crm_app.web.money import Rate, Rates, latest_first


class Untold(NamedTuple):
    """How many rates, and from which day on."""

    number: int
    since: date | None


def change(firm: Organisation, **values: Any) -> int:
    """In another currency rates are rewritten to say the same, closed deals are valued and targets told anew.

    In another time zone, days stay the days they were. So do those of targets where the year begins with another
    month; returns how many targets have days that no period has any more.
    """
    before, zone = {name: getattr(firm, name) for name in values}, firm.zone
    changes = {name: [plain(before[name]), plain(after)] for name, after in values.items() if before[name] != after}
    if not changes:
        return 0
    for name, value in values.items():
        setattr(firm, name, value)
    record(firm, "changed", changes=changes)
    if "time_zone" in changes:
        db.session.flush()
        rezoning.keep_days(zone, firm.zone)
    if "currency" in changes:
        rebase(before["currency"], firm.currency)
        db.session.flush()
    if {"time_zone", "currency"} & changes.keys():
        valuing.revalue()
    if "currency" in changes:
        converting.retell(before["currency"], firm.currency)
    return rekeying.rekey(firm) if {"fiscal_start", "calendar_name"} & changes.keys() else 0


def untold_in(currency: str) -> Untold:
    """Of the rates there are, those that would be lost if all were told in this currency."""
    first = db.session.scalar(select(func.min(Rate.day)).where(Rate.currency == currency))
    older = select(func.count(), func.min(Rate.day))
    return Untold(*db.session.execute(older if first is None else older.where(Rate.day < first)).one())


def rebase(old: str, new: str) -> None:
    """Each rate told how much of `old` a currency is worth; now it tells how much of `new`.

    Days before the first rate between the two are left without one: nothing is known of them.
    """
    found = db.session.scalars(latest_first()).all()
    rates = Rates(old, [(rate.currency, rate.day, Decimal(rate.rate)) for rate in found])
    currencies = {old, *(rate.currency for rate in found)} - {new}
    db.session.execute(delete(Rate))
    for day in sorted({rate.day for rate in found}):
        worth = rates.on(new, day)
        for currency in sorted(currencies) if worth else ():
            value = rates.on(currency, day)
            if value:
                db.session.add(Rate(currency=currency, day=day, rate=value / worth))
