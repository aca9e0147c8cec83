"""What happened to the deals of the business that is measured: their ways through the stages, and the event log."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert

_BATCH = 10_000


def stays(common: dict[str, Any], passed: Sequence[Any], stage: Any, created: datetime, entered: datetime) -> list:
    """One stay in each stage that was passed, as long as the others, and the one that lasts."""
    step = (entered - created) / max(len(passed), 1)
    rows = []
    for number, each in enumerate(passed):
        begun, left = created + number * step, created + (number + 1) * step
        left_to = passed[number + 1].id if number + 1 < len(passed) else stage.id
        facts = {"stage_id": each.id, "seq": number + 1, "entered_at": begun, "left_at": left, "left_to_id": left_to}
        rows.append(common | facts | {"seconds": int((left - begun).total_seconds())})
    facts = {"stage_id": stage.id, "seq": len(passed) + 1, "entered_at": entered}
    return [*rows, common | facts | {"left_at": None, "left_to_id": None, "seconds": None}]


def tell(events: int, deals: int, reps: Sequence[int]) -> None:
    """That many events of deals, the last of them now."""
    from crm_app.activity.models import Event
    from crm_app.extensions import db

    rows = _events(events, deals, reps, datetime.now(UTC))
    while batch := list(islice(rows, _BATCH)):
        db.session.execute(insert(Event), batch)
    db.session.commit()


def _events(events: int, deals: int, reps: Sequence[int], now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(events):
        value = number % 9 * 1000_00
        changes = {"value": [{"amount": value, "currency": "EUR"}, {"amount": value + 100_00, "currency": "EUR"}]}
        yield {
            "at": now - timedelta(minutes=2 * (events - number)),
            "actor_id": reps[number % len(reps)],
            "subject_table": "deals",
            "subject_id": number % deals + 1,
            "verb": "changed",
            "particulars": {"changes": changes},
        }
