"""Days stay the days they were when the organisation's time zone is put right; instants stay instants."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from crm_app.extensions import db, utc_now
from crm_app.measures import asking
from crm_app.measures.scope import Scope
from crm_app.settings import organisation as work
from crm_app.web.money import Rate, Rates
from tests import make

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def midnight(day, zone=BERLIN):
    return datetime.combine(day, time(), zone).astimezone(UTC)


@pytest.fixture
def go_to(organisation):
    def change(zone):
        work.change(organisation, time_zone=zone)
        db.session.commit()

    return change


def test_deals_brought_in_by_day_keep_their_days(go_to, organisation, alice):
    first, last = date(2026, 2, 1), date(2026, 4, 1)
    deal = make.won(alice, value=100_00, created=midnight(first), on=midnight(last))
    days = deal.closings[0].cycle_seconds

    go_to("America/New_York")

    assert deal.created_at == deal.stays[0].entered_at == midnight(first, NEW_YORK)
    assert deal.closed_at == deal.entered_stage_at == deal.closings[0].closed_at == midnight(last, NEW_YORK)
    assert deal.stays[0].left_at == deal.stays[1].entered_at == midnight(last, NEW_YORK)
    assert (deal.stays[1].left_at, deal.closings[0].cycle_seconds) == (None, days)
    quarters = organisation.calendar().between(date(2026, 1, 1), date(2026, 7, 1), "quarter")
    assert [figure.value for figure in asking.over_time("won_deals", quarters, Scope(alice))] == [0, 1]
    assert [figure.value for figure in asking.over_time("new_deals", quarters, Scope(alice))] == [1, 0]


def test_there_and_back_leaves_all_as_it_was(go_to, alice):
    deal = make.won(alice, created=midnight(date(2026, 2, 1)), on=midnight(date(2026, 4, 1)))

    go_to("Asia/Tehran")
    go_to("Europe/Berlin")

    assert (deal.created_at, deal.closed_at) == (midnight(date(2026, 2, 1)), midnight(date(2026, 4, 1)))


def test_an_instant_stays_an_instant(go_to, organisation, alice):
    late = datetime(2026, 4, 1, 2, 30, tzinfo=UTC)
    deal = make.won(alice, created=late - timedelta(days=3), on=late)

    go_to("America/New_York")

    assert deal.closed_at == late
    march = organisation.calendar().period("month", date(2026, 3, 5))
    assert asking.ask("won_deals", march, Scope(alice)).value == 1


def test_a_deal_never_ends_before_it_began(go_to, alice):
    began = midnight(date(2026, 4, 1))
    deal = make.won(alice, created=began, on=began + timedelta(hours=2))

    go_to("America/New_York")

    assert deal.created_at <= deal.closed_at
    assert deal.stays[0].entered_at <= deal.stays[0].left_at


def test_a_win_is_valued_at_the_rate_of_the_day_it_has_now(go_to, alice):
    db.session.add_all(
        [
            Rate(currency="USD", day=date(2026, 1, 1), rate=Decimal("0.5")),
            Rate(currency="USD", day=date(2026, 4, 1), rate=Decimal("0.8")),
        ]
    )
    late = datetime(2026, 4, 1, 2, 30, tzinfo=UTC).astimezone(BERLIN)
    deal = make.won(alice, value=100_00, currency="USD", on=late)
    assert deal.closings[0].base_amount == 80_00

    go_to("America/New_York")

    assert deal.closings[0].base_amount == 50_00


def test_a_deal_won_on_an_earlier_day_than_it_was_moved_keeps_since_when_it_stands(go_to, alice):
    deal = make.deal(alice, value=100_00, created=10)
    deal.move_to(make.stage("Proposal"))
    deal.win(deal.value, utc_now() - timedelta(days=5), Rates.load("EUR"))
    db.session.commit()
    entered, closed = deal.entered_stage_at, deal.closed_at

    go_to("America/New_York")

    assert (deal.entered_stage_at, deal.closed_at) == (entered, closed)
    assert deal.stays[-1].entered_at == entered


def test_how_long_a_deal_took_is_told_of_the_days_it_has_now(go_to, alice):
    began = midnight(date(2026, 2, 1))
    deal = make.won(alice, created=began, on=began + timedelta(days=3, hours=9))

    go_to("America/New_York")

    lasted = int((deal.closed_at - deal.created_at).total_seconds())
    assert deal.closings[0].cycle_seconds == deal.stays[0].seconds == lasted == (3 * 24 + 3) * 3600
