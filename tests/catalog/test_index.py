"""The list of products: searched, narrowed, paged, exported."""

from datetime import date
from decimal import Decimal

import pytest

from crm_app.extensions import db
from crm_app.web.money import Rate
from tests import make


def test_the_list_shows_products_by_name_with_their_prices(client):
    make.product(name="GTX Pro", code="G-2", family="GTX", price=4_821_00)
    make.product(name="Alpha", family="MG")

    page = client.page("/catalog/")

    assert page.text.index("Alpha") < page.text.index("GTX Pro")
    assert "€4,821" in page.text
    assert "2 products" in page.text


def test_an_empty_list_offers_the_first_step(client):
    page = client.page("/catalog/")

    assert "The products and services you sell appear here." in page.text
    assert page.all("a", href="/catalog/new")


def test_a_viewer_sees_products_but_is_offered_no_change(browser_of, vera):
    product = make.product(name="GTX Pro")

    listed = browser_of(vera).page("/catalog/")
    page = browser_of(vera).page(f"/catalog/{product.id}?edit=name")

    assert "GTX Pro" in listed.text
    assert "New product" not in listed.text
    assert not page.all("form", action=f"/catalog/{product.id}/facts/name")
    assert not page.all("a", href=f"/catalog/{product.id}/deletion")


def test_visitors_are_sent_to_the_sign_in_page(browser_of, organisation):
    assert browser_of().get("/catalog/").status_code == 302


@pytest.mark.parametrize(("text", "found"), [("gtx pro", "GTX Pro"), ("g-2", "GTX Pro"), ("كريم", "کریم دست")])
def test_searching_finds_names_and_codes_however_written(client, text, found):
    make.product(name="GTX Pro", code="G-2")
    make.product(name="کریم دست", code="K")

    page = client.page("/catalog/?q=" + text)

    assert found in page.text
    assert "1 product" in page.text


def test_a_search_without_a_hit_leads_back_to_all(client):
    make.product(name="GTX Pro")

    page = client.page("/catalog/?q=nothing")

    assert "Nothing here matches." in page.text
    assert page.all("a", href="/catalog/")


def test_the_list_narrows_to_a_family_and_sorts_by_price(client):
    make.product(name="Dear", family="GTX", price=900_00)
    make.product(name="Cheap", family="GTX", price=100_00)
    make.product(name="Other", family="MG", price=500_00)

    page = client.page("/catalog/?family=GTX&sort=-price")

    assert "Other" not in page.text
    assert page.text.index("Dear") < page.text.index("Cheap")


def test_the_list_is_paged_and_the_next_rows_come_alone(client):
    with make.at_once():
        for number in range(53):
            make.product(name=f"Product {number:03d}")

    page = client.page("/catalog/")
    following = page.one("a", rel="next").get("href")
    part = client.part(following)

    assert "Product 049" in page.text
    assert "Product 050" not in page.text
    assert "Product 052" in part.text
    assert "<h1" not in part.html
    assert "Product 052" in client.page(following).text


@pytest.mark.parametrize(("sort", "order"), [("price", "ABCDE"), ("-price", "CBADE"), ("cost", "ABCDE")])
def test_prices_in_several_currencies_are_sorted_by_what_they_are_worth(client, sort, order):
    db.session.add(Rate(currency="IRR", day=date(2020, 1, 1), rate=Decimal("0.00002")))
    prices = {"C": (50_00, "EUR"), "A": (100_000, "IRR"), "B": (20_00, "EUR"), "D": (5, "CHF"), "E": (None, "EUR")}
    for name, (price, currency) in prices.items():
        make.product(name=f"{name} product", price=price, cost_amount=price, currency=currency)

    page = client.page(f"/catalog/?sort={sort}")
    names = [page.text_of(head)[0] for head in page.one("table").iter("th") if head.get("scope") == "row"]

    assert "".join(names)[:3] == order[:3]
    assert set(names[3:]) == {"D", "E"}


@pytest.mark.parametrize("query", ["sort=nonsense", "after=%00", "after=WzEsMl0", "q=" + "x" * 3000, "family=%27"])
def test_nonsense_in_the_address_does_no_harm(client, query):
    make.product()

    client.page("/catalog/?" + query)


def test_the_list_is_exported_as_it_is_shown(client):
    make.product(name="=GTX", code="G", price=12_50)
    make.product(name="Other")

    response = client.get("/lists/products/export.csv?q=gtx")
    text = response.get_data(as_text=True)

    assert response.mimetype == "text/csv"
    assert "'=GTX,G,,12.50,EUR,," in text
    assert "Other" not in text


def test_few_statements_however_many_products(client, statements):
    def needed():
        with statements() as seen:
            client.page("/catalog/")
        return len(seen)

    for _number in range(3):
        make.product()
    few = needed()
    with make.at_once():
        for _number in range(60):
            make.product()

    assert needed() == few <= 12


def test_suggestions_name_the_products_nearest_to_what_is_typed(client):
    make.product(name="GTX Pro")
    make.product(name="MG Special")

    part = client.part("/catalog/suggestions?for=product&product=gtx")

    assert "GTX Pro" in part.text
    assert "MG Special" not in part.text
    assert "GTX Pro" in client.page("/catalog/suggestions?for=product&product=gtx").text
