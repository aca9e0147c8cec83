"""Totals of boards: the very numbers that goals and reports give for the same deals."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from crm_app.extensions import db
from crm_app.measures import asking
from crm_app.measures.scope import Scope
from crm_app.pipeline import boards, queries
from crm_app.pipeline.models import Deal
from crm_app.web.money import Rate, Rates
from crm_app.web.reader import Reader, read_as
from tests import make


@pytest.fixture
def deals(alice):
    """Halves and quarters of a cent, in two currencies."""
    db.session.add(Rate(currency="USD", day=date(2020, 1, 1), rate=Decimal("0.7")))
    for stage in ("Proposal", "Qualified", "Negotiation"):
        for value, currency in ((33_33, "EUR"), (33_33, "EUR"), (1, "EUR"), (None, "EUR"), (11_11, "USD")):
            make.deal(alice, at=stage, value=value, currency=currency)
    read_as(Reader(currency="EUR", time_zone="Europe/Berlin"))


def _measured(organisation, user, dimension=None):
    """Open and weighted value by key, as measures have it."""
    now = organisation.calendar().period("year", make.today())
    figures = [
        {group.key: group.figure.value for group in asking.by(key, now, dimension, Scope(user))}
        if dimension
        else {None: asking.ask(key, now, Scope(user)).value}
        for key in ("open_value", "weighted_value")
    ]
    return {key: (figures[0][key], figures[1][key]) for key in figures[0]}


def _amounts(totals):
    return totals.value.amount, totals.weighted.amount


def test_what_is_weighted_is_rounded_once(organisation, alice):
    for _number in range(4):
        make.deal(alice, at="Proposal", value=1)
    read_as(Reader(currency="EUR"))

    assert _measured(organisation, alice)[None] == (4, 2)
    assert _amounts(boards.sums(queries.visible_to(alice), Rates.load("EUR")).of([make.stage("Proposal")])) == (4, 2)


def test_a_board_says_what_measures_say_of_each_stage_and_of_all(organisation, alice, deals):
    stages = [stage for stage in make.pipeline().stages if stage.kind == "open"]
    by_stage = boards.sums(queries.visible_to(alice), Rates.load("EUR"))
    by_month = boards.sums_by(Deal.expected_close, queries.visible_to(alice), Rates.load("EUR"))

    measured = _measured(organisation, alice, "stage")
    assert {stage.id: _amounts(by_stage.of([stage])) for stage in stages if stage.id in measured} == measured
    (whole,) = _measured(organisation, alice).values()
    assert _amounts(by_stage.of(stages)) == whole
    assert _amounts(boards.added(by_month.values(), Rates.load("EUR")).of(stages)) == whole
    assert by_stage.of(stages).count == 15


def test_the_total_of_the_pipeline_report_is_what_its_link_opens(browser_of, organisation, olivia, alice, deals):
    (value, weighted) = _measured(organisation, olivia)[None]

    file = browser_of(olivia).get("/reports/pipeline?period=this_year&compare=none&format=csv").text
    total = list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))))[-1]

    told = [Decimal(total[name]) * 100 for name in ("Value (EUR)", "Weighted value (EUR)")]
    assert told == [value, weighted]


def test_amounts_of_a_currency_without_a_rate_are_left_out_and_said(organisation, alice):
    make.deal(alice, at="Proposal", value=100_00, currency="CHF")
    make.deal(alice, at="Proposal", value=None, currency="SEK")
    make.deal(alice, at="Proposal", value=10_00)
    read_as(Reader(currency="EUR"))

    totals = boards.sums(queries.visible_to(alice), Rates.load("EUR")).of([make.stage("Proposal")])

    assert (totals.count, *_amounts(totals), totals.missing) == (3, 10_00, 5_00, ("CHF",))
