"""Facts changed where a list shows them."""

import pytest

from crm_app.activity.models import Event
from crm_app.extensions import db
from tests import make


@pytest.fixture
def company(alice):
    return make.company(alice, "Alpha", industry="labs", size=5)


def test_a_cell_of_a_company_is_changed_in_its_place(client, company):
    form = client.part(f"/lists/companies/{company.id}/size")

    answer = client.send(
        f"/lists/companies/{company.id}/size", {"size": "1,250", "version": company.version}, htmx=True
    )

    assert form.one("input", name="size").get("value") == "5"
    assert answer.get_data(as_text=True).strip() == "1,250"
    assert company.size == 1250
    event = db.session.query(Event).order_by(Event.id.desc()).first()
    assert event.particulars["changes"] == {"size": [5, 1250]}


@pytest.mark.parametrize(
    ("field", "sent", "shown"),
    [
        ("tags", {"tags": "vip, new"}, "vip"),
        ("country", {"country": "DE"}, "Germany"),
        ("owner", {"owner": ""}, "Unassigned"),
        ("revenue", {"revenue": "12.50", "revenue_currency": "EUR"}, "€12.50"),
        ("phone", {"phone": "+49 30 123"}, "tel:"),
    ],
)
def test_each_kind_of_cell_shows_what_was_written(client, company, field, sent, shown):
    answer = client.send(f"/lists/companies/{company.id}/{field}", sent, htmx=True)

    assert answer.status_code == 200
    assert shown in answer.get_data(as_text=True)


def test_people_products_and_deals_are_changed_so_too(client, alice, company):
    make.pipeline()
    person, product = make.person(alice, "Anna"), make.product(alice, "Lens", price=5_00)
    deal = make.deal(alice, "Deal", value=100_00)

    def changed(place, record, field, **sent):
        return client.send(f"/lists/{place}/{record.id}/{field}", sent, htmx=True).get_data(as_text=True)

    assert "Alpha" in changed("people", person, "company", company="Alpha")
    assert "€7.50" in changed("products", product, "price", price="7.50")
    assert "€250" in changed("deals", deal, "value", value="250", currency="EUR")
    assert "2027" in changed("deals", deal, "close", expected_close="2027-03-01")
    assert (person.company, product.price_amount, deal.value_amount) == (company, 7_50, 250_00)


def test_what_cannot_be_is_refused_in_the_cell_and_kept_as_typed(client, company):
    answer = client.send(f"/lists/companies/{company.id}/size", {"size": "many"}, htmx=True)

    assert answer.status_code == 422
    assert "Enter a number" in answer.get_data(as_text=True)
    assert 'value="many"' in answer.get_data(as_text=True)
    assert company.size == 5


def test_a_change_against_something_newer_is_refused_and_shows_how_it_stands(client, company):
    company.change(size=7)
    db.session.commit()

    answer = client.send(f"/lists/companies/{company.id}/size", {"size": "9", "version": "1"}, htmx=True)

    assert answer.status_code == 409
    assert "Someone changed this a moment ago." in answer.get_data(as_text=True)
    assert answer.get_data(as_text=True).strip().startswith("7")
    assert company.size == 7


def test_only_what_one_may_change_is_changed(client, browser_of, alice, bob, vera, company):
    hidden = make.company(bob, "Secret")
    make.pipeline()
    deal = make.won(alice)

    assert client.get(f"/lists/companies/{hidden.id}/size").status_code == 404
    assert client.send(f"/lists/companies/{hidden.id}/size", {"size": "9"}).status_code == 404
    assert client.get(f"/lists/companies/{company.id}/created").status_code == 404
    assert client.get(f"/lists/companies/{company.id}/nothing").status_code == 404
    assert client.get(f"/lists/deals/{deal.id}/stage").status_code == 404
    assert client.get(f"/lists/deals/{deal.id}/reason").status_code == 404
    assert browser_of(vera).get(f"/lists/companies/{company.id}/size").status_code == 403
    assert "data-cell" not in browser_of(vera).page("/contacts/companies").html


def test_without_a_script_the_form_is_a_page_that_leads_back(client, company):
    page = client.page(f"/lists/companies/{company.id}/industry")
    answer = client.send(f"/lists/companies/{company.id}/industry", {"industry": "retail"})

    assert page.text_of(page.one("h1")) == "Alpha"
    assert answer.location == "/contacts/companies"
    assert company.industry == "retail"
