"""What the pages of an import show at each step."""

from sqlalchemy import select, update

from crm_app.exchange import uploads
from crm_app.exchange.models import Import
from crm_app.extensions import db
from tests import make
from tests.exchange.stepping import CSV, checked, digest


def test_an_import_that_failed_for_want_of_its_file_asks_for_the_file(client):
    url = checked(client, "products", CSV)
    db.session.execute(update(Import).values(status="failed", message="پیام"))
    db.session.commit()
    assert "Check the rows again" in client.page(url).text

    uploads.remove(db.session.scalar(select(Import.stored_name)))

    page = client.page(url)
    assert "Check the rows again" not in page.text
    assert page.one("a", href="/exchange/new/products").text == "Choose the file again"


def test_a_stored_message_runs_in_its_own_direction(client):
    url = checked(client, "products", CSV)
    db.session.execute(update(Import).values(status="failed", message="پیام"))
    db.session.commit()

    assert client.page(url).one("div", dir="auto").text == "پیام"


def test_rows_that_change_nothing_are_not_offered_to_be_imported(client):
    url = checked(client, "products", CSV)
    page = client.page(url)
    assert "Import 2 rows" in _buttons(page)
    client.send(f"{url}/start", {"digest": digest(page)})

    page = client.page(checked(client, "products", CSV))

    assert "0 new, 0 to update, 2 unchanged" in page.text
    assert "There is nothing to import." in page.text
    assert "Import 2 rows" not in _buttons(page) and "Discard" in _buttons(page)


def _buttons(page):
    return [page.text_of(button) for button in page.all("button")]


def test_an_import_in_the_queue_waits_and_does_not_run(client):
    url = checked(client, "products", CSV)
    db.session.execute(update(Import).values(status="queued"))
    db.session.commit()

    assert "The import is waiting to start" in client.page(url).text
    assert "waiting" in client.page("/exchange/").text and "running" not in client.page("/exchange/").text
    db.session.execute(update(Import).values(status="running"))
    db.session.commit()
    assert "The import is running" in client.page(url).text


def test_the_last_step_is_done_only_once_the_rows_are_in(client):
    url = checked(client, "products", CSV)
    for status, done in (("queued", 3), ("running", 3), ("done", 4)):
        db.session.execute(update(Import).values(status=status))
        db.session.commit()

        steps = client.page(url).one("ol", class_="steps")

        assert len([step for step in steps.iter("li") if step.get("data-done") is not None]) == done


def test_columns_with_a_fault_stand_before_the_others_where_rows_are_refused(client):
    refused, fine = client.page(checked(client, "products", CSV)).all("table")

    assert _headers(refused) == ["Row", "Result", "sales_price", "product", "series"]
    assert _headers(fine) == ["Row", "Result", "product", "series", "sales_price"]
    cells = [cell for cell in refused.iter("td") if "table__bad" in cell.get("class", "")]
    assert ["".join(cell.itertext()) for cell in cells] == ["-1"]


def _headers(table):
    return ["".join(head.itertext()) for head in table.iter("th")]


def test_a_settled_value_says_in_how_many_rows_it_stands(client, alice):
    make.product(alice, "GTX Pro")
    make.pipeline()
    url = checked(client, "deals", "code,product,stage\nD1,GTXPro,Proposal\nD2,GTXPro,Proposal\nD3,GTX Pro,Proposal\n")

    client.send(f"{url}/values", {"digest": digest(client.page(url)), "value-0": "GTX Pro"})

    row = client.page(url).all("table")[0].find("tbody/tr")
    assert ["".join(cell.itertext()).split() for cell in row][:3] == [["GTXPro", "decided"], ["product"], ["Rows", "2"]]
