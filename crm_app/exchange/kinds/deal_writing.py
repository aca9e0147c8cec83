"""Deals of a plan into the database: in bulk when new, by the deals' own verbs when they move."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, func, select, update

from crm_app.accounts.models import User
from crm_app.accounts.queries import sees_everything
from crm_app.activity.models import Event
from crm_app.exchange.kinds import history, owners
from crm_app.exchange.kinds.history import Past
from crm_app.exchange.kinds.kind import ChangedMeanwhileError, Row, Setting
from crm_app.exchange.kinds.stored import chunks
from crm_app.extensions import db, utc_now
from crm_app.pipeline import valuing
from crm_app.pipeline.models import Closing, Deal, Stage, Stay
from crm_app.pipeline.models.deals import RANK_GAP
from crm_app.pipeline.models.history import cut_short
from crm_app.pipeline.models.keys import deal_keys
from crm_app.web.money import Money, Rates

_BLANK = {
    "code": "", "value_amount": None, "owner_id": None, "company_id": None, "person_id": None, "product_id": None,
    "source": "", "expected_close": None, "lost_reason": "",
}  # fmt: skip
_PAST = ("stage_id", "created_day", "closed_day")
_IN_USE = Stage.retired_at.is_(None)
# To take another place in its column makes no other version of a deal.
_PLACED_BY_HAND = exists().where(
    Event.subject_table == Deal.__tablename__, Event.subject_id == Deal.id, Event.verb == "placed"
)
_CARD = (Deal.id, Deal.stage_id, Deal.rank, Deal.created_at, Deal.created_is_known)


class Writing:
    _rates: Rates

    def __init__(self, setting: Setting):
        self._setting = setting
        self._now = utc_now()
        # Whoever sees only some people's deals would lose sight of one that nobody owns.
        self._sees_unowned = sees_everything(setting.user)

    def create(self, rows: list[Row], kind: Any, pen: Any) -> None:
        """Below the cards that are there, the newest deal first; those without a date last, as the file has them."""
        ranks, team_of = self._ranks(rows, kind), dict(db.session.execute(select(User.id, User.team_id)).all())
        for row in rows:
            columns = row.columns or {}
            row.columns = columns | {
                "pipeline_id": kind.stages_of(row).pipeline_id,
                "stage_id": kind.stages.real_id(row.facts["stage_id"]),
                "rank": ranks[row.number],
                "first_team_id": team_of.get(columns["owner_id"]),
            }
        pen.create(Deal, rows, kind.columns_of)
        stays, closings = [], []
        for row in rows:
            deal, past = (row.columns or {}) | {"id": row.id}, self._past(row)
            worked_in = kind.worked_in_of(row)
            stays += history.stays(deal, past, kind.stages.real_id(worked_in) if worked_in else deal["stage_id"])
            if past.closed_at:
                closings.append(history.closing(deal, past, self._base(deal, row)))
        pen.insert(Stay, stays)
        pen.insert(Closing, closings)

    def _past(self, row: Row) -> Past:
        zone = self._setting.zone
        return history.past(row.facts.get("created_day"), row.facts.get("closed_day"), self._now, zone)

    def columns_of(self, row: Row, kind: Any) -> dict[str, Any]:
        """All but the place on the board and the team, which others may change until the batch is written."""
        past = self._past(row)
        facts = _BLANK | {"currency": self._setting.currency, "title": row.values["default_title"]} | row.facts
        if "owner" not in kind.mapped or (facts["owner_id"] is None and not self._sees_unowned):
            facts["owner_id"] = owners.of_deals(self._setting.user)
        columns = {name: value for name, value in facts.items() if name not in ("created_day", "closed_day")}
        return columns | deal_keys(facts["title"], facts["code"]) | {
            "status": row.values["outcome"],
            "created_at": past.created_at,
            "created_is_known": past.created_is_known,
            "entered_stage_at": past.entered_stage_at,
            "closed_at": past.closed_at,
            "first_owner_id": facts["owner_id"],
        }  # fmt: skip

    def take_rates(self) -> None:
        """As they stand by the time of a batch, whatever they were when the file was checked."""
        self._rates = valuing.rates_now()

    def expect_stages(self, rows: list[Row], kind: Any) -> None:
        """The stages that rows go to are still in use, and still mean what they meant."""
        moving = [row for row in rows if row.known is None or "stage_id" in row.changes]
        wanted = {kind.stages_of(row).pipeline_id for row in moving}
        in_use = select(Stage.id, Stage.pipeline_id, Stage.kind).where(Stage.pipeline_id.in_(wanted), _IN_USE)
        meant = {id_: (pipeline_id, means) for id_, pipeline_id, means in db.session.execute(in_use)}
        for row in moving:
            stage_id = kind.stages.real_id(row.facts["stage_id"])
            if meant.get(stage_id) != (kind.stages_of(row).pipeline_id, row.values["outcome"]):
                raise ChangedMeanwhileError

    def _ranks(self, rows: list[Row], kind: Any) -> dict[int, int]:
        lowest: dict[int, int] = {}
        ranks: dict[int, int] = {}
        for row in sorted(rows, key=_newest_first):
            stage = kind.stages.real_id(row.facts["stage_id"])
            if stage not in lowest:
                lowest[stage] = db.session.scalar(select(func.max(Deal.rank)).where(Deal.stage_id == stage)) or 0
            lowest[stage] = ranks[row.number] = lowest[stage] + RANK_GAP
        return ranks

    def put_in_order(self, pen: Any) -> None:
        """Open deals that came in several batches stand in their columns as though they had come in one.

        They take each other's ranks; what somebody has touched since stays where it is.
        """
        cards: dict[int, list[Any]] = {}
        for chunk in chunks(pen.made_so_far(Deal)):
            open_ = select(*_CARD).where(Deal.id.in_(chunk), Deal.status == "open", Deal.version == 1)
            for card in db.session.execute(open_.where(Deal.deleted_at.is_(None), ~_PLACED_BY_HAND)):
                cards.setdefault(card.stage_id, []).append(card)
        for column in cards.values():
            ranks = sorted(card.rank for card in column)
            ordered = sorted(column, key=lambda card: (-card.created_at.timestamp() * card.created_is_known, card.id))
            moves = [
                {"card": card.id, "new_rank": rank}
                for card, rank in zip(ordered, ranks, strict=True)
                if rank != card.rank
            ]
            if moves:
                table = Deal.__table__
                moving = update(table).where(table.c.id == bindparam("card")).values(rank=bindparam("new_rank"))
                db.session.execute(moving, moves)

    def _base(self, deal: dict[str, Any], row: Row) -> int | None:
        if deal["value_amount"] is None:
            return None
        return self._rates.convert(Money(deal["value_amount"], deal["currency"]), row.facts["closed_day"])

    def update(self, rows: list[Row], kind: Any, pen: Any) -> None:
        by_id = {row.known["id"]: row for row in rows if row.known}
        stages = {stage.id: stage for stage in db.session.scalars(select(Stage))}
        noted = []
        for deal in pen.records(Deal, rows):
            row = by_id[deal.id]
            noted.append((deal.id, {"row": row.number, "changes": self._change(deal, row, kind, stages, pen)}))
        pen.note(Deal, noted)

    def _change(self, deal: Deal, row: Row, kind: Any, stages: dict[int, Stage], pen: Any) -> dict[str, Any]:
        past = {name: row.changes[name] for name in _PAST if name in row.changes}
        present = {name: change for name, change in row.changes.items() if name not in past}
        worth = {"value_amount", "currency"} & present.keys()
        changes = pen.apply(deal, replace(row, changes=present))
        # Nothing more to change: this lets the open stay follow the deal's owner and value.
        deal.change()
        target = stages[kind.stages.real_id(row.facts["stage_id"])]
        if "created_day" in past:
            self._begin_on(deal, history.midnight(past["created_day"][1], self._setting.zone))
            changes["created"] = [str(day) if day else None for day in past["created_day"]]
        if "stage_id" in past:
            self._move(deal, target, row, stages.get(kind.worked_in_of(row)))
        elif not deal.is_open and (past or worth):
            self._close_again(deal, row)
        if "closed_day" in past:
            changes["closed"] = [str(day) if day else None for day in past["closed_day"]]
        return changes

    def _move(self, deal: Deal, target: Stage, row: Row, worked_in: Stage | None) -> None:
        if target.kind == "open":
            deal.move_to(target)
            return
        reason = deal.lost_reason
        if not deal.is_open:
            deal.reopen(worked_in or target.pipeline.open_stages[0])
        closed_at = history.midnight(row.facts["closed_day"], self._setting.zone).astimezone(self._setting.zone)
        if target.kind == "won":
            deal.win(deal.value, closed_at, self._rates, target)
        else:
            deal.lose(reason, closed_at, self._rates, target)

    def _begin_on(self, deal: Deal, begun: datetime) -> None:
        first = deal.stays[0]
        if first.entered_at == deal.created_at and (len(deal.stays) > 1 or deal.is_open):
            first.entered_at = begun
            if first.left_at:
                first.leave(first.left_at, None if first.left_to_id is None else deal.stays[1].stage)
            else:
                deal.entered_stage_at = begun
        deal.created_at, deal.created_is_known = begun, True

    def _close_again(self, deal: Deal, row: Row) -> None:
        """The file knows better when or for how much: the closing that stood is reversed, the right one written."""
        standing = next((closing for closing in deal.closings if closing.reversed_at is None), None)
        known_day = deal.closed_at.astimezone(self._setting.zone).date() if deal.closed_at else None
        closed_day = row.changes.get("closed_day", (None, known_day))[1]
        closed_at = history.midnight(closed_day, self._setting.zone)
        if closed_day == known_day and deal.closed_at:
            # The day is all that a file knows; at which hour is known better here.
            closed_at = deal.closed_at
        closed_at = max(closed_at, deal.created_at) if deal.created_is_known else closed_at
        if standing is not None:
            standing.reversed_at = self._now
        last = deal.stays[-1]
        cut_short(deal.stays, closed_at)
        if len(deal.stays) > 1 and deal.stays[-2].left_at == last.entered_at:
            deal.stays[-2].leave(closed_at, deal.stage)
        last.entered_at = deal.entered_stage_at = deal.closed_at = closed_at
        deal.closings.append(
            Closing(
                outcome=deal.status,
                closed_at=closed_at,
                owner_id=standing.owner_id if standing else deal.owner_id,
                team_id=standing.team_id if standing else None,
                value_amount=deal.value_amount,
                currency=deal.currency,
                base_amount=self._rates.convert(deal.value, closed_day) if deal.value else None,
                cycle_seconds=_cycle(deal, standing, row),
            )
        )


def _cycle(deal: Deal, standing: Closing | None, row: Row) -> int | None:
    """Whole days where the file says when it began or ended; else what it was, to the second."""
    if standing is not None and not {"created_day", "closed_day"} & row.changes.keys():
        return standing.cycle_seconds
    if not deal.created_is_known or deal.closed_at is None:
        return None
    return round((deal.closed_at - deal.created_at) / timedelta(days=1)) * 24 * 3600


def _newest_first(row: Row) -> tuple[int, int]:
    begun = row.facts.get("created_day") or row.facts.get("closed_day")
    return (-begun.toordinal() if begun else 0, row.number)
