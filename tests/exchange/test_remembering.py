"""What is kept of an import for the next file: columns by their headers, texts by their field; each for oneself."""

import pytest
from sqlalchemy import select

from crm_app.exchange.models import Import, KeptMapping, KeptMeaning
from crm_app.extensions import db
from tests import make
from tests.exchange.stepping import checked, columns, digest, drafted, upload
from tests.meanwhile import meanwhile

TEXT = "bezeichnung,preis,produkt\nGTX Pro,1.234,x\n"
SENT = {"column-0": "name", "column-1": "price", "unit-1": "1000", "currency": "EUR"}


def import_by_hand(browser, text=TEXT):
    """Columns sent by hand, the comma told, the import begun."""
    url = drafted(browser, "products", text)
    browser.send(f"{url}/columns", SENT)
    browser.send(f"{url}/notations", {"digest": digest(browser.page(url)), "notation-0": ","})
    browser.send(f"{url}/start", {"digest": digest(browser.page(url))})
    return url


def newest():
    return db.session.scalars(select(Import).order_by(Import.id.desc())).first()


def test_the_same_headers_in_any_order_are_matched_as_they_were(client):
    import_by_hand(client)

    url = drafted(client, "products", "Produkt,PREIS,Bezeichnung\ny,4.321,MG\n")

    assert newest().columns == {"Bezeichnung": "name", "PREIS": "price"}
    assert newest().options["units"] == {"PREIS": 1000} and newest().options["notations"] == {"PREIS": ","}
    assert "matched the way you matched them for products.csv" in client.page(url).text
    client.send(f"{url}/columns", columns(client.page(url)))
    assert "One row of products.csv is valid" in client.page(url).text


@pytest.mark.parametrize("header", ["name,price,price ($)", "name,price ($),price", "price,Price!,name"])
def test_of_headers_that_differ_in_signs_alone_each_goes_where_it_went(client, header):
    chosen = {"column-0": "name", "column-1": "price", "column-2": "cost", "unit-2": "1000"}
    url = drafted(client, "products", f"{header}\n1,2,3\n")
    client.send(f"{url}/columns", chosen)
    client.send(f"{url}/start", {"digest": digest(client.page(url))})
    before = newest()

    drafted(client, "products", f"{header}\n4,5,6\n")

    assert newest().id != before.id and newest().columns == before.columns
    assert newest().options["units"] == before.options["units"] == {header.split(",")[2]: 1000}


def test_other_headers_and_other_people_are_matched_by_names(client, browser_of, bob):
    import_by_hand(client)

    drafted(client, "products", TEXT.replace("produkt", "artikel"))
    assert newest().columns == {}
    drafted(browser_of(bob), "products", TEXT)
    assert newest().columns == {}


def test_nothing_is_kept_of_an_import_that_never_began(client):
    checked(client, "products", "product,price\nA,5\n")

    assert db.session.scalars(select(KeptMapping)).all() == []


def test_what_a_text_means_is_kept_and_taken_again(client, alice):
    make.product(alice, "GTX Pro")
    make.pipeline()
    text = "code,product,stage\nD1,GTXPro,Proposal\n"
    url = checked(client, "deals", text)
    client.send(f"{url}/values", {"digest": digest(client.page(url)), "value-0": "GTX Pro"})
    client.send(f"{url}/start", {"digest": digest(client.page(url))})

    url = checked(client, "deals", "code,product,stage\nD2,GTXPro,Proposal\nD3,GTX Pro,Proposal\n")

    page = client.page(url)
    assert "2 rows of products.csv are valid" in page.text and "decided" in page.text
    assert [kept.meaning for kept in db.session.scalars(select(KeptMeaning))] == ["GTX Pro"]
    other = checked(client, "deals", "code,product,stage\nD4,GTX Pro,Proposal\n")
    assert "GTXPro" not in client.page(other).text


