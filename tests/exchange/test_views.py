"""The steps of an import in the browser, and who may take them."""

import io
from pathlib import Path

import pytest
from sqlalchemy import select, update

from crm_app.catalog.models import Product
from crm_app.contacts.models import Company
from crm_app.exchange.models import Import
from crm_app.exchange.views import deciding, steps
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.exchange.stepping import CSV, checked, columns, digest, drafted, upload


def test_a_file_goes_through_all_steps(client, alice):
    url = checked(client, "products", CSV)
    page = client.page(url)
    assert "2 rows of products.csv are valid" in page.text and "One row is rejected" in page.text

    client.send(f"{url}/start", {"digest": digest(page)})

    done = client.page(url)
    assert "Show the products" in done.text
    assert [p.name for p in db.session.scalars(select(Product).order_by(Product.id))] == ["GTX Pro", "MG Special"]
    rejected = client.get(f"{url}/refused.csv").get_data(as_text=True)
    assert "Bad,MG,'-1,4," in rejected and "negative" in rejected


def test_nothing_is_written_before_the_last_step(client):
    url = checked(client, "products", CSV)
    client.page(url)

    assert db.session.scalars(select(Product)).all() == []


def test_the_index_lists_ones_own_imports_and_an_owner_sees_all(client, browser_of, bob, olivia):
    checked(client, "products", CSV)

    assert "products.csv" in client.page("/exchange/").text
    assert "products.csv" not in browser_of(bob).page("/exchange/").text
    assert "products.csv" in browser_of(olivia).page("/exchange/").text


@pytest.mark.parametrize("path", ["", "/refused.csv"])
def test_someone_elses_import_is_not_found(client, browser_of, bob, path):
    url = checked(client, "products", CSV)

    assert browser_of(bob).get(url + path).status_code == 404


@pytest.mark.parametrize("path", ["columns", "values", "start", "again", "discard"])
def test_someone_elses_import_is_not_changed(client, browser_of, bob, path):
    url = checked(client, "products", CSV)

    assert browser_of(bob).send(f"{url}/{path}").status_code == 404
    assert db.session.scalars(select(Import.status)).all() == ["draft"]


def test_a_viewer_is_refused_everywhere(browser_of, vera, client):
    url = checked(client, "products", CSV)
    browser = browser_of(vera)

    assert browser.get("/exchange/").status_code == 403
    assert browser.get("/exchange/new/products").status_code == 403
    assert upload(browser, "products", CSV).status_code == 403
    assert browser.get(url).status_code == 403
    assert browser.send(f"{url}/start").status_code == 403


def test_only_owners_bring_in_users_and_agents_no_deals(client, browser_of, olivia):
    agent = make.user("Ada Agent", role="agent")

    assert client.get("/exchange/new/users").status_code == 403
    assert browser_of(agent).get("/exchange/new/deals").status_code == 403
    assert browser_of(olivia).get("/exchange/new/users").status_code == 200
    assert client.get("/exchange/new/spoons").status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04zip", "damaged"),
        (b'name,note\nA,"cut', "Row 2"),
        (b"<html>x</html>", "not a table"),
    ],
)
def test_an_unreadable_file_is_refused_beside_the_field(client, content, said):
    answer = upload(client, "products", content)

    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert db.session.scalars(select(Import)).all() == []
    assert not list((Path(client.application.config["INSTANCE_PATH"]) / "uploads" / "imports").iterdir())


def test_no_file_at_all_is_refused(client):
    assert client.send("/exchange/new/products").status_code == 422


def test_only_a_file_to_import_may_be_large(client, monkeypatch):
    monkeypatch.setitem(client.application.config, "MAX_CONTENT_LENGTH", 2_000)
    url = drafted(client, "products", CSV + "A,B,1\n" * 1_000)

    assert client.send(f"{url}/columns", {"column-0": "x" * 3_000}).status_code == 413


def test_a_file_over_the_limit_is_refused(client):
    length = {"CONTENT_LENGTH": str((1024 << 20) + 1)}

    answer = client.send("/exchange/new/products", {"file": (io.BytesIO(b"x"), "x.csv")}, environ_overrides=length)

    assert answer.status_code == 413


