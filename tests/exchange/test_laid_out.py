"""The page on which a person sees how a file was read, and has it read in another way."""

import pytest
from sqlalchemy import select

from crm_app.exchange.models import Import
from crm_app.extensions import db
from tests.exchange.stepping import checked, columns, drafted, upload
from tests.exchange.workbooks import texts, workbook

PERSIAN = "نام;قیمت\nفرش دستباف;۱۲\n".encode("cp1256", "replace")


def choices(page, name):
    """The labels of a list and the chosen one."""
    options = list(page.one("select", name=name).iter("option"))
    return [one.text for one in options], next(one.text for one in options if one.get("selected") is not None)


def test_encoding_separator_and_header_are_shown_with_a_sample(client):
    page = client.page(drafted(client, "products", PERSIAN))

    assert choices(page, "encoding")[1] == "Windows-1256 (Arabic and Persian)"
    assert choices(page, "separator")[1] == "semicolon"
    assert choices(page, "header_row")[1].startswith("Row 1: \u2068نام, ق")
    assert "فرش دستباف" in "".join(page.one("form", class_="panel import-layout").itertext())


def test_a_file_is_read_again_as_the_person_says(client):
    url = drafted(client, "products", "product,price\nМосква,5\n".encode("cp1251"))
    sent = {"encoding": "cp1251", "separator": ",", "header_row": "0"}

    client.send(f"{url}/layout", sent)

    page = client.page(url)
    assert "Москва" in page.text and "Column 1" in page.text
    assert db.session.scalars(select(Import.rows)).one() == 2


def test_another_sheet_of_a_workbook_is_chosen(client):
    book = workbook(
        ("Now", texts(1, "product", "price") + texts(2, "A", "1")),
        ("Then", texts(1, "article", "price") + texts(2, "B", "2") + texts(3, "C", "3")),
    )
    url = drafted(client, "products", book)
    assert choices(client.page(url), "table") == (["Now", "Then"], "Now")

    client.send(f"{url}/layout", {"table": "1", "header_row": "1"})

    assert choices(client.page(url), "table")[1] == "Then"
    assert db.session.scalars(select(Import.rows)).one() == 2


def test_what_was_decided_about_the_columns_goes_when_the_file_is_read_again(client):
    url = checked(client, "products", "product,price\nA,5\n")
    assert db.session.scalar(select(Import.preview))

    client.send(f"{url}/layout", {"encoding": "utf-8", "separator": ";", "header_row": "1"})

    assert db.session.scalar(select(Import.preview)) == {}
    assert columns(client.page(url))["column-0"] == ""


def test_a_choice_that_makes_the_file_unreadable_is_said_and_changes_nothing(client):
    url = drafted(client, "products", 'product;price\n"A;1\n";5\n')

    answer = client.send(f"{url}/layout", {"encoding": "utf-8", "separator": ","})

    assert answer.status_code == 422
    assert "Row 2" in answer.get_data(as_text=True)
    assert db.session.scalar(select(Import.layout))["separator"] == ";"


def test_what_is_no_choice_is_not_taken(client):
    url = drafted(client, "products", "product,price\nA,5\n")

    client.send(f"{url}/layout", {"encoding": "rot13", "separator": "x", "table": "-1", "header_row": "²"})

    assert db.session.scalar(select(Import.layout))["encoding"] == "utf-8"


@pytest.mark.parametrize("person", ["bob", "vera"])
def test_nobody_else_has_it_read_again(client, browser_of, person, request):
    url = drafted(client, "products", "product,price\nA,5\n")

    assert browser_of(request.getfixturevalue(person)).send(f"{url}/layout").status_code in (403, 404)


def test_address_cards_ask_for_their_encoding_alone(client):
    url = drafted(client, "people", "BEGIN:VCARD\nVERSION:3.0\nFN:Sara\nEND:VCARD\n")

    page = client.page(url)

    assert choices(page, "encoding")[1] == "UTF-8 (all scripts)"
    assert not page.all("select", name="separator")
    assert columns(page)["column-0"] == "name"


def test_a_large_file_is_accepted_by_the_page_that_takes_files(client):
    page = client.page("/exchange/new/people")

    assert "1,024 MB" in page.text
    assert upload(client, "people", "name\nA\n").status_code == 303
