"""The page that undoes an import: who may, what it says first, and what it tells afterwards."""

import pytest
from sqlalchemy import select, update

from crm_app.activity.recording import acting_as
from crm_app.catalog.models import Product
from crm_app.exchange import undoing
from crm_app.exchange.models import Import
from crm_app.extensions import db
from tests.exchange.stepping import CSV, checked, digest


@pytest.fixture
def done(client):
    url = checked(client, "products", CSV)
    client.send(f"{url}/start", {"digest": digest(client.page(url))})
    return url


def products():
    return [one.name for one in db.session.scalars(select(Product).where(Product.deleted_at.is_(None)))]


def test_an_import_is_undone_after_a_question_that_says_how_many(client, done):
    asked = client.page(f"{done}/undo")
    sentence = "2 new records will be moved to the bin"
    assert sentence in asked.text and sentence in client.page(done).text

    client.send(f"{done}/undo")

    page = client.page(done)
    assert "The import of products.csv was undone" in page.text and "Undone 2" in page.text
    assert products() == []
    assert "undone" in client.page("/exchange/").text


def test_what_stays_is_named_with_its_reason(client, alice, done):
    with acting_as(alice):
        db.session.scalars(select(Product).where(Product.name == "GTX Pro")).one().change(price_amount=1)
    db.session.commit()

    client.send(f"{done}/undo")

    page = client.page(done)
    assert "GTX Pro" in page.text and "Someone has changed it since." in page.text
    assert products() == ["GTX Pro"]


def test_the_list_of_imports_offers_to_undo_what_wrote_something(client, done):
    checked(client, "products", CSV)

    page = client.page("/exchange/")

    assert [page.text_of(link) for link in page.all("a", href=f"{done}/undo")] == ["Undo"]


def test_only_whoever_may_import_that_undoes_it(client, browser_of, bob, vera, olivia, done):
    assert browser_of(bob).send(f"{done}/undo").status_code == 404
    assert browser_of(bob).get(f"{done}/undo").status_code == 404
    assert browser_of(vera).send(f"{done}/undo").status_code == 403
    assert len(products()) == 2

    browser_of(olivia).send(f"{done}/undo")

    assert products() == []
    assert "Undone by Olivia Owen" in client.page(done).text


def test_what_is_not_done_is_not_undone(client):
    url = checked(client, "products", CSV)

    assert client.get(f"{url}/undo").status_code == 303
    client.send(f"{url}/undo")

    assert db.session.scalar(select(Import.status)) == "draft"


def test_an_import_from_before_undoing_is_not_offered_to_be_undone(client, done):
    db.session.execute(update(Import).values(begun_at=None))
    db.session.commit()

    assert "Undo" not in client.page(done).text
    assert not client.page("/exchange/").all("a", href=f"{done}/undo")
    client.send(f"{done}/undo")

    assert db.session.scalar(select(Import.status)) == "done"


def test_a_running_undoing_shows_how_far_it_is(client, done):
    db.session.execute(update(Import).values(status="undoing", undone=1))
    db.session.commit()

    part = client.part(done)

    assert part.one("div", id="import").get("hx-trigger") == "every 1s"
    assert "1 of 2 records undone" in part.text


def test_an_undoing_that_breaks_off_says_so_and_can_be_asked_for_again(client, done, monkeypatch):
    def broken(self):
        raise OSError("the disk is full")

    monkeypatch.setattr(undoing._Undoing, "take_away", broken)
    client.send(f"{done}/undo")
    assert (
        "Something went wrong on our side. Part of the import may already be undone; undo it again."
        in client.page(done).text
        and len(products()) == 2
    )

    monkeypatch.undo()
    client.send(f"{done}/undo")

    assert products() == []


def test_what_is_done_with_one_import_leaves_others_as_they_are(client, done):
    second, _third = (checked(client, "products", f"product\n{name}\n") for name in ("Second", "Third"))

    client.send(f"{second}/start", {"digest": digest(client.page(second))})
    assert db.session.scalars(select(Import.status).order_by(Import.id)).all() == ["done", "done", "draft"]

    client.send(f"{second}/undo")
    assert db.session.scalars(select(Import.status).order_by(Import.id)).all() == ["done", "undone", "draft"]
    assert products() == ["GTX Pro", "MG Special"]
