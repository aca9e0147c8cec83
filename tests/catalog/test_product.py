"""One product: made, changed fact by fact, put into the bin and taken out."""

from datetime import date

import pytest

from crm_app.activity.models import Event
from crm_app.catalog.models import Product
from crm_app.extensions import db
from tests import make


def _version(product):
    return {"version": product.version}


def test_a_new_product_is_kept_with_its_facts(client):
    sent = {"name": "GTX Pro", "code": "G-2", "family": "GTX", "price": "4,821.50", "cost": "3000", "currency": "USD"}

    response = client.send("/catalog/new", sent)
    product = db.session.scalars(db.select(Product)).one()

    assert response.status_code == 303
    assert response.location == f"/catalog/{product.id}"
    assert (product.price_amount, product.cost_amount, product.currency) == (4_821_50, 3_000_00, "USD")
    assert db.session.scalars(db.select(Event.verb)).one() == "created"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"name": ""}, "Fill this in."),
        ({"price": "-5"}, "An amount cannot be negative."),
        ({"price": "much"}, "Enter an amount"),
        ({"price": "99999999999999999999"}, "Enter an amount"),
        ({"currency": "QQQ"}, "Not a valid choice"),
        ({"name": "x" * 201}, "No more than 200 characters."),
    ],
)
def test_a_product_that_cannot_be_is_refused_and_what_was_typed_is_kept(client, sent, message):
    response = client.send("/catalog/new", {"name": "GTX", "currency": "EUR", "family": "Old family"} | sent)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert "Old family" in response.get_data(as_text=True)
    assert db.session.scalars(db.select(Product)).all() == []


def test_a_code_belongs_to_one_product(client):
    make.product(name="GTX Pro", code="GTX-2")

    response = client.send("/catalog/new", {"name": "Another", "code": "gtx 2", "currency": "EUR"})

    assert response.status_code == 422
    assert "The product GTX Pro already has this code." in response.get_data(as_text=True)


def test_a_page_shows_the_facts_and_leads_to_the_deals(client):
    product = make.product(name="GTX Pro", code="G-2", price=100_00)

    page = client.page(f"/catalog/{product.id}")

    assert "GTX Pro" in page.text
    assert "€100" in page.text
    assert page.one("section", id="deals").get("hx-get") == f"/pipeline/deals?product={product.id}&sort=next"


def test_a_product_in_the_bin_or_unknown_is_not_found(client):
    product = make.product(deleted_at=make.utc_now())

    client.page(f"/catalog/{product.id}", 404)
    client.page("/catalog/999999", 404)
    assert client.send(f"/catalog/{product.id}/facts/name", {"name": "x"}).status_code == 404


def test_an_agent_is_not_led_to_deals(browser_of, organisation):
    product = make.product()
    agent = make.user("Agnes", role="agent")

    page = browser_of(agent).page(f"/catalog/{product.id}")

    assert not page.all("section", id="deals")


def test_a_fact_opens_for_editing_with_and_without_script(client):
    product = make.product(name="GTX Pro", price=12_50)

    page = client.page(f"/catalog/{product.id}?edit=price")
    part = client.part(f"/catalog/{product.id}?edit=price")

    assert page.one("input", name="price").get("value") == "12.5"
    part.one("form", action=f"/catalog/{product.id}/facts/price")
    assert "<h1" not in part.html


@pytest.mark.parametrize(
    ("fact", "typed", "attribute", "kept"),
    [
        ("name", " GTX  Plus ", "name", "GTX Plus"),
        ("code", "G۲", "code", "G۲"),
        ("family", "GTX", "family", "GTX"),
        ("price", "1,250.50", "price_amount", 1_250_50),
        ("price", "", "price_amount", None),
        ("cost", "۷", "cost_amount", 7_00),
        ("currency", "JPY", "price_amount", 10),
    ],
)
def test_each_fact_is_changed_in_place(client, fact, typed, attribute, kept):
    product = make.product(name="GTX Pro", price=10_00)

    response = client.send(f"/catalog/{product.id}/facts/{fact}", {fact: typed} | _version(product), htmx=True)

    assert response.status_code == 200
    assert 'id="facts"' in response.get_data(as_text=True)
    assert getattr(product, attribute) == kept
    assert db.session.scalars(db.select(Event.verb).order_by(Event.id.desc())).first() == "changed"


def test_a_plain_form_comes_back_to_the_page(client):
    product = make.product()

    response = client.send(f"/catalog/{product.id}/facts/name", {"name": "New"} | _version(product))

    assert (response.status_code, response.location) == (303, f"/catalog/{product.id}")


