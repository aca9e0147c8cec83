"""Days and amounts that can be read in is ambiguous: proven by the column, told by a person, never guessed."""

from datetime import date

import pytest
from sqlalchemy import select

from crm_app.exchange.models import Import
from crm_app.exchange.notations import days, numbers
from crm_app.extensions import db
from tests import make
from tests.exchange.importing import bring_in, plan, reasons
from tests.exchange.stepping import checked, columns, digest

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize(
    ("text", "notation", "day"),
    [
        ("2017-02-28", "", (2017, 2, 28)), ("۱۳۹۵/۱۰/۱۲", "", (2017, 1, 1)),
        ("2017-02-28T10:05:00Z", "mdy", (2017, 2, 28)),
        ("03/04/2017", "dmy", (2017, 4, 3)), ("03/04/2017 1:05 PM", "mdy", (2017, 3, 4)),
        ("3.4.17", "dmy", (2017, 4, 3)),
        ("3.4.70", "dmy", (1970, 4, 3)), ("95/10/12", "ymd-jalali", (2017, 1, 1)),
        ("12-10-95", "dmy-jalali", (2017, 1, 1)),
        ("12/10/1395", "dmy", (2017, 1, 1)), ("01/02/03", "ymd-jalali", (2022, 4, 23)),
        ("17/02/28", "ymd", (2017, 2, 28)),
        ("28 Feb 2017", "", (2017, 2, 28)), ("Feb 28, 2017", "", (2017, 2, 28)), ("28-Feb-17", "", (2017, 2, 28)),
        ("۱۲ دی ۱۳۹۵", "", (2017, 1, 1)), ("2017年2月28日", "", (2017, 2, 28)),
    ],
)  # fmt: skip
def test_a_day_is_read_as_its_column_is_written(text, notation, day):
    assert days.parsed(text, notation) == date(*day)


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("03/04/2017", ""),
        ("31/02/2017", "dmy"),
        ("28/02/2017", "mdy"),
        ("0/0/00", "dmy"),
        ("1/2/3/4", "dmy"),
        ("x", "dmy"),
    ],
)
def test_what_is_no_day_in_that_order_is_refused(text, notation):
    with pytest.raises(ValueError):
        days.parsed(text, notation)


@pytest.mark.parametrize(
    ("cells", "choices", "proven"),
    [
        (["03/04/2017", "28/02/2017"], ["dmy", "mdy"], "dmy"), (["03/04/2017"], ["dmy", "mdy"], ""),
        (["03/04/2017", "02/28/2017"], ["dmy", "mdy"], "mdy"), (["28/02/2017", "02/28/2017"], ["dmy", "mdy"], ""),
        (["2017-02-28", ""], [], ""), (["95/10/12"], ["ymd", "ymd-jalali"], ""),
    ],
)  # fmt: skip
def test_all_cells_together_prove_the_order_or_leave_it_open(cells, choices, proven):
    seen = days.Seen()
    for text in cells:
        seen.take(text)

    assert (seen.choices, seen.proven) == (choices, proven)


@pytest.mark.parametrize(
    ("cells", "proven", "asks"),
    [
        (["1.234", "5,6"], ",", True), (["1,234", "5.6"], ".", True), (["1.234"], "", True), (["1,234"], "", True),
        (["1.234.567"], ",", False), (["1.234,5"], ",", True), (["0.125"], ".", False), (["1234.567"], ".", False),
        (["12", "1.5"], ".", False), (["€ 1.234", "12,50 €"], ",", True), (["۱٬۲۳۴", "۱٫۵"], "", False),
        (["۱,۲۳۴"], "", True), (["1,5", "1.5"], "", True),
    ],
)  # fmt: skip
def test_all_cells_together_prove_the_decimal_sign_or_leave_it_open(cells, proven, asks):
    seen = numbers.Seen()
    for text in cells:
        seen.take(text)

    assert (seen.proven, bool(seen.samples)) == (proven, asks or proven == ",")


def test_an_amount_that_can_be_two_is_refused_until_it_is_told(olivia):
    text = "product;price\nA;1.234\nB;5\n"

    assert list(reasons(plan("products", text, olivia))) == [2]
    told = plan("products", text, olivia, notations={"price": ","})
    assert [row.facts["price_amount"] for row in told.rows] == [1234_00, 5_00]


def test_what_was_told_of_another_kind_of_field_counts_for_nothing(olivia):
    make.pipeline()
    text = "code,deal,stage,closed,value\nD1,A,Won,2017-02-28,5\nD2,B,Won,03/04/2017,1.234\n"

    planned = plan("deals", text, olivia, notations={"closed": ",", "value": "dmy"})

    assert list(reasons(planned)) == [3] and reasons(planned)[3].count("is ambiguous") == 2


def test_a_whole_number_has_no_fraction_and_needs_no_word(olivia):
    planned = plan("companies", "account;employees\nA;1.234\nB;1,234\n", olivia)

    assert [row.facts["size"] for row in planned.rows] == [1234, 1234]


DEALS = "code,deal,stage,close_date\nD1,A,Won,03/04/2017\nD2,B,Won,05/06/2017\n"


def test_the_page_asks_once_for_a_column_and_shows_what_each_way_comes_to(client, alice):
    make.pipeline()
    url = checked(client, "deals", DEALS)
    page = client.page(url)
    assert "2 rows are rejected" in page.text
    assert "3 Apr 2017" in page.text and "4 Mar 2017" in page.text

    client.send(f"{url}/notations", {"digest": digest(page), "notation-0": "dmy"})

    page = client.page(url)
    assert "2 rows of products.csv are valid" in page.text
    assert page.one("input", name="notation-0", value="dmy").get("checked") is not None
    client.send(f"{url}/columns", columns(client.page(f"{url}?step=columns")))
    assert db.session.scalar(select(Import.options))["notations"] == {"close_date": "dmy"}


def test_an_order_that_the_column_proves_is_taken_and_can_be_seen(client, alice):
    make.pipeline()

    url = checked(client, "deals", DEALS.replace("05/06/2017", "28/02/2017"))

    page = client.page(url)
    assert "2 rows of products.csv are valid" in page.text
    assert page.one("input", name="notation-0", value="dmy").get("checked") is not None


def test_what_is_no_way_of_writing_and_an_older_answer_count_for_nothing(client, alice):
    make.pipeline()
    url = checked(client, "deals", DEALS)

    client.send(f"{url}/notations", {"digest": "old", "notation-0": "dmy"})
    client.send(f"{url}/notations", {"digest": digest(client.page(url)), "notation-0": "dym"})

    assert db.session.scalar(select(Import.options))["notations"] == {}


def test_the_worker_reads_days_as_it_was_told(olivia):
    make.pipeline()

    import_ = bring_in("deals", DEALS, olivia, notations={"close_date": "mdy"})

    assert (import_.status, import_.created) == ("done", 2)


def test_somebody_else_says_nothing_about_a_column(client, browser_of, bob):
    make.pipeline()
    url = checked(client, "deals", DEALS)

    assert browser_of(bob).send(f"{url}/notations", {"notation-0": "dmy"}).status_code == 404