def test_nobody_who_has_not_signed_in_sends_much(client):
    stranger = client.application.test_client()

    answer = stranger.send("/exchange/new/products", {"x": "y"}, environ_overrides={"CONTENT_LENGTH": str(65 << 20)})

    assert answer.status_code == 413


def test_two_columns_for_one_field_are_refused(client):
    url = drafted(client, "products", CSV)

    answer = client.send(f"{url}/columns", {"column-0": "name", "column-1": "name"})

    assert answer.status_code == 422
    assert "Two columns" in answer.get_data(as_text=True)


def test_a_needed_field_without_column_is_refused(client):
    url = drafted(client, "products", CSV)

    answer = client.send(f"{url}/columns", {"column-1": "family"})

    assert answer.status_code == 422
    assert "Name" in answer.get_data(as_text=True)


def test_values_are_suggested_and_count_once_confirmed(client, alice):
    make.product(alice, "GTX Pro")
    make.pipeline()
    text = "opportunity_id,product,deal_stage\nD1,GTXPro,Proposal\nD2,GTX Pro,Proposal\nD3,Anvil,Proposal\n"
    url = checked(client, "deals", text)
    page = client.page(url)
    assert "2 rows are rejected" in page.text
    sent = columns(page)
    assert (sent["value-0"], sent["value-1"]) == ("?", "GTX Pro")

    client.send(f"{url}/values", {"digest": digest(page), "value-0": "?", "value-1": "GTX Pro"})

    assert "One row is rejected" in client.page(url).text


def test_an_answer_to_an_older_preview_counts_for_nothing(client):
    url = checked(client, "products", CSV)

    client.send(f"{url}/start", {"digest": "old"})

    assert db.session.scalars(select(Import.status)).one() == "draft"


def test_a_change_by_someone_else_after_the_check_fails_the_import_and_it_can_be_checked_again(client, alice):
    url = checked(client, "products", CSV)
    page = client.page(url)
    make.product(alice, "GTX Pro")

    client.send(f"{url}/start", {"digest": digest(page)})

    assert (
        "Someone changed the same records in the meantime. Nothing was imported; check the rows again."
        in client.page(url).text
    )
    assert len(db.session.scalars(select(Product)).all()) == 1
    client.send(f"{url}/again")
    client.send(f"{url}/start", {"digest": digest(client.page(url))})
    assert "Show the products" in client.page(url).text
    assert len(db.session.scalars(select(Product)).all()) == 2


def test_what_somebody_else_wrote_after_the_check_is_not_written_over(client, alice):
    product = make.product(alice, "GTX Pro", price=5_00)
    url = checked(client, "products", CSV)
    page = client.page(url)
    product.change(price_amount=8_00)
    db.session.commit()

    client.send(f"{url}/start", {"digest": digest(page)})

    assert (
        "Someone changed the same records in the meantime. Nothing was imported; check the rows again."
        in client.page(url).text
    )
    assert [one.price_amount for one in db.session.scalars(select(Product))] == [8_00]


def test_a_draft_can_be_discarded(client):
    url = checked(client, "products", CSV)

    client.send(f"{url}/discard")

    assert client.get(url).status_code == 404


def test_an_import_that_has_begun_cannot_be_changed(client):
    url = checked(client, "products", CSV)
    client.send(f"{url}/start", {"digest": digest(client.page(url))})

    for path in ("columns", "values", "start", "discard"):
        assert client.send(f"{url}/{path}").status_code == 409


def test_a_running_import_asks_for_its_own_part_every_second(client):
    url = checked(client, "products", CSV)
    db.session.query(Import).update({"status": "running", "rows_done": 1})
    db.session.commit()

    part = client.part(url)

    assert part.one("div", id="import").get("hx-trigger") == "every 1s"
    assert "1 of 3 rows" in part.text
    db.session.query(Import).update({"status": "done"})
    db.session.commit()
    assert client.part(url).one("div", id="import").get("hx-trigger") is None


