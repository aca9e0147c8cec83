"""Files too large for a page: the worker checks them, and the page shows how far it is."""

import pytest
from sqlalchemy import select, update

from crm_app.exchange import checked, jobs
from crm_app.exchange.models import Import
from crm_app.exchange.views import steps
from crm_app.extensions import db
from tests.exchange.stepping import CSV, columns, digest, drafted
from tests.exchange.stepping import checked as checked_by


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(steps, "CHECKED_AT_ONCE", 2)


def test_a_large_file_is_checked_by_the_worker_and_then_shown(client, large):
    url = checked_by(client, "products", CSV)

    page = client.page(url)
    assert "2 rows of products.csv are valid" in page.text
    client.send(f"{url}/start", {"digest": digest(page)})
    assert "Show the products" in client.page(url).text


def test_while_it_is_checked_the_page_asks_how_far_it_is(client, large, monkeypatch):
    monkeypatch.setattr(steps.queue, "enqueue", lambda *job: None)
    url = checked_by(client, "products", CSV)
    db.session.execute(update(Import).values(status="checking", rows_done=1))
    db.session.commit()

    part = client.part(url)

    assert "1 of 3 rows checked. Nothing has been imported yet" in part.text
    assert part.one("div", id="import").get("hx-trigger") == "every 1s"
    assert "being checked" in client.page("/exchange/").text
    assert client.send(f"{url}/start").status_code == 409


def test_a_check_that_breaks_off_leads_back_to_the_columns(client, large, monkeypatch):
    def broken(*args):
        raise OSError("the disk is full")

    monkeypatch.setattr(jobs.preparing, "prepare", broken)
    url = drafted(client, "products", CSV)

    client.send(f"{url}/columns", columns(client.page(url)))

    assert "Something went wrong on our side. Nothing was imported; try again." in client.page(url).text
    assert db.session.scalar(select(Import.status)) == "draft"


def test_checking_again_leaves_one_set_of_rows_and_discarding_none(client, app):
    url = checked_by(client, "products", CSV)
    client.send(f"{url}/columns", columns(client.page(f"{url}?step=columns")))
    assert len(list(checked._folder().glob("*.rows"))) == 1

    client.send(f"{url}/discard")

    assert not list(checked._folder().glob("*"))


def test_the_refused_rows_can_still_be_had_once_the_others_are_written(client):
    url = checked_by(client, "products", CSV)
    client.send(f"{url}/start", {"digest": digest(client.page(url))})

    assert "Bad,MG,'-1,4," in client.get(f"{url}/refused.csv").get_data(as_text=True)
    assert not list(checked._folder().glob("*.rows"))
