"""Taking a move back, or another place in a column: the deal stands as before, and the log keeps both."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select

from crm_app.activity import queries as activity
from crm_app.activity.models import Event
from crm_app.activity.queries import Told
from crm_app.activity.records import Conflict
from crm_app.activity.timeline import History
from crm_app.extensions import db, utc_now
from crm_app.pipeline import moving, ranking
from crm_app.pipeline.models import Deal, Stage
from crm_app.pipeline.models.history import Ends, end_stays
from crm_app.pipeline.paths import Stayed

_VERBS = ("moved", "won", "lost")
# A slip of the hand is noticed the same day. What was meant and stood for longer is history, which a move back keeps.
_WITHIN = timedelta(days=1)
# An event, as a record or as a page tells it.
Happened = Event | Told


def last_move(deal: Deal, told: History | None = None, been: Sequence[Stayed] = ()) -> Happened | None:
    """The move that can be taken back: the last thing that happened to the deal, notes apart; else None.

    None too where it came from a stage that is gone. `told` is its history from the newest event on, and `been` its
    stays, if at hand.
    """
    newest = _newest(deal, told)
    if newest is None or newest.verb not in _VERBS:
        return None
    stages = [stay.stage for stay in (been or deal.stays)[-2:]]
    is_known = "rank" in newest.particulars and newest.particulars.get("stages") == [stage.id for stage in stages]
    return newest if is_known and all(stage.is_in_use for stage in stages) else None


def take_back(deal: Deal, event_id: int) -> Stage:
    """Undo that move, or that other place in a column, and return the stage that the deal went to or stayed in.

    Raises Conflict if it is not the last thing that happened.
    """
    if _is_placing(deal, event_id):
        return _put_back(deal, event_id)
    moving.claim(deal, None, *(stay.stage for stay in deal.stays[-2:]))
    event, left = last_move(deal), deal.stage
    if event is None or event.id != event_id:
        raise Conflict
    rank = ranking.rank_near(deal, deal.stays[-2].stage, event.particulars["rank"])
    end_stays(deal.stays, _ends_before(event))
    deal.take_back(rank, *event.particulars["value_before"], sleep=_sleep_before(event))
    return left


def _is_placing(deal: Deal, event_id: int) -> bool:
    event = db.session.get(Event, event_id)
    return event is not None and event.verb == "placed"


def _put_back(deal: Deal, event_id: int) -> Stage:
    moving.claim(deal, None)
    newest = _newest_of(activity.all_about(deal))
    if newest is None or newest.id != event_id:
        raise Conflict
    before, after = newest.particulars.get("ranks") or (None, None)
    # Otherwise the column was numbered anew or merged since, which nothing tells of a single deal.
    if before is None or (newest.particulars["stage"], after) != (deal.stage_id, deal.rank):
        raise Conflict
    moving.place(deal, ranking.rank_near(deal, deal.stage, before))
    return deal.stage


def last_dating(deal: Deal) -> Happened | None:
    """The change of the expected close that can be taken back: the last thing that happened to the deal; else None."""
    newest = _newest(deal)
    changed = newest.particulars.get("changes", {}) if newest and newest.verb == "changed" else {}
    return newest if set(changed) == {"expected_close"} else None


def date_back(deal: Deal, event_id: int) -> None:
    """Undo that change of the expected close. Raises Conflict if it is not the last thing that happened."""
    moving.claim(deal, None)
    event = last_dating(deal)
    if event is None or event.id != event_id:
        raise Conflict
    before, _after = event.particulars["changes"]["expected_close"]
    moving.expect(deal, date.fromisoformat(before) if before else None)


def _newest(deal: Deal, told: History | None = None) -> Happened | None:
    """The last thing that happened to the deal, notes apart, if that was not too long ago."""
    newest = next((event for event in told.events if event.verb != "noted"), None) if told else None
    if newest is None and not (told and told.before is None):
        return _newest_of(activity.about(deal))
    return _of_late(newest)


def _newest_of(events: Select[tuple[Event]]) -> Happened | None:
    return _of_late(db.session.scalar(events.where(Event.verb != "noted").limit(1)))


def _of_late(event: Happened | None) -> Happened | None:
    return event if event and event.at >= utc_now() - _WITHIN else None


def _sleep_before(event: Happened) -> tuple[date, str] | None:
    """Until when the deal was to sleep, had it not been moved, and why."""
    until, reason = event.particulars.get("sleep_before") or (None, "")
    return (date.fromisoformat(until), reason) if until else None


def _ends_before(event: Happened) -> Ends:
    """When the stays ended that the closing cut short."""
    ends = event.particulars.get("ends_before") or {}
    return {stay_id: datetime.fromisoformat(at) for stay_id, at in ends.items()}
