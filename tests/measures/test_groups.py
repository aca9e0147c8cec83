"""Figures told apart by owner, team, region, product, industry and stage: their names, order and cost."""

from datetime import UTC, date, datetime

import pytest

from crm_app.extensions import db
from crm_app.measures import asking
from crm_app.measures.catalogue import DIMENSIONS, MEASURES
from crm_app.measures.scope import Scope
from tests import make


@pytest.fixture
def year(organisation):
    return organisation.calendar().period("year", date(2025, 6, 1))


def names(groups):
    return [group.label for group in groups]


def test_the_greatest_comes_first_and_what_belongs_to_none_last(year, alice, bob, charlie, olivia):
    make.won(alice, value=1_00, on=date(2025, 5, 5))
    make.won(bob, value=2_00, on=date(2025, 5, 5))
    make.won(None, value=9_00, on=date(2025, 5, 5))

    groups = asking.by("won_value", year, "owner", Scope(olivia))

    assert [(group.key, group.label) for group in groups] == [
        (bob.id, "Bob Brandt"),
        (alice.id, "Alice Adler"),
        (None, "Unassigned"),
    ]
    assert names(asking.by("won_value", year, "team", Scope(olivia))) == ["North", "Unassigned"]
    assert names(asking.by("won_value", year, "region", Scope(olivia))) == ["West", "Unassigned"]
    assert names(asking.by("won_value", year, "product", Scope(olivia))) == ["None"]
    assert names(asking.by("won_value", year, "industry", Scope(olivia))) == ["None"]


def test_rates_are_ordered_by_what_they_are_at_least(year, alice, bob, olivia):
    make.won(alice, on=date(2025, 5, 5))
    for _number in range(9):
        make.won(bob, on=date(2025, 5, 5))
    make.lost(bob, on=date(2025, 5, 5))

    groups = asking.by("win_rate", year, "owner", Scope(olivia))

    assert names(groups) == ["Bob Brandt", "Alice Adler"]
    assert groups[1].figure.value == 1


def test_teams_without_a_region_and_companies_without_an_industry_go_together(year, alice, olivia):
    alice.team = make.team("South")
    make.won(alice, on=date(2025, 5, 5), company=make.company(alice))
    make.won(alice, on=date(2025, 5, 5))

    for dimension in ("region", "industry"):
        (group,) = asking.by("won_deals", year, dimension, Scope(olivia))
        assert (group.key, group.figure.value) == (None, 2)
        assert len(db.session.scalars(asking.records("won_deals", year, Scope(olivia), dimension, None)).all()) == 2


def test_stages_stand_as_in_the_pipeline(organisation, alice):
    make.deal(alice, at="Negotiation", value=1_00)
    make.deal(alice, at="New lead", value=5_00)
    make.deal(alice, at="Qualified", value=9_00)
    now = organisation.calendar().period("year", make.today())

    groups = asking.by("open_value", now, "stage", Scope(alice))

    assert [(group.label, group.figure.value) for group in groups] == [
        ("New lead", 5_00),
        ("Qualified", 9_00),
        ("Negotiation", 1_00),
    ]


def test_what_happened_is_not_told_apart_by_stage(year, alice):
    with pytest.raises(ValueError, match="won_value has no stage"):
        asking.by("won_value", year, "stage", Scope(alice))


def test_a_matrix_has_a_figure_for_every_period_and_row(organisation, year, alice, bob, olivia):
    make.won(alice, value=1_00, on=date(2025, 1, 31))
    make.won(bob, value=2_00, on=date(2025, 12, 31))
    make.won(bob, value=4_00, on=date(2025, 12, 1))
    months = organisation.calendar().parts(year, "month")

    rows = asking.matrix("won_value", months, "owner", Scope(olivia))

    assert [row.label for row in rows] == ["Alice Adler", "Bob Brandt"]
    assert [figure.value for figure in rows[0].figures] == [1_00, *[0] * 11]
    assert [figure.value for figure in rows[1].figures] == [*[0] * 11, 6_00]


def test_states_of_several_running_periods_are_one(organisation, alice):
    make.deal(alice, value=5_00)
    today = make.today()
    running = [organisation.calendar().period(unit, today) for unit in ("month", "quarter", "year")]

    assert [figure.value for figure in asking.over_time("open_value", running, Scope(alice))] == [5_00] * 3


@pytest.mark.parametrize("measure", MEASURES)
def test_the_number_of_statements_is_fixed(organisation, alice, olivia, statements, measure):
    def cost(years):
        calendar, scope = organisation.calendar(), Scope(olivia)
        periods = calendar.between(date(2026 - years, 1, 1), date(2027, 1, 1), "month")
        counts = []
        for ask in (
            lambda: asking.over_time(measure, periods, scope),
            lambda: asking.matrix(measure, periods, DIMENSIONS[measure][-1], scope),
            lambda: asking.matrix(measure, periods, "region", scope),
            lambda: asking.daily(measure, calendar.custom(date(2026 - years, 1, 1), date(2026, 6, 1)), scope),
        ):
            with statements() as seen:
                ask()
            counts.append(len(seen))
        return counts

    make.won(alice, on=date(2026, 5, 5))
    few = cost(1)
    for number in range(6):
        owner = make.user(f"Rep {number}")
        make.won(owner, on=date(2026, 5, 5), company=make.company(owner, industry=f"Industry {number}"))
        make.deal(owner, value=100, created=datetime(2025, 5, 5, tzinfo=UTC), product=make.product())

    assert cost(5) == few
    assert max(few) <= 8


def test_measures_asked_together_are_what_they_are_alone(organisation, year, alice, statements):
    make.won(alice, on=date(2025, 5, 5))
    make.deal(alice, at="Proposal", value=5_00, created=datetime(2025, 5, 5, tzinfo=UTC))
    quarters = organisation.calendar().parts(year, "quarter")

    together = asking.together(list(MEASURES.values()), quarters, Scope(alice))

    for key in MEASURES:
        assert together[key] == asking.over_time(key, quarters, Scope(alice))
