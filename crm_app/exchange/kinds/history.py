"""What the dates of a deal in a file say about its past, as stays in stages and a closing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

_DAY = 24 * 3600


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins where the organisation is; a file of days knows no finer."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


@dataclass(frozen=True)
class Past:
    """When a deal was made, entered its stage and was closed, as far as its file knows."""

    created_at: datetime
    created_is_known: bool
    entered_stage_at: datetime
    closed_at: datetime | None
    cycle_seconds: int | None


def past(created: date | None, closed: date | None, now: datetime, zone: ZoneInfo) -> Past:
    """A deal without dates begins now; a closed one without a first date begins where it ends, and says so."""
    closed_at = midnight(closed, zone) if closed else None
    begins = midnight(created, zone) if created else closed_at or now
    # Whole days, not the hours between two midnights: a change of the clocks is no part of a sales cycle.
    cycle = (closed - created).days * _DAY if created and closed else None
    return Past(begins, created is not None, closed_at or begins, closed_at, cycle)


def stays(deal: Mapping[str, Any], past: Past, worked_in: int) -> list[dict[str, Any]]:
    """The stays of a new deal: in `worked_in` from its first day to its last, then in the stage where it stands."""
    common = {
        "deal_id": deal["id"],
        "pipeline_id": deal["pipeline_id"],
        "owner_id": deal["owner_id"],
        "team_id": deal["first_team_id"],
        "value_amount": deal["value_amount"],
        "currency": deal["currency"],
    }
    last = common | {
        "stage_id": deal["stage_id"], "seq": 1, "entered_at": past.entered_stage_at,
        "left_at": None, "seconds": None, "left_to_id": None,
    }  # fmt: skip
    if past.closed_at is None or not past.created_is_known:
        return [last]
    first = common | {
        "stage_id": worked_in, "seq": 1, "entered_at": past.created_at, "left_at": past.closed_at,
        "seconds": past.cycle_seconds, "left_to_id": deal["stage_id"],
    }  # fmt: skip
    return [first, last | {"seq": 2}]


def closing(deal: Mapping[str, Any], past: Past, base_amount: int | None) -> dict[str, Any]:
    return {
        "deal_id": deal["id"],
        "outcome": deal["status"],
        "closed_at": past.closed_at,
        "owner_id": deal["owner_id"],
        "team_id": deal["first_team_id"],
        "value_amount": deal["value_amount"],
        "currency": deal["currency"],
        "base_amount": base_amount,
        "cycle_seconds": past.cycle_seconds,
    }
