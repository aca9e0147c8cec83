"""Nobody's figures hold what others are credited with, however they ask; credit stays with whoever had it."""

from datetime import date

import pytest

from crm_app.extensions import db
from crm_app.measures import asking
from crm_app.measures.catalogue import DIMENSIONS, MEASURES
from crm_app.measures.scope import Scope
from tests import make

MAY = (date(2026, 5, 1), date(2026, 6, 1))


@pytest.fixture
def may(organisation):
    return organisation.calendar().custom(*MAY)


@pytest.fixture
def deals(alice, bob, charlie):
    """One won deal of Alice (of Charlie's team), of Bob, of Charlie himself, and of nobody: 1, 10, 100, 1000 euros."""
    for owner, value in ((alice, 1_00), (bob, 10_00), (charlie, 100_00), (None, 1000_00)):
        make.won(owner, value=value, on=date(2026, 5, 5))
        make.lost(owner, on=date(2026, 5, 5))
        make.deal(owner, value=value, created=date_of(5))


def date_of(day):
    from datetime import UTC, datetime

    return datetime(2026, 5, day, tzinfo=UTC)


def test_each_sees_the_sum_of_what_they_may_see(deals, may, alice, bob, charlie, olivia, vera):
    agent = make.user("Anna Agent", role="agent")
    seen = {alice: 1_00, bob: 10_00, charlie: 101_00, olivia: 1111_00, vera: 1111_00, agent: 0}

    for measure in ("won_value", "open_value"):
        assert {user: asking.ask(measure, may, Scope(user)).value for user in seen} == seen


@pytest.mark.parametrize("measure", MEASURES)
def test_a_rep_gets_nobody_elses_figures_by_any_way_of_asking(deals, may, alice, bob, charlie, measure):
    own = asking.ask(measure, may, Scope(alice))

    for scope in (Scope(alice, owner_id=bob.id), Scope(alice, owner_id=charlie.id), Scope(alice, team_id=999)):
        assert asking.ask(measure, may, scope).n == 0
        assert not any(point.numerator for point in asking.daily(measure, may, scope))
        assert db.session.scalars(asking.records(measure, may, scope)).all() == []
    for dimension in DIMENSIONS[measure]:
        assert sum(group.figure.n for group in asking.by(measure, may, dimension, Scope(alice))) == own.n
    owners = {deal.owner for deal in db.session.scalars(asking.records(measure, may, Scope(alice), "owner", bob.id))}
    assert owners == set()


def test_reps_see_all_where_the_organisation_says_so(deals, may, alice, organisation):
    organisation.reps_see_all = True
    db.session.commit()

    assert asking.ask("won_value", may, Scope(alice)).value == 1111_00


def test_credit_stays_with_whoever_won_it(may, alice, bob, charlie, olivia):
    deal = make.won(alice, value=5_00, on=date(2026, 5, 5))
    deal.change(owner=bob)
    alice.team = None
    db.session.commit()

    groups = asking.by("won_value", may, "owner", Scope(olivia))
    assert [(group.label, group.figure.value) for group in groups] == [("Alice Adler", 5_00)]
    assert [group.label for group in asking.by("won_value", may, "team", Scope(olivia))] == ["North"]
    assert [group.label for group in asking.by("won_value", may, "region", Scope(olivia))] == ["West"]
    assert asking.ask("won_value", may, Scope(olivia, owner_id=alice.id)).value == 5_00
    assert asking.ask("won_value", may, Scope(alice)).value == 5_00
    assert asking.ask("won_value", may, Scope(bob)).value == 0


def test_a_team_and_its_manager_keep_what_was_won_when_the_deal_or_its_winner_moves_on(
    may, alice, bob, charlie, olivia
):
    south = make.team("South", region="East", manager=make.user("Sam South", role="manager"))
    bob.team = south
    make.won(alice, value=5_00, on=date(2026, 5, 5)).change(owner=bob)
    make.won(alice, value=7_00, on=date(2026, 5, 6))
    make.deal(alice, value=1_00, created=date_of(5)).change(owner=bob)
    north, alice.team = alice.team_id, south
    db.session.commit()

    def won(user, **narrowed):
        return asking.ask("won_value", may, Scope(user, **narrowed)).value

    assert won(olivia, team_id=north) == won(charlie, team_id=north) == won(charlie) == 12_00
    assert won(olivia, team_id=south.id) == won(south.manager, team_id=south.id) == 0
    assert won(olivia, owner_id=alice.id) == won(south.manager, owner_id=alice.id) == won(alice) == 12_00
    assert asking.ask("new_deals", may, Scope(charlie)).value == 1
    assert asking.ask("open_value", may, Scope(charlie)).value == 0


def test_new_deals_belong_to_their_first_owner(may, alice, bob, olivia):
    deal = make.deal(alice, created=date_of(5))
    deal.change(owner=bob)
    db.session.commit()

    assert [group.label for group in asking.by("new_deals", may, "owner", Scope(olivia))] == ["Alice Adler"]


def test_an_open_deal_belongs_to_its_owner_now_and_then(may, alice, bob, charlie, olivia, organisation):

    deal = make.deal(alice, value=5_00, created=date_of(5))
    deal.stays[0].leave(date_of(10), deal.stage)
    deal.stays.append(
        type(deal.stays[0])(
            pipeline_id=deal.pipeline_id, stage=deal.stage, seq=2, entered_at=date_of(10), currency="EUR"
        )
    )
    deal.change(owner=bob)
    db.session.commit()
    now = organisation.calendar().period("year", make.today())

    assert [group.label for group in asking.by("open_value", now, "owner", Scope(olivia))] == ["Bob Brandt"]
    assert [group.label for group in asking.by("open_value", may, "owner", Scope(olivia))] == ["Bob Brandt"]
    before = asking.by("open_value", may, "owner", Scope(olivia), as_of=date_of(7))
    assert [(group.label, group.figure.value) for group in before] == [("Alice Adler", 5_00)]


def test_scopes_narrow(deals, may, alice, bob, charlie, olivia):
    lamp, shop = make.product(name="Lamp"), make.company(alice, industry="Retail")
    make.won(alice, value=7_00, on=date(2026, 5, 9), product=lamp, company=shop, source="Fair")
    everything = Scope(olivia)

    assert asking.ask("won_value", may, everything).value == 1118_00
    for scope in (
        Scope(olivia, product_id=lamp.id),
        Scope(olivia, industry="Retail"),
        Scope(olivia, source="Fair"),
    ):
        assert asking.ask("won_value", may, scope).value == 7_00
    assert asking.ask("won_value", may, Scope(olivia, team_id=alice.team_id)).value == 8_00
    assert asking.ask("won_value", may, Scope(olivia, pipeline_id=make.pipeline().id)).value == 1118_00
    assert asking.ask("won_value", may, Scope(olivia, pipeline_id=make.pipeline().id + 1)).value == 0
