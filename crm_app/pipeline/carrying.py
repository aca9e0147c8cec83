"""A card carried to an open stage of its pipeline: what is done on a board most, so by plain statements alone.

It leaves behind what the verbs of a deal leave (`moving.move`, `Deal.move_to`), to the row.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, insert, update

from crm_app.accounts.models import User
from crm_app.accounts.queries import once_for_each_scope
from crm_app.activity.recording import instant, plain, record_plainly
from crm_app.activity.records import Conflict
from crm_app.contacts.models import Company
from crm_app.extensions import db
from crm_app.pipeline import cards, limits, queries, ranking
from crm_app.pipeline.cards import Card
from crm_app.pipeline.models import Deal, Stay
from crm_app.pipeline.models.history import leaving, standing
from crm_app.pipeline.ranking import Spot
from crm_app.pipeline.shapes import StageShape

_DEALS, _STAYS = Deal.__table__, Stay.__table__
# Beside what its card shows: how it stands, and the stay that goes on. What stands on top where it goes comes last.
_BESIDE = (
    Deal.pipeline_id, Deal.status, User.team_id,
    Stay.id.label("stay_id"), Stay.seq, Stay.entered_at, Stay.pipeline_id.label("stay_pipeline_id"),
)  # fmt: skip
_MOVED = (
    update(_DEALS)
    .where(_DEALS.c.id == bindparam("deal_id"), _DEALS.c.version == bindparam("seen"))
    .values({name: bindparam(f"new_{name}") for name in ("stage_id", "rank", "entered_stage_at", "version")})
    .values(snoozed_until=None, snooze_reason="")
)
_LEFT = (
    update(_STAYS)
    .where(_STAYS.c.id == bindparam("stay_id"))
    .values({name: bindparam(f"new_{name}") for name in ("left_at", "seconds", "left_to_id")})
)
_ENTERED = insert(_STAYS)


class Carrying(NamedTuple):
    """What the mover of a card saw and wants: the stage it goes to, and the cards above and below it there.

    `came_from` is the column in which the mover's page shows the card.
    """

    stage: int
    after: int | None
    before: int | None
    came_from: int | None
    version: int | None


class Carried(NamedTuple):
    """`came_from` is the id of the stage it left, or still stands in; `event` is what the log says of it."""

    card: Card
    pipeline_id: int
    came_from: int
    event: int

    @property
    def is_placed(self) -> bool:
        """Whether it stands in the same column, at another place."""
        return self.came_from == self.card.stage_id


class Unusual(Exception):
    """It is no matter of one open stage and another: the deal's own verbs do it."""


def carry(user: User, deal_id: int, wanted: Carrying, stages: dict[int, StageShape]) -> Carried | None:
    """Move the deal; None where the user sees no such deal, or no such stage in its pipeline.

    `stages` are those in use. Raises Conflict if the deal is no longer what its mover saw, Refused if the stage takes
    none, Unusual before anything is changed.
    """
    target = stages.get(wanted.stage)
    if target is None or not target.is_open:
        raise Unusual
    in_use = ranking.lock_for_move(deal_id, target.id, stages)
    connection = db.session.connection()
    found: Any = connection.execute(_standing(user), {"deal_id": deal_id, "target_id": target.id}).first()
    if found is None or found.pipeline_id != target.pipeline_id:
        return None
    if found.status != "open" or found.stay_id is None or target.id not in in_use:
        raise Unusual
    if wanted.version not in (None, found.version) or found.stage_id not in in_use:
        raise Conflict
    if found.stage_id != target.id:
        limits.expect_room(target)
    above, below = _neighbours(connection, user, wanted)
    is_beside = above is not None or below is not None
    rank = ranking.rank_beside(found, target, above, below) if is_beside else ranking.rank_above(found.top)
    if found.stage_id == target.id:
        placed = record_plainly(Deal, deal_id, "placed", **ranking.place(found, target, rank))
        return Carried(_card(found, target, rank=rank), found.pipeline_id, target.id, placed)
    event = _move(connection, found, stages[found.stage_id].name, target, rank)
    came_in = {"version": found.version + 1, "rank": rank, "stage_id": target.id, "entered_stage_at": event.at}
    card = _card(found, target, **came_in, snoozed_until=None, snooze_reason="")
    return Carried(card, found.pipeline_id, found.stage_id, event.id)


def _neighbours(connection: Connection, user: User, wanted: Carrying) -> tuple[Spot | None, Spot | None]:
    """A card that the mover does not see counts as not given, so that nothing of it shows."""
    if wanted.after is None and wanted.before is None:
        return None, None
    asked = {"after": wanted.after, "before": wanted.before, "stage_id": wanted.stage}
    spots = {row.id: (row.rank, row.id) for row in connection.execute(_beside(user), asked)}
    return spots.get(wanted.after), spots.get(wanted.before)


class _Moved(NamedTuple):
    """The event of a move, and the instant at which the stay in the new stage begins."""

    id: int
    at: datetime


def _move(connection: Connection, found: Any, before: str, target: StageShape, rank: int) -> _Moved:
    left = leaving(found.entered_at, instant())
    values = {"stage_id": target.id, "rank": rank, "entered_stage_at": left.left_at, "version": found.version + 1}
    changed = connection.execute(_MOVED, _new(values) | {"deal_id": found.id, "seen": found.version})
    if changed.rowcount != 1:
        raise Conflict
    same_pipeline = target.pipeline_id == found.stay_pipeline_id
    gone_to = _new({**left._asdict(), "left_to_id": target.id if same_pipeline else None})
    connection.execute(_LEFT, gone_to | {"stay_id": found.stay_id})
    stay = {"deal_id": found.id, "pipeline_id": target.pipeline_id, "stage_id": target.id, "seq": found.seq + 1}
    credit = {name: getattr(found, name) for name in ("owner_id", "team_id", "value_amount", "currency")}
    connection.execute(_ENTERED, stay | credit | {"entered_at": left.left_at})
    told = {"before": before, "after": target.name, "stages": [found.stage_id, target.id]}
    return _Moved(record_plainly(Deal, found.id, "moved", **told, **plain(standing(found))), left.left_at)


def _new(values: dict[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in values.items()}


def _card(found: Any, stage: StageShape, **changed: Any) -> Card:
    return cards.card_of(
        [changed.get(column.key, value) for column, value in zip(cards.COLUMNS, found, strict=False)], stage
    )


@once_for_each_scope
def _standing(user: User) -> Select[Any]:
    open_stay = (Stay.deal_id == Deal.id) & Stay.left_at.is_(None)
    deals = queries.visible_to(user).where(Deal.id == bindparam("deal_id"))
    named = deals.outerjoin(Company, Company.id == Deal.company_id).outerjoin(User, User.id == Deal.owner_id)
    top = ranking.top_rank(bindparam("target_id"), bindparam("deal_id")).label("top")
    return named.outerjoin(Stay, open_stay).with_only_columns(*cards.COLUMNS, *_BESIDE, top)


@once_for_each_scope
def _beside(user: User) -> Select[Any]:
    meant = Deal.id.in_([bindparam("after"), bindparam("before")])
    beside = queries.visible_to(user).where(meant, Deal.stage_id == bindparam("stage_id"))
    return beside.with_only_columns(Deal.rank, Deal.id)