@pytest.mark.parametrize(
    ("fact", "typed", "message"),
    [
        ("name", "", "Fill this in."),
        ("price", "-1", "An amount cannot be negative."),
        ("price", "1.005", "Enter an amount"),
        ("currency", "JPY", "The price or cost has more decimals than this currency allows. Round it first."),
        ("currency", "QQQ", "Not a valid choice"),
        ("code", "taken", "already has this code."),
    ],
)
def test_a_bad_fact_is_refused_in_its_place(client, fact, typed, message):
    make.product(code="TAKEN")
    product = make.product(name="GTX Pro", price=10_50)

    response = client.send(f"/catalog/{product.id}/facts/{fact}", {fact: typed} | _version(product), htmx=True)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert (product.name, product.price_amount, product.currency) == ("GTX Pro", 10_50, "EUR")


def test_an_unknown_fact_is_not_found(client):
    product = make.product()

    assert client.send(f"/catalog/{product.id}/facts/owner_id", {"owner_id": "1"}).status_code == 404


def test_a_change_against_something_newer_is_refused_with_the_truth(client):
    product = make.product(name="GTX Pro")
    seen = _version(product)
    product.change(name="GTX Max")
    db.session.commit()

    response = client.send(f"/catalog/{product.id}/facts/name", {"name": "Mine"} | seen, htmx=True)

    assert response.status_code == 409
    assert "GTX Max" in response.get_data(as_text=True)
    assert "Someone changed this product" in response.get_data(as_text=True)
    assert product.name == "GTX Max"


def test_a_deleted_product_leaves_the_list_and_comes_back(client):
    product = make.product(name="GTX Pro")
    asked = client.page(f"/catalog/{product.id}/deletion")

    gone = client.page(client.send(f"/catalog/{product.id}/deletion").location)
    binned = client.page("/catalog/?bin=1")
    back = client.page(client.send(f"/catalog/{product.id}/restoration").location)

    assert "Delete this product?" in asked.text
    assert "GTX Pro was moved to the bin." in gone.text
    assert gone.all("form", action=f"/catalog/{product.id}/restoration")
    assert "GTX Pro" in binned.text
    assert "GTX Pro was restored." in back.text
    assert product.deleted_at is None


def test_a_product_whose_code_was_given_away_stays_in_the_bin(client):
    product = make.product(name="Old", code="G-2")
    client.send(f"/catalog/{product.id}/deletion")
    make.product(name="New one", code="G-2")

    answer = client.page(client.send(f"/catalog/{product.id}/restoration").location)

    assert "The product New one now has the code G-2." in answer.text
    assert product.deleted_at is not None


def test_only_what_is_in_the_bin_can_be_restored(client):
    product = make.product()

    assert client.send(f"/catalog/{product.id}/restoration").status_code == 404


def test_a_viewer_changes_nothing(browser_of, vera):
    product = make.product(name="GTX Pro")
    browser = browser_of(vera)

    for url in ("/catalog/new", f"/catalog/{product.id}/deletion"):
        assert browser.get(url).status_code == 403
    for url in ("new", f"{product.id}/facts/name", f"{product.id}/deletion", f"{product.id}/restoration"):
        assert browser.send(f"/catalog/{url}", {"name": "x"}).status_code == 403
    assert (product.name, product.deleted_at) == ("GTX Pro", None)


def test_a_deleted_product_keeps_its_name_on_its_deals(client, alice):
    product = make.product(name="GTX Pro")
    deal = make.won(alice, product=product, on=date(2026, 1, 5))

    client.send(f"/catalog/{product.id}/deletion")

    assert deal.product is product


def test_the_page_tells_what_the_price_was(client):
    product = make.product(price=100_00)
    client.send(f"/catalog/{product.id}/facts/price", {"price": "120"} | _version(product))

    page = client.page(f"/catalog/{product.id}")

    assert "Alice Adler changed Price from €100 to €120" in page.text


def test_older_events_follow_as_a_part(client):
    product = make.product()
    for number in range(35):
        product.change(name=f"Name {number}")
    db.session.commit()

    page = client.page(f"/catalog/{product.id}")
    older = next(a for a in page.all("a") if page.text_of(a) == "Show older").get("href")

    assert "created this" not in page.text
    assert "created this" in client.part(older).text
    assert "created this" in client.page(older).text


def test_a_page_takes_few_statements_however_much_happened(client, statements):
    product = make.product()

    def needed():
        with statements() as seen:
            client.page(f"/catalog/{product.id}")
        return len(seen)

    few = needed()
    for number in range(60):
        product.change(name=f"Name {number}")
    db.session.commit()

    assert needed() == few <= 12


def test_a_fact_that_was_not_sent_stays(client, alice):
    product = make.product(name="GTX", price=700_00)

    assert client.send(f"/catalog/{product.id}/facts/price", _version(product)).status_code == 422
    assert product.price_amount == 700_00
