"""What stood at instants: the open deals and their worth, rebuilt from the stays in stages."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, literal_column, or_, select, union_all

from crm_app.accounts.models import User
from crm_app.extensions import db, utc_now
from crm_app.measures.events import Place, Span, Tally, span_of
from crm_app.measures.scope import OF_CREDIT, Credit, Rows, Scope
from crm_app.pipeline.models import IS_OPEN, Deal, Stage, Stay
from crm_app.web.money import Money, Rates

_END = datetime(9999, 12, 31, tzinfo=UTC)
# What stood before is found sooner among what had been entered by then than by going back from today.
_LONG_AGO = timedelta(days=400)


class Moment(NamedTuple):
    """The state just before `before`, at the rates of `day`; `before` is None for the state as it is now."""

    before: datetime | None
    day: date


class _Kind(NamedTuple):
    """`probability` is that of the stage, in per cent: what stands in one is weighted together, and rounded last."""

    key: Any
    currency: str
    probability: int


class _Sum(NamedTuple):
    n: int = 0
    priced: int = 0
    amount: int = 0

    def plus(self, other: "_Sum") -> "_Sum":
        return _Sum(*[mine + theirs for mine, theirs in zip(self, other, strict=True)])

    def times(self, sign: int) -> "_Sum":
        return _Sum(*[sign * number for number in self])


def tallies(scope: Scope, moments: Sequence[Moment], rates: Rates, dimension: str | None = None) -> dict[Place, Tally]:
    """By number of the moment and key of the group; two statements at most, however many moments there are."""
    states: dict[int, dict[_Kind, _Sum]] = {}
    past = sorted((moment.before, number) for number, moment in enumerate(moments) if moment.before is not None)
    if len(past) > 1 or (past and past[0][0] > utc_now() - _LONG_AGO):
        states = _over_time(scope, past, dimension)
    elif past:
        states = {number: _at(scope, moments[number], dimension) for _before, number in past}
    present = [number for number, moment in enumerate(moments) if moment.before is None]
    if present:
        states |= dict.fromkeys(present, _at(scope, moments[present[0]], dimension))
    result: dict[Place, Tally] = {}
    for number, state in states.items():
        for kind, total in state.items():
            if total.n:
                tally = result.setdefault((number, kind.key), Tally())
                _add(tally, kind, total, rates, moments[number].day)
    return result


def rows(scope: Scope, moment: Moment, *, of_deals: bool = True) -> Rows:
    """The deals open at one moment, each with the instant at which it entered its stage."""
    if moment.before is not None:
        stood = and_(Stay.entered_at < moment.before, or_(Stay.left_at.is_(None), Stay.left_at >= moment.before))
        return _stays(scope, of_deals).where(stood)
    deals = scope.deals().join(Stage, Stage.id == Deal.stage_id).outerjoin(User, User.id == Deal.owner_id)
    credit = Credit(Deal.owner_id, User.team_id, Deal.stage_id)
    return Rows(deals, Deal.entered_stage_at, credit).where(IS_OPEN).credited(scope)


def _at(scope: Scope, moment: Moment, dimension: str | None) -> dict[_Kind, _Sum]:
    deals, key = rows(scope, moment, of_deals=dimension not in OF_CREDIT).told_apart(dimension)
    source = Deal if moment.before is None else Stay
    chosen = (key.label("key"), source.currency, Stage.probability, source.value_amount)
    table = deals.with_only_columns(*chosen).subquery()
    query = _summed(table, table.c.key, table.c.currency, table.c.probability)
    return {_Kind(*row[:3]): _numbers(row[3:]) for row in db.session.connection().execute(query)}


def _over_time(
    scope: Scope, instants: Sequence[tuple[datetime, int]], dimension: str | None
) -> dict[int, dict[_Kind, _Sum]]:
    """What stands now, less all that was entered since an instant, and with all that was left since then."""
    ends = [*(instant for instant, _number in instants[1:]), _END]
    spans = [(instant, end) for (instant, _number), end in zip(instants, ends, strict=True)]
    stays = _stays(scope, dimension not in OF_CREDIT)
    changes: dict[int, list[tuple[_Kind, _Sum]]] = defaultdict(list)
    flows = (_flow(stays, at, spans, dimension, sign) for at, sign in ((Stay.entered_at, -1), (Stay.left_at, 1)))
    lasting = stays.where(Stay.left_at.is_(None))
    whole = union_all(*flows, _part(lasting, literal_column(str(len(spans))), dimension, 1))
    for position, key, currency, probability, *numbers, sign in db.session.connection().execute(whole):
        changes[position].append((_Kind(key, currency, probability), _numbers(numbers).times(sign)))
    state: dict[_Kind, _Sum] = defaultdict(_Sum)
    result = {}
    for position in range(len(spans), -1, -1):
        for kind, change in changes[position]:
            state[kind] = state[kind].plus(change)
        if position < len(spans):
            result[instants[position][1]] = dict(state)
    return result


def _stays(scope: Scope, of_deals: bool) -> Rows:
    deals = scope.history(Stay, of_deals).join(Stage, Stage.id == Stay.stage_id)
    credit = Credit(Stay.owner_id, Stay.team_id, Stay.stage_id)
    return Rows(deals, Stay.entered_at, credit).where(Stage.kind == "open").credited(scope)


def _flow(stays: Rows, at: Any, spans: Sequence[Span], dimension: str | None, sign: int) -> Select[Any]:
    inside = stays.where(at >= spans[0][0], at < spans[-1][1])
    return _part(inside, span_of(at, spans), dimension, sign)


def _part(stays: Rows, number: Any, dimension: str | None, sign: int) -> Select[Any]:
    """Sums of stays by that number, their key, currency and probability, each with the sign given."""
    deals, key = stays.told_apart(dimension)
    by = number.label("number"), key.label("key"), Stay.currency, Stage.probability
    inner = deals.with_only_columns(*by, Stay.value_amount).subquery()
    sums = _summed(inner, inner.c.number, inner.c.key, inner.c.currency, inner.c.probability)
    return sums.add_columns(literal_column(str(sign)))


def _summed(table: Any, *by: Any) -> Select[Any]:
    amount = table.c.value_amount
    return select(*by, func.count(), func.count(amount), func.sum(amount)).group_by(*by)


def _numbers(row: Sequence[Any]) -> _Sum:
    return _Sum(*(int(number or 0) for number in row))


def _add(tally: Tally, kind: _Kind, total: _Sum, rates: Rates, day: date) -> None:
    tally.n += total.n
    tally.unpriced += total.n - total.priced
    worth = rates.worth(Money(total.amount, kind.currency), day)
    if worth is not None:
        tally.priced += total.priced
        tally.amount += worth
        tally.weighted += Decimal(worth) * kind.probability / 100
