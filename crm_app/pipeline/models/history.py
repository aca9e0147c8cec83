"""What happened to deals, kept as rows: every stay in a stage, every closing. Credit is kept as it stood then."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_app.accounts.models import Team, User
from crm_app.extensions import db
from crm_app.pipeline.models.stages import Stage

_OF_STATES = ("stage_id", "owner_id", "team_id", "currency", "value_amount", "deal_id")
# When stays end, by their ids; as JSON has them, these are strings.
Ends = Mapping[str, datetime]
# All that figures of what was won and lost are added up from.
_OF_FIGURES = (
    *("outcome", "reversed_at", "closed_at", "owner_id", "team_id"),
    *("base_amount", "value_amount", "cycle_seconds", "deal_id"),
)


class Stay(db.Model):
    """A deal's stay in a stage; open while `left_at` is empty. Owner, team, value follow the deal until it leaves."""

    __tablename__ = "stays"
    __table_args__ = (
        Index("ix_stays_deal_id_seq", "deal_id", "seq", unique=True),
        Index("ix_stays_stage_id_entered_at", "stage_id", "entered_at", "left_at"),
        # All that states are added up from, so that they are read from the index alone.
        Index("ix_stays_entered", "entered_at", *_OF_STATES),
        Index("ix_stays_left", "left_at", *_OF_STATES),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"))
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipelines.id", ondelete="CASCADE"), index=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stages.id", ondelete="CASCADE"))
    seq: Mapped[int]
    entered_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    seconds: Mapped[int | None] = mapped_column(BigInteger)
    left_to_id: Mapped[int | None] = mapped_column(ForeignKey("stages.id", ondelete="SET NULL"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    value_amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))

    stage: Mapped[Stage] = relationship(foreign_keys=[stage_id])

    def leave(self, at: datetime, stage: Stage | None) -> None:
        self.left_at, self.seconds = leaving(self.entered_at, at)
        self.left_to_id = stage.id if stage else None


class Leaving(NamedTuple):
    left_at: datetime
    seconds: int


def leaving(entered_at: datetime, at: datetime) -> Leaving:
    """How a stay ends that began then; no stay ends before it began."""
    left_at = max(at, entered_at)
    return Leaving(left_at, int((left_at - entered_at).total_seconds()))


def cut_short(stays: Sequence[Stay], at: datetime) -> dict[str, Any]:
    """End what lasted beyond a closing with it. When it ended before is for the log, so that this can be undone."""
    cut = [stay for stay in stays if stay.left_at and stay.left_at > at]
    if not cut:
        return {}
    if any(stay.id is None for stay in cut):
        db.session.flush()
    ends = {str(stay.id): stay.left_at for stay in cut}
    end_stays(stays, dict.fromkeys(ends, at))
    return {"ends_before": ends}


def end_stays(stays: Sequence[Stay], ends: Ends) -> None:
    """Let stays end at these instants; each begins where the one before it ends."""
    for stay, following in pairwise(stays):
        if str(stay.id) in ends:
            stay.left_at, stay.seconds = leaving(stay.entered_at, ends[str(stay.id)])
            following.entered_at = stay.left_at


def standing(deal: Any) -> dict[str, Any]:
    """What a change of stage may change of a deal besides, for the log: so it can be taken back."""
    sleep = {"sleep_before": [deal.snoozed_until, deal.snooze_reason]} if deal.snoozed_until else {}
    return {"rank": deal.rank, "value_before": [deal.value_amount, deal.currency], **sleep}


class Closing(db.Model):
    """A deal won or lost. Reopening sets `reversed_at` and keeps the row.

    `base_amount` is the value in the organisation's currency (minor units) at the rate of the closing day; empty
    where the deal had no value or no rate was known. `cycle_seconds` runs from the deal's creation and is empty where
    that instant is not known.
    """

    __tablename__ = "closings"
    __table_args__ = (Index("ix_closings_standing", *_OF_FIGURES),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"), index=True)
    outcome: Mapped[str] = mapped_column(String(8))
    closed_at: Mapped[datetime]
    reversed_at: Mapped[datetime | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    value_amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    base_amount: Mapped[int | None] = mapped_column(BigInteger)
    cycle_seconds: Mapped[int | None] = mapped_column(BigInteger)

    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    team: Mapped[Team | None] = relationship(foreign_keys=[team_id])
