"""Reading on in the log: nothing twice, nothing left out, whoever was slow to finish."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from crm_app.activity import following, record
from crm_app.activity.following import Place
from crm_app.activity.models import Event
from crm_app.extensions import db, utc_now
from tests import make


@pytest.fixture
def company(alice):
    return make.company(alice)


def happen(company, times=1):
    events = [record(company, "noted", text=str(number)) for number in range(times)]
    db.session.commit()
    return [event.id for event in events]


def test_what_happened_is_read_once(company):
    place = following.place_now()
    ids = happen(company, 2)

    first = following.since(place)
    again = following.since(Place.read(str(first.place)))
    last = happen(company)

    assert [event.id for event in first.events] == ids
    assert again.events == []
    assert [event.id for event in following.since(again.place).events] == last


def test_nothing_that_stands_already_is_news(company):
    happen(company, 300)

    assert following.since(following.place_now()).events == []


def test_what_took_its_number_early_and_ended_late_is_read_all_the_same(company):
    place = following.place_now()
    late, _early = happen(company, 2)
    slow = db.session.get(Event, late)
    values = {"id": late, "subject_table": slow.subject_table, "subject_id": slow.subject_id, "verb": "noted"}
    db.session.delete(slow)
    db.session.commit()
    seen = following.since(place)

    db.session.add(Event(**values, at=utc_now()))
    db.session.commit()

    assert late not in [event.id for event in seen.events]
    assert [event.id for event in following.since(Place.read(str(seen.place))).events] == [late]


def test_whoever_was_away_long_is_told_that_there_is_more(company):
    place = following.place_now()
    happen(company, 600)

    found = following.since(place)

    assert not found.is_all and len(found.events) < 600
    assert len(str(found.place)) < 1500


def test_whoever_has_read_on_to_what_is_gone_from_the_log_is_told_that_there_is_more(company):
    """SQLite gives numbers again: what happens next may have one that they passed long ago."""
    happen(company, 3)
    _make_old()
    place = following.place_now()
    db.session.execute(delete(Event).where(Event.id > place.floor - 2))
    db.session.commit()
    happen(company)

    assert not following.since(place).is_all
    assert following.since(following.place_now()).is_all


def _make_old():
    db.session.execute(update(Event).values(at=utc_now() - timedelta(minutes=5)))
    db.session.commit()


@pytest.mark.parametrize("text", ["", "x", "-1", "1.", "1.x", "٣", "1" * 30, "1.2,3"])
def test_a_broken_place_is_none(text):
    assert Place.read(text) is None
