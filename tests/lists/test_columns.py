"""Columns to choose and order, kept for each person and in views."""

import pytest

from crm_app.extensions import db
from crm_app.lists.models import ListLayout
from crm_app.saved_views.models import SavedView
from tests import make

COMPANIES = "/contacts/companies"
CHOOSE = "/lists/companies/columns"


def heads(page):
    return [page.text_of(head) for head in page.all("th", scope="col")]


def sent(**more):
    order = ["name", "industry", "country", "size", "tags", "owner", "created", "phone"]
    return {"order": order, "at": COMPANIES, "query": ""} | more


@pytest.fixture(autouse=True)
def company(alice):
    return make.company(alice, "Alpha", phone="+49 30 1", industry="labs")


def test_the_columns_that_one_chose_are_shown_in_their_order(client, company):
    answer = client.send(CHOOSE, sent(shown=["phone", "industry"]))

    assert answer.location == COMPANIES
    assert heads(client.page(COMPANIES)) == ["Name", "Industry", "Phone"]
    assert client.page(COMPANIES).all("a", href=f"tel:{company.phone_key}")


def test_another_person_sees_the_standard_columns(client, browser_of, olivia):
    client.send(CHOOSE, sent(shown=["phone"]))

    assert heads(browser_of(olivia).page(COMPANIES))[1:3] == ["Industry", "Country"]


def test_the_standard_columns_come_back(client):
    client.send(CHOOSE, sent(shown=["phone"]))

    client.send(CHOOSE, sent(shown=["phone"], standard="1"))

    assert "Country" in heads(client.page(COMPANIES))
    assert db.session.query(ListLayout).count() == 0


def test_an_address_that_names_its_columns_shows_those(client):
    assert heads(client.page(f"{COMPANIES}?columns=phone,owner,nothing,phone")) == ["Name", "Phone", "Owner"]
    assert "Country" in heads(client.page(f"{COMPANIES}?columns=nothing"))


def test_choosing_columns_in_a_view_changes_its_address_alone(client):
    answer = client.send(CHOOSE, sent(shown=["size"], query="columns=phone&sort=-name"))

    assert answer.location == f"{COMPANIES}?columns=name%2Csize&sort=-name"
    assert db.session.query(ListLayout).count() == 0


def test_a_view_is_saved_with_the_columns_that_its_maker_sees(client, alice):
    client.send(CHOOSE, sent(shown=["phone"]))
    form = client.page(f"{COMPANIES}?q=a").one("div", id="views")
    query = next(e.get("value") for e in form.iter("input") if e.get("name") == "query")

    client.send("/views/", {"place": "companies", "query": query, "name": "Phones", "next": COMPANIES})

    assert db.session.query(SavedView).one().query == "columns=name%2Cphone&q=a"


def test_a_column_moves_up_and_down_before_anything_is_kept(client):
    page = client.send(CHOOSE, sent(shown=["industry"], move="country.up"), htmx=True)
    html = page.get_data(as_text=True)

    assert html.index('value="country"') < html.index('value="industry"')
    assert db.session.query(ListLayout).count() == 0


def test_the_form_shows_what_is_shown_first_and_all_there_is(client):
    page = client.page(f"{CHOOSE}?query=columns%3Dphone")

    boxes = page.all("input", name="shown")
    assert [box.get("value") for box in boxes][:2] == ["name", "phone"]
    assert [box.get("value") for box in boxes if box.get("checked") is not None] == ["name", "phone"]
    assert len(boxes) == 12


@pytest.mark.parametrize("address", [COMPANIES, "/contacts/people", "/catalog/", "/pipeline/deals"])
def test_every_column_of_every_list_can_be_shown(client, alice, company, address):
    make.pipeline()
    make.product(alice, "Lens", price=5_00)
    person = make.person(alice, "Anna", company=company)
    make.deal(alice, "Deal", company=company, person=person)
    make.lost(alice)
    place = {"/catalog/": "products", "/pipeline/deals": "deals"}.get(address, address.rpartition("/")[2])
    columns = [box.get("value") for box in client.page(f"/lists/{place}/columns").all("input", name="shown")]

    page = client.page(f"{address}?columns={','.join(columns)}")

    assert len(heads(page)) == len(columns)


def test_a_column_waits_for_more_room_where_amounts_are_long(client, alice, organisation):
    make.deal(alice, "New machines", value=700_00)

    def room():
        page = client.page("/pipeline/deals")
        return next(head.get("class") for head in page.all("th", scope="col") if page.text_of(head) == "Expected close")

    assert room() == "table__nowrap table__from-60"
    organisation.currency = "IRR"
    db.session.commit()
    assert room() == "table__nowrap table__from-70"