def test_pages_take_few_statements_whatever_the_rows(client, alice, statements):
    few = checked(client, "companies", "account\nA\n")
    many = checked(client, "companies", "account,sector\n" + "".join(f"Company {n},x\n" for n in range(300)))

    for url in (few, many, f"{many}?step=columns", "/exchange/"):
        with statements() as seen:
            client.page(url)
        assert len(seen) <= 12


def test_a_users_file_name_never_reaches_the_disk(client, app):
    from pathlib import Path

    upload(client, "products", CSV, name="../../evil.csv")

    stored = list((Path(app.config["INSTANCE_PATH"]) / "uploads" / "imports").iterdir())
    assert len(stored) == 1 and len(stored[0].name) == 32


def test_markup_in_a_file_is_shown_as_text(client):
    url = checked(client, "companies", 'account\n"<script>alert(1)</script>"\n')

    assert "<script>alert" not in client.page(url).html
    client.send(f"{url}/start", {"digest": digest(client.page(url))})
    assert db.session.scalars(select(Company.name)).one() == "<script>alert(1)</script>"


def test_only_an_owner_is_offered_a_new_pipeline(client, browser_of, olivia):
    make.pipeline()
    for browser, is_offered in ((client, False), (browser_of(olivia), True)):
        page = browser.page(drafted(browser, "deals", "title,stage\nOne,Strange\n"))
        assert bool(page.all("input", name="new_pipeline")) == is_offered


STRANGE = "title,stage,value\nOne,Strange,5\nTwo,Strange,many\n"


def test_whoever_changes_their_language_sees_the_checked_rows_in_it(browser_of, olivia):
    make.pipeline()
    browser = browser_of(olivia)
    url = checked(browser, "deals", STRANGE)
    assert "New pipeline “Products” with the stages" in browser.page(url).text

    olivia.language = "fa"
    db.session.commit()
    page = browser.page(url)

    assert "New pipeline" not in page.text and "ستون «" in page.text
    browser.send(f"{url}/start", {"digest": digest(page)})
    assert db.session.scalar(select(Import.status)) == "done"


def test_an_import_goes_in_as_it_was_shown_also_when_the_language_changes_after_the_start(
    browser_of, olivia, monkeypatch
):
    make.pipeline()
    browser, queued = browser_of(olivia), []
    url = checked(browser, "deals", STRANGE)
    monkeypatch.setattr(deciding.queue, "enqueue", lambda job, *arguments: queued.append((job, arguments)))
    browser.send(f"{url}/start", {"digest": digest(browser.page(url))})

    olivia.language = "zh"
    db.session.commit()
    for job, arguments in queued:
        job(*arguments)

    assert db.session.scalar(select(Import.status)) == "done"
    assert [deal.pipeline.name for deal in db.session.scalars(select(Deal))] == ["Products"]


def test_an_import_that_was_started_in_another_window_is_not_started_again(client, monkeypatch):
    url = checked(client, "products", CSV)
    sent = {"digest": digest(client.page(url))}
    now, queued = deciding.utc_now, []

    def started_meanwhile():
        db.session.execute(update(Import).values(status="running"))
        return now()

    monkeypatch.setattr(deciding, "utc_now", started_meanwhile)
    monkeypatch.setattr(deciding.queue, "enqueue", lambda *job: queued.append(job))
    client.send(f"{url}/start", sent)

    assert (db.session.scalar(select(Import.status)), queued) == ("running", [])


def test_checking_the_rows_again_stops_no_import_that_runs(client, monkeypatch):
    url = checked(client, "products", CSV)
    sent, prepare = columns(client.page(f"{url}?step=columns")), steps.preparing.prepare

    def started_meanwhile(*args):
        prepared = prepare(*args)
        db.session.execute(update(Import).values(status="running"))
        return prepared

    monkeypatch.setattr(steps.preparing, "prepare", started_meanwhile)
    client.send(f"{url}/columns", sent)

    assert db.session.scalar(select(Import.status)) == "running"
