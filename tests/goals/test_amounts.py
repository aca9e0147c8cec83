"""Targets as they are typed and read."""

from decimal import Decimal

import pytest

from crm_app.goals import amounts
from crm_app.reports.sheet import plain
from crm_app.web import formats
from crm_app.web.reader import Reader, read_as


@pytest.fixture(autouse=True)
def _reader(app):
    read_as(Reader(currency="EUR"))


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("1,250", "money", 1250_00),
        ("12.5", "money", 12_50),
        ("24", "count", 24),
        ("65", "rate", 6500),
        ("63.15%", "rate", 6315),
        ("۴۵٫۵", "days", 4550),
        ("", "money", None),
    ],
)
def test_a_target_is_read_in_the_unit_of_its_measure(text, unit, amount):
    assert amounts.read(text, unit) == amount


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("many", "money"),
        ("-5", "money"),
        ("2.5", "count"),
        ("101", "rate"),
        ("9" * 30, "money"),
        ("1/2/3", "days"),
        ("30.123", "days"),
        ("63.155", "rate"),
    ],
)
def test_what_is_no_target_is_refused_with_a_sentence(text, unit):
    with pytest.raises(ValueError, match=r"\w+ .*\."):
        amounts.read(text, unit)


@pytest.mark.parametrize(("amount", "unit"), [(1250_50, "money"), (24, "count"), (6315, "rate"), (4550, "days")])
def test_what_an_input_holds_is_read_back_as_it_was(amount, unit):
    assert amounts.read(amounts.typed(amount, unit), unit) == amount


@pytest.mark.parametrize(
    ("days", "words"), [("0.98", "1 day"), ("1.04", "1 day"), ("1.06", "1.1 days"), ("2", "2 days")]
)
def test_days_are_one_or_many_as_they_are_written(days, words):
    assert amounts.written(Decimal(days), "days") == words


def test_rials_are_typed_and_read_as_tomans():
    read_as(Reader(language="fa", digits="persian", currency="IRR"))
    assert amounts.read("1200", "money") == 12000
    assert amounts.typed(12000, "money") == "۱٬۲۰۰"


def test_a_long_target_is_grouped_and_read_back_as_it_was():
    assert amounts.typed(1_710_000_50, "money") == "1,710,000.5"
    assert amounts.read(amounts.typed(1_710_000_50, "money"), "money") == 1_710_000_50
    read_as(Reader(language="zh", currency="EUR"))
    assert amounts.read(amounts.typed(12_345_678_00, "money"), "money") == 12_345_678_00
    read_as(Reader(language="fa", digits="persian", currency="EUR"))
    assert amounts.typed(45_50, "days") == "۴۵٫۵"
    assert amounts.read(amounts.typed(1_710_000_50, "money"), "money") == 1_710_000_50


def test_a_figure_is_written_in_words_of_its_unit():
    assert amounts.written(1250_00, "money") == "€1,250"
    assert amounts.written(Decimal("0.6315"), "rate") == "63.2%"
    assert amounts.written(Decimal("45.25"), "days") == "45.3 days"
    assert amounts.written(None, "count") == "–"


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        ("0.05", "rate", "+5 points"),
        ("-0.6667", "rate", "−66.7 points"),
        ("0.01", "rate", "+1 point"),
        ("0.0004", "rate", "0 points"),
        ("-1250", "money", "−€12.50"),
        ("3", "count", "+3"),
        (None, "rate", "–"),
    ],
)
def test_a_difference_has_its_sign_and_one_of_two_rates_is_in_points(value, unit, words):
    assert amounts.difference(None if value is None else Decimal(value), unit) == words


def test_half_of_the_last_place_is_rounded_up_wherever_days_and_amounts_are_told():
    assert amounts.written(Decimal("2.25"), "days") == formats.num(Decimal("2.25"), 1) + " days" == "2.3 days"
    assert amounts.written(Decimal("250.5"), "money") == "€2.51"
    assert amounts.off(Decimal("0.0225"), "rate") == "2.3 points above the target"
    assert [plain(Decimal(value), "days") for value in ("2.125", "-2.125", "3")] == [
        Decimal("2.13"),
        Decimal("-2.13"),
        3,
    ]
    assert plain(Decimal("0.12345"), "rate") == Decimal("12.35")
    assert plain(Decimal("250.5"), "money") == Decimal("2.51")
