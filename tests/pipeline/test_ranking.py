"""The order of the cards in a column."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm_app.extensions import db
from crm_app.pipeline import ranking
from crm_app.pipeline.models import Deal
from tests import make


def column(stage):
    return list(db.session.scalars(select(Deal.title).where(Deal.stage == stage).order_by(Deal.rank, Deal.id)))


def put(deal, stage, after=None, before=None):
    ranking.lock(deal.stage, stage)
    rank = ranking.rank_between(deal, stage, after, before)
    if deal.stage is stage:
        ranking.place(deal, deal.stage, rank)
    else:
        deal.move_to(stage, rank)
    db.session.commit()


def three(alice, **facts):
    return [
        make.deal(alice, name, at="Proposal", rank=rank, **facts)
        for name, rank in zip("ABC", (10, 20, 30), strict=True)
    ]


def test_a_card_goes_right_after_its_neighbour_above(alice):
    a, _b, c = three(alice)

    put(c, c.stage, after=a)

    assert column(c.stage) == ["A", "C", "B"]


def test_a_card_goes_right_before_its_neighbour_below(alice):
    a, b, _c = three(alice)

    put(b, b.stage, before=a)

    assert column(b.stage) == ["B", "A", "C"]


def test_without_neighbours_a_card_goes_to_the_top(alice):
    three(alice)
    new = make.deal(alice, "New", at="Qualified")

    put(new, make.stage("Proposal"))

    assert column(make.stage("Proposal")) == ["New", "A", "B", "C"]


def test_a_deal_that_is_only_to_be_created_goes_above_all_others(alice):
    a, _b, _c = three(alice)

    assert ranking.rank_between(Deal(title="New"), a.stage, None, None) < a.rank


def test_an_empty_column_takes_a_card(alice):
    deal = make.deal(alice, "Only")

    put(deal, make.stage("Negotiation"))

    assert column(make.stage("Negotiation")) == ["Only"]


def test_a_neighbour_that_has_left_the_column_counts_as_not_given(alice):
    _a, b, c = three(alice)
    gone = make.deal(alice, "Gone", at="Qualified")

    put(c, c.stage, after=gone, before=b)

    assert column(c.stage) == ["A", "C", "B"]


def test_when_no_gap_is_left_the_column_is_spread_and_versions_stay(alice):
    a, b, c = [make.deal(alice, name, at="Proposal", rank=rank) for name, rank in zip("ABC", (1, 2, 3), strict=True)]
    versions = [deal.version for deal in (a, b, c)]

    put(c, c.stage, after=a)

    assert column(c.stage) == ["A", "C", "B"]
    assert [deal.version for deal in (a, b, c)] == versions


def test_further_cards_are_found_by_a_board_that_was_shown_before_its_column_was_spread(client, alice):
    with make.at_once():
        cards = [make.deal(alice, f"Card {number:02}", at="Proposal", rank=1_000_000 + number) for number in range(25)]
        new = make.deal(alice, "New", at="Qualified")
    more = client.page("/pipeline/board").one("a", class_="column__more").get("href")

    put(new, cards[0].stage, after=cards[0])

    found = []
    while more:
        page = client.part(more)
        found += [page.text_of(title) for title in page.all("h3", class_="card__title")]
        more = next((link.get("href") for link in page.all("a", class_="column__more")), None)
    assert found[-5:] == [f"Card {number:02}" for number in range(20, 25)]


def test_cards_of_one_rank_are_told_apart_by_moving(alice):
    a, _b, c = [make.deal(alice, name, at="Proposal", rank=0) for name in "ABC"]

    put(c, c.stage, after=a)

    ranks = list(db.session.scalars(select(Deal.rank)))
    assert column(c.stage) == ["A", "C", "B"]
    assert len(set(ranks)) == 3


def test_a_new_deal_stands_at_the_foot_of_its_column(alice):
    three(alice)
    new = Deal(title="New", owner=alice, currency="EUR")

    new.open_in(make.stage("Proposal"))

    assert column(make.stage("Proposal")) == ["A", "B", "C", "New"]


def test_a_deal_moved_without_a_rank_stands_at_the_foot(alice):
    three(alice)
    deal = make.deal(alice, "Moved", at="Qualified", rank=1)

    deal.move_to(make.stage("Proposal"))
    db.session.commit()

    assert column(make.stage("Proposal")) == ["A", "B", "C", "Moved"]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=20))
def test_any_moves_leave_the_column_as_a_list_would_be(alice, moves):
    db.session.query(Deal).delete()
    deals = [make.deal(alice, str(number), at="Proposal", rank=number) for number in range(5)]
    wanted = list(deals)

    for moved, target in moves:
        deal = wanted.pop(moved)
        wanted.insert(target, deal)
        above = wanted[target - 1] if target else None
        below = wanted[target + 1] if target < 4 else None
        put(deal, deal.stage, above, below)

    ranks = list(db.session.scalars(select(Deal.rank)))
    assert column(make.stage("Proposal")) == [deal.title for deal in wanted]
    assert len(set(ranks)) == len(ranks)
