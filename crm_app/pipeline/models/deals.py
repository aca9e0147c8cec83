"""Deals, and the verbs that move them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm_app.accounts.models import Team, User
from crm_app.activity import Event, record
from crm_app.activity.recording import instant
from crm_app.activity.records import Record, bin_index
from crm_app.catalog.models import Product
from crm_app.contacts.models import Company, Person
from crm_app.extensions import SortKey, db, utc_now
from crm_app.pipeline.models.history import Closing, Stay, cut_short, standing
from crm_app.pipeline.models.keys import deal_keys
from crm_app.pipeline.models.snoozing import Snoozing
from crm_app.pipeline.models.stages import Pipeline, Stage
from crm_app.web.found_by import FoundBy
from crm_app.web.money import Money, Rates
from crm_app.web.ordering import written_out

RANK_GAP = 1024
# All that the totals of boards are made of, so that they are read from the index alone.
_SUMMED = ("status", "deleted_at", "stage_id", "currency", "owner_id", "value_amount", "expected_close")
# How long deals stand in their stages, the longest first.
_STANDING = ("status", "deleted_at", "entered_stage_at", "id", "stage_id", "snoozed_until", "owner_id")


class Deal(Record, Snoozing, db.Model):
    """`status` repeats the kind of the deal's stage, for the indexes. `rank` orders the cards of a column."""

    __tablename__ = "deals"
    __table_args__ = (
        Index("ix_deals_board", "stage_id", "rank", "id", "owner_id"),
        Index("ix_deals_created", "created_at", "id"),
        Index("ix_deals_expected", "status", "deleted_at", "pipeline_id", "expected_close", "id"),
        Index("ix_deals_sums", *_SUMMED),
        Index("ix_deals_newest", "created_is_known", "created_at", "id"),
        Index("ix_deals_sorted", "sort_key", "id"),
        Index("ix_deals_standing", *_STANDING),
        Index("ix_deals_status_created_at", "status", "created_at"),
        bin_index("deals"),
    )
    # Of the company one may know no more than its name, whoever's it is.
    found_by = FoundBy("title", words=("code",), of=("company",))

    title: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[str] = mapped_column(SortKey)
    title_key: Mapped[str] = mapped_column(String(200), default="", index=True)
    code: Mapped[str] = mapped_column(String(60), default="")
    code_key: Mapped[str] = mapped_column(String(60), default="", index=True)
    value_amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    pipeline_id: Mapped[int] = mapped_column(ForeignKey("pipelines.id", ondelete="RESTRICT"), index=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stages.id", ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(String(8), default="open")
    rank: Mapped[int] = mapped_column(BigInteger)
    entered_stage_at: Mapped[datetime] = mapped_column(default=utc_now)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="SET NULL"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id", ondelete="SET NULL"), index=True)
    source: Mapped[str] = mapped_column(String(100), default="")
    expected_close: Mapped[date | None] = mapped_column(Date)
    created_is_known: Mapped[bool] = mapped_column(default=True)
    closed_at: Mapped[datetime | None]
    lost_reason: Mapped[str] = mapped_column(String(500), default="")
    first_owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    first_team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))

    pipeline: Mapped[Pipeline] = relationship()
    stage: Mapped[Stage] = relationship()
    company: Mapped[Company | None] = relationship()
    person: Mapped[Person | None] = relationship()
    product: Mapped[Product | None] = relationship()
    first_owner: Mapped[User | None] = relationship(foreign_keys=[first_owner_id])
    first_team: Mapped[Team | None] = relationship(foreign_keys=[first_team_id])
    stays: Mapped[list[Stay]] = relationship(order_by=Stay.seq, cascade="all, delete-orphan")
    closings: Mapped[list[Closing]] = relationship(order_by=Closing.id, cascade="all, delete-orphan")

    @property
    def name(self) -> str:
        return self.title

    @property
    def value(self) -> Money | None:
        return None if self.value_amount is None else Money(self.value_amount, self.currency)

    @value.setter
    def value(self, value: Money | None) -> None:
        self.value_amount = value.amount if value else None
        self.currency = value.currency if value else self.currency

    @property
    def is_open(self) -> bool:
        return self.status == "open"

    def days_over(self, today: date) -> int:
        """How long the day on which it should close has passed; 0 where it has not, or the deal is closed."""
        return max((today - self.expected_close).days, 0) if self.is_open and self.expected_close else 0

    @property
    def last_open_stage(self) -> Stage:
        """Where a closed deal goes back to: of the stages in use, the one it was in last."""
        been = [stay.stage for stay in self.stays if stay.stage.is_open and stay.stage.is_in_use]
        return been[-1] if been else self.pipeline.open_stages[0]

    @validates("title", "code")
    def _keep_keys(self, attribute: str, value: str) -> str:
        for name, key in deal_keys(**{"title": self.title, "code": self.code} | {attribute: value}).items():
            setattr(self, name, key)
        return value

    def open_in(self, stage: Stage) -> "Deal":
        """Create the deal in an open stage, at the foot of its column unless a rank is set."""
        self.stage, self.pipeline, self.status = stage, stage.pipeline, stage.kind
        self.created_at = self.created_at or instant()
        self.entered_stage_at = self.created_at
        with db.session.no_autoflush:
            self.rank = rank_at_foot(stage) if self.rank is None else self.rank
        self.first_owner, self.first_team = self.owner, self.owner.team if self.owner else None
        self._enter(stage, self.entered_stage_at)
        return self.create()

    def move_to(self, stage: Stage, rank: int | None = None) -> Event | None:
        """Move to another open stage; gives back the event of moving. Raises ValueError for a won or lost one."""
        if not stage.is_open:
            raise ValueError("a deal is won or lost by its own verb")
        if not self.is_open:
            self.reopen(stage, rank)
        elif stage is not self.stage:
            before, stood = self.stage, standing(self)
            self._change_stage(stage, instant(), rank_at_foot(stage) if rank is None else rank)
            return record(self, "moved", before=before.name, after=stage.name, stages=[before.id, stage.id], **stood)
        return None

    def win(self, value: Money | None, closed_at: datetime, rates: Rates, stage: Stage | None = None) -> None:
        """Close as won for `value`, at an instant that may lie in the past; in the first won stage unless one is given.

        The rate is the one of the day that `closed_at` names in its own zone: give it in the organisation's.
        """
        self._must_be_open()
        stood = standing(self)
        self.value = value
        self._close("won", closed_at, rates, stage, value=self.value, **stood)

    def lose(self, reason: str, closed_at: datetime, rates: Rates, stage: Stage | None = None) -> None:
        self._must_be_open()
        self.lost_reason = reason
        self._close("lost", closed_at, rates, stage, reason=reason, **standing(self))

    def reopen(self, stage: Stage, rank: int | None = None) -> None:
        """Back into play in an open stage: the closing stays in the history, reversed."""
        if self.is_open or not stage.is_open:
            raise ValueError("only a closed deal is reopened, and into an open stage")
        before = self.stage
        rank = rank_at_foot(stage) if rank is None else rank
        self._reverse_closing()
        self._change_stage(stage, instant(), rank)
        record(self, "reopened", before=before.name, after=stage.name)

    def take_back(self, rank: int, amount: int | None, currency: str, sleep: tuple[date, str] | None = None) -> None:
        """Undo the last change of stage, as though it had not been: its stay and closing go. The log keeps both."""
        before = self.stage
        if not self.is_open:
            self.closings.pop()
            self.closed_at, self.lost_reason = None, ""
            self.value_amount, self.currency = amount, currency
        self.stays.pop()
        stay = self.stays[-1]
        stay.left_at = stay.seconds = stay.left_to_id = None
        self.stage, self.pipeline, self.status = stay.stage, stay.stage.pipeline, stay.stage.kind
        self.entered_stage_at, self.rank = stay.entered_at, rank
        self.snoozed_until, self.snooze_reason = sleep or (None, "")
        self._follow()
        record(self, "taken back", before=before.name, after=self.stage.name)

    def change(self, **values: Any) -> dict[str, list[Any]]:
        changes = super().change(**values)
        self._follow()
        return changes

    def _must_be_open(self) -> None:
        if not self.is_open:
            raise ValueError("the deal is closed already")

    def _close(self, outcome: str, closed_at: datetime, rates: Rates, stage: Stage | None, **told: Any) -> None:
        """No stay lasts beyond the closing, not even one that began between its day and today."""
        day, before = closed_at.date(), self.stage
        closed_at = max(closed_at, self.created_at) if self.created_is_known else closed_at
        told |= cut_short(self.stays, closed_at)
        self._change_stage(stage or self.pipeline.stage_of_kind(outcome), closed_at)
        self.closed_at = closed_at
        self.closings.append(
            Closing(
                outcome=outcome,
                closed_at=closed_at,
                owner=self.owner,
                team=self.owner.team if self.owner else None,
                value_amount=self.value_amount,
                currency=self.currency,
                base_amount=rates.convert(self.value, day) if self.value else None,
                cycle_seconds=int((closed_at - self.created_at).total_seconds()) if self.created_is_known else None,
            )
        )
        stages = [before.id, self.stage.id]
        record(self, outcome, before=before.name, closed_at=closed_at, stages=stages, **told)

    def _reverse_closing(self) -> None:
        for closing in self.closings:
            if closing.reversed_at is None:
                closing.reversed_at = instant()
        self.closed_at, self.lost_reason = None, ""

    def _change_stage(self, stage: Stage, at: datetime, rank: int | None = None) -> None:
        """Leaving for another pipeline is no way out of a stage: then the stay ends without an answer."""
        with db.session.no_autoflush:
            stay = self.stays[-1]
            stay.leave(at, stage if stage.pipeline_id == stay.pipeline_id else None)
            self.stage, self.pipeline, self.status = stage, stage.pipeline, stage.kind
            self.rank = self.rank if rank is None else rank
            self.entered_stage_at = stay.left_at or at
            self._wake_silently()
            self._enter(stage, self.entered_stage_at)

    def _enter(self, stage: Stage, at: datetime) -> None:
        seq, pipeline_id = len(self.stays) + 1, stage.pipeline_id
        self.stays.append(Stay(pipeline_id=pipeline_id, stage=stage, seq=seq, entered_at=at, currency=self.currency))
        self._follow()

    def _follow(self) -> None:
        """The open stay carries the deal's owner, team and value as they stand."""
        if self.stays and self.stays[-1].left_at is None:
            stay = self.stays[-1]
            stay.owner_id = self.owner.id if self.owner else None
            stay.team_id = self.owner.team_id if self.owner else None
            stay.value_amount, stay.currency = self.value_amount, self.currency


def rank_at_foot(stage: Stage) -> int:
    """A rank below every card of the column. The stage is locked, so that no two cards take the same."""
    db.session.execute(select(Stage.id).where(Stage.id == stage.id).with_for_update(key_share=True))
    lowest = db.session.scalar(select(func.max(Deal.rank)).where(Deal.stage_id == stage.id))
    return (lowest or 0) + RANK_GAP


# Of all deals they are few, which PostgreSQL has to know.
IS_OPEN: ColumnElement[bool] = Deal.status == written_out("open")
