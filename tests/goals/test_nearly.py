"""Goals that were missed by a hair: nothing says that all of the target was reached."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from crm_app.web import formats
from crm_app.web.reader import Reader, read_as
from tests import make


@pytest.mark.parametrize(
    ("share", "places", "words"),
    [
        ("0.994", 0, "99%"),
        ("0.995", 0, "99.5%"),
        ("0.99999", 0, "99.9%"),
        ("0.9994", 1, "99.9%"),
        ("0.99999", 1, "99.9%"),
        ("1", 0, "100%"),
        ("1.001", 0, "100%"),
        ("1.2", 0, "120%"),
    ],
)
def test_a_share_of_a_target_is_all_of_it_only_when_nothing_is_missing(app, share, places, words):
    read_as(Reader())
    assert formats.attained(Decimal(share), places) == words


def test_an_unknown_share_is_unknown(app):
    assert formats.attained(None) == formats.percent(None)


def test_a_target_missed_by_little_is_nowhere_told_as_reached(browser_of, olivia, alice):
    for user in (None, alice):
        make.goal(100_000_00, on=date(2025, 3, 1), user=user)
    make.won(alice, value=99_999_00, on=date(2025, 3, 3))
    browser = browser_of(olivia)

    page = browser.page("/goals/?unit=month&period=2025-03")

    assert "The target was missed: 99.9%" in page.text
    assert "99.9% of the target" in page.html and "100%" not in page.html


def test_a_report_of_a_target_missed_by_little_tells_less_than_all_of_it(browser_of, olivia, alice):
    make.goal(100_000_00, on=date(2025, 3, 1))
    make.won(alice, value=99_999_99, on=date(2025, 3, 3))
    browser, url = browser_of(olivia), "/reports/goals?every=month&since=2025-03-01&until=2025-03-31"

    assert "100.0%" not in browser.page(url).text and "99.9%" in browser.page(url).text
    text = browser.get(f"{url}&format=csv").get_data(as_text=True).removeprefix("\ufeff")
    assert next(csv.DictReader(io.StringIO(text)))["Reached (%)"] == "99.99"