@pytest.mark.parametrize("prices", [("1,000", "1234.5"), ("1000", "1234.5"), ("1000", "12.5")])
def test_what_the_cells_of_a_file_prove_counts_more_than_how_the_last_one_was_written(client, prices):
    import_by_hand(client)

    rows = "".join(f'P{number},"{price}",x\n' for number, price in enumerate(prices))
    url = drafted(client, "products", f"bezeichnung,preis,produkt\n{rows}")
    client.send(f"{url}/columns", SENT | {"unit-1": "1"})

    assert "2 rows of products.csv are valid" in client.page(url).text
    assert newest().options["notations"] == {"preis": "."}


def test_what_a_person_tells_of_this_file_counts_more_than_what_its_cells_prove(client):
    import_by_hand(client)
    url = drafted(client, "products", 'bezeichnung,preis,produkt\nA,"1,000",x\nB,12.5,x\n')
    client.send(f"{url}/columns", SENT)

    client.send(f"{url}/notations", {"digest": digest(client.page(url)), "notation-0": ","})

    assert newest().options["notations"] == {"preis": ","}
    client.send(f"{url}/columns", SENT)
    assert newest().options["notations"] == {"preis": ","}
    assert "12.5" in client.page(url).text and "One row is rejected." in client.page(url).text


def test_a_draft_forgets_its_mapping_and_is_matched_by_names(client):
    import_by_hand(client)
    url = drafted(client, "products", TEXT)

    client.send(f"{url}/forget")

    assert newest().columns == {} and "matched the way you matched them" not in client.page(url).text
    assert db.session.scalars(select(KeptMapping)).all() == []


def test_the_index_tells_what_is_kept_and_forgets_it(client, alice):
    import_by_hand(client)
    db.session.add(KeptMeaning(user_id=alice.id, kind="companies", field="country", text="NL", meaning="Netherlands"))
    page = client.page("/exchange/")
    assert "columns as in products.csv" in page.text and "what one text of “Country” means" in page.text

    for button in page.all("input", name="mapping"):
        client.send("/exchange/forget", {"mapping": button.get("value")})
    client.send("/exchange/forget", {"kind": "companies", "field": "country"})

    assert "Remembered from your imports" not in client.page("/exchange/").text


@pytest.mark.parametrize("sent", [{"mapping": "1"}, {"kind": "products", "field": "name"}, {"mapping": "x"}, {}])
def test_nobody_makes_others_forget(client, browser_of, bob, alice, sent):
    import_by_hand(client)
    db.session.add(KeptMeaning(user_id=alice.id, kind="products", field="name", text="A", meaning="B"))

    browser_of(bob).send("/exchange/forget", {**sent, "mapping": db.session.scalars(select(KeptMapping.id)).one()})

    assert len(db.session.scalars(select(KeptMapping)).all()) == len(db.session.scalars(select(KeptMeaning)).all()) == 1


def test_a_viewer_forgets_nothing(browser_of, vera):
    assert browser_of(vera).send("/exchange/forget").status_code == 403


def test_somebody_elses_draft_is_not_told_to_forget(client, browser_of, bob):
    url = drafted(client, "products", TEXT)

    assert browser_of(bob).send(f"{url}/forget").status_code == 404
    assert upload(client, "products", TEXT).status_code == 303


@pytest.mark.postgresql
@pytest.mark.parametrize("files", [1, 2])
def test_what_is_begun_twice_at_once_is_remembered_once(client, browser_of, alice, files):
    other, urls = browser_of(alice), [checked(client, "products", "product,price\nA,5\n") for _number in range(files)]
    seen = [{"digest": digest(client.page(url))} for url in urls]

    met = meanwhile(
        lambda: client.send(f"{urls[0]}/start", seen[0]).status_code,
        lambda: other.send(f"{urls[-1]}/start", seen[-1]).status_code,
        held_at="INSERT INTO kept_mappings",
        before=True,
    )

    assert met == (303, 303, True)
    assert len(db.session.scalars(select(KeptMapping)).all()) == 1
    assert [one.status for one in db.session.scalars(select(Import))].count("draft") == 0
