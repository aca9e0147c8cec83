"""`crm measure`: what it prints in each form, and how it refuses."""

import csv
import io
import json
from datetime import date

import pytest
from click.testing import CliRunner

from crm_app.measures.catalogue import MEASURES
from crm_app.measures.cli import measure
from tests import make

YEAR = ["--from", "2017-01-01", "--to", "2017-12-31"]


@pytest.fixture
def crm(app):
    """Runs the command inside the test's application."""

    def run(*arguments):
        return CliRunner().invoke(measure, arguments)

    return run


@pytest.fixture
def wins(alice, olivia):
    make.won(alice, value=1_234_567_00, on=date(2017, 1, 1))
    make.won(alice, value=50, on=date(2017, 12, 31))
    make.won(alice, value=9_00, on=date(2018, 1, 1))
    make.lost(alice, on=date(2017, 6, 1))


def test_a_table_has_the_definition_and_figures_as_people_write_them(crm, wins):
    result = crm("won_value", *YEAR, "--every", "quarter")

    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].startswith("Won value: The value of deals won in the period")
    assert lines[1] == "1 Jan 2017 – 31 Dec 2017"
    assert [line.split() for line in lines[3:]] == [
        ["Period", "Won", "value", "Deals"],
        ["Q1", "2017", "€1,234,567", "1"],
        ["Q2", "2017", "€0", "0"],
        ["Q3", "2017", "€0", "0"],
        ["Q4", "2017", "€0.50", "1"],
        ["Total", "€1,234,567.50", "2"],
    ]


def test_csv_has_plain_numbers_and_the_currency(crm, wins):
    result = crm("won_value", *YEAR, "--every", "quarter", "--by", "owner", "--format", "csv")

    rows = list(csv.DictReader(io.StringIO(result.output)))
    assert [(row["period"], row["owner"], row["value"], row["currency"], row["deals"]) for row in rows] == [
        ("2017-Q1", "Alice Adler", "1234567", "EUR", "1"),
        ("2017-Q2", "Alice Adler", "0", "EUR", "0"),
        ("2017-Q3", "Alice Adler", "0", "EUR", "0"),
        ("2017-Q4", "Alice Adler", "0.5", "EUR", "1"),
    ]
    assert (rows[0]["from"], rows[0]["to"]) == ("2017-01-01", "2017-03-31")


def test_json_has_everything(crm, wins):
    answer = json.loads(crm("win_rate", *YEAR, "--format", "json").output)

    assert (answer["measure"], answer["unit"], answer["from"], answer["to"]) == (
        "win_rate",
        "rate",
        "2017-01-01",
        "2017-12-31",
    )
    (figure,) = answer["figures"]
    assert (figure["value"], figure["deals"], figure["status"]) == (0.666667, 3, "low_n")
    assert 0.2 < figure["low"] < figure["high"] < 0.95
    assert answer["total"] == figure


def test_a_name_that_looks_like_a_formula_stays_text_in_csv(crm, alice, olivia):
    alice.rename("=1+1")
    make.won(alice, on=date(2017, 5, 5))

    assert ",'=1+1," in crm("won_deals", *YEAR, "--by", "owner", "--format", "csv").output


def test_jalali_months_and_days(crm, wins):
    result = crm("won_deals", "--from", "1395-10-01", "--to", "1395-11-30", "--calendar", "jalali", "--every", "month")

    assert [line.split() for line in result.output.splitlines()[4:]] == [
        ["Dey", "1395", "1"],
        ["Bahman", "1395", "0"],
        ["Total", "1"],
    ]


def test_periods_are_cut_at_the_first_and_last_day(crm, wins):
    lines = crm("won_deals", "--from", "2017-01-02", "--to", "2017-02-28", "--every", "month").output.splitlines()

    assert lines[4].split() == ["2", "Jan", "2017", "–", "31", "Jan", "2017", "0"]
    assert lines[5].split() == ["February", "2017", "0"]


def test_what_a_given_user_may_see(crm, wins, bob):
    answer = json.loads(crm("won_deals", *YEAR, "--as", bob.email.upper(), "--format", "json").output)

    assert answer["total"]["value"] == 0


@pytest.mark.parametrize("key", MEASURES)
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_every_measure_in_every_form(crm, wins, key, form):
    assert crm(key, *YEAR, "--format", form, "--by", "team", "--every", "year").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["won", *YEAR], "There is no measure won. Choose from: won_value, won_deals, lost_deals"),
        (["won_deals", *YEAR, "--by", "stage"], "won_deals cannot be broken down by stage, only by owner, team"),
        (["won_deals", "--from", "31/02/2017", "--to", "2017-12-31"], "31/02/2017 is not a date"),
        (["won_deals", "--from", "2017-02-31", "--to", "2017-12-31"], "2017-02-31 is not a date"),
        (["won_deals", "--from", "2018-01-01", "--to", "2017-12-31"], "comes before the first"),
        (["won_deals", *YEAR, "--as", "nobody@example.com"], "There is no user who signs in as nobody@example.com."),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(crm, olivia, arguments, sentence):
    result = crm(*arguments)

    assert result.exit_code == 2
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_before_setup_it_says_so(crm):
    result = crm("won_deals", *YEAR)

    assert (result.exit_code, "has not been set up yet" in result.output) == (2, True)
