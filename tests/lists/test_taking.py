"""Taking a list along as CSV or XLSX: what is shown, in its order, safe to open."""

import io
from datetime import datetime

import pytest
from openpyxl import load_workbook

from crm_app.contacts.tagging import tag_as
from crm_app.extensions import db
from tests import make


def sheet(response):
    book = load_workbook(io.BytesIO(response.get_data()))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


@pytest.fixture
def companies(alice, bob):
    first = make.company(alice, "Alpha", size=1250, industry="labs", revenue_amount=12_50, revenue_currency="EUR")
    make.company(alice, "=HYPERLINK(1)", size=5, phone="+49 30 1")
    make.company(bob, "Secret")
    tag_as(first, ["vip", "new"])
    db.session.commit()


def test_a_sheet_holds_the_columns_and_rows_that_are_shown(client, companies):
    rows = sheet(client.get("/lists/companies/export.xlsx?sort=-size&columns=size,tags,owner"))

    assert rows == [
        ["Name", "Employees", "Tags", "Owner"],
        ["Alpha", 1250, "new, vip", "Alice Adler"],
        ["=HYPERLINK(1)", 5, None, "Alice Adler"],
    ]


def test_what_begins_like_a_formula_stays_text(client, companies):
    response = client.get("/lists/companies/export.xlsx?q=hyperlink&columns=phone")
    book = load_workbook(io.BytesIO(response.get_data()))

    assert [cell.data_type for cell in book.active[2]] == ["s", "s"]
    text = client.get("/lists/companies/export.csv?q=hyperlink&columns=phone").get_data(as_text=True)
    assert text.splitlines()[1] == "'=HYPERLINK(1),'+49 30 1"


def test_the_whole_record_goes_along_where_it_is_asked_for(client, companies):
    head, first, *_rest = sheet(client.get("/lists/companies/export.xlsx?everything=1&where=industry.is.labs"))

    told = dict(zip(head, first, strict=True))
    assert (told["Annual revenue"], told["Currency"]) == (12.5, "EUR")
    assert isinstance(told["Created"], datetime)
    assert "Website" in told


def test_a_reader_of_jalali_finds_those_days_beside_the_others(client, alice, companies):
    alice.calendar = "jalali"
    db.session.commit()

    head, first, *_rest = sheet(client.get("/lists/companies/export.xlsx?columns=created"))

    assert head == ["Name", "Created", "Created (Jalali)"]
    assert first[2].startswith("14") and len(first[2]) == 10


def test_picked_rows_go_along_alone_and_never_hidden_ones(client, companies):
    from crm_app.contacts.models import Company

    ids = {name: number for number, name in db.session.query(Company.id, Company.name)}

    rows = sheet(client.get(f"/lists/companies/export.xlsx?columns=size&id={ids['Alpha']}&id={ids['Secret']}&id=x"))

    assert [row[0] for row in rows[1:]] == ["Alpha"]


def test_a_sheet_that_cannot_hold_the_rows_is_refused_in_words(client, companies, monkeypatch):
    monkeypatch.setattr("crm_app.web.xlsx.MOST_ROWS", 1)

    answer = client.get("/lists/companies/export.xlsx?sort=size")

    assert "A spreadsheet holds at most" in client.page(answer.location).text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_only_what_one_may_list_goes_along(browser_of, organisation, form):
    agent = browser_of(make.user("Agneta", role="agent"))

    assert agent.get(f"/lists/deals/export.{form}").status_code == 404
    assert agent.get("/lists/companies/export.pdf").status_code == 404
    assert browser_of().get(f"/lists/companies/export.{form}").status_code == 302


def test_the_list_offers_both_forms_of_what_it_shows(client, companies):
    page = client.page("/contacts/companies?where=size.least.3&sort=-name")

    urls = [a.get("href") for a in page.all("a") if "/export." in (a.get("href") or "")]
    assert urls[0] == "/lists/companies/export.csv?where=size.least.3&sort=-name"
    assert len(urls) == 4


@pytest.mark.parametrize("odd", ["1" + "0" * 30, "-1", "0", "٣", "x", "\0"])
def test_a_number_that_no_record_can_have_takes_none_along(client, companies, odd):
    rows = sheet(client.get("/lists/companies/export.xlsx", query_string={"id": [odd], "columns": "size"}))

    assert rows == [["Name", "Employees"]]
