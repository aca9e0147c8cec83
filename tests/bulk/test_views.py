"""What a list offers, the form that says how many are meant, what is refused, and the page of what was done."""

from datetime import timedelta

import pytest

from crm_app.bulk import views
from crm_app.bulk.models import BulkChange
from crm_app.extensions import db, utc_now
from tests import html, make
from tests.bulk.picking import confirmed, last_change, pick, undo

LISTS = ["/contacts/companies", "/contacts/people", "/catalog/", "/pipeline/deals"]


def page_of(response):
    return html.Page(response.get_data(as_text=True))


@pytest.fixture
def company(alice):
    return make.company(alice, "Alpha", industry="labs")


@pytest.mark.parametrize("address", LISTS)
def test_every_row_has_a_box_for_those_who_may_edit(browser_of, alice, vera, address):
    make.pipeline()
    company = make.company(alice)
    listed = dict(zip(LISTS, (company, make.person(alice, company=company), make.product(alice)), strict=False))
    record = listed.get(address) or make.deal(alice, "Big one")

    page = browser_of(alice).page(address)
    boxes = page.all("input", name="pick")

    assert len(boxes) == 1
    assert boxes[0].get("value") == f"{record.id}.{record.version}"
    page.one("form", id="bulk")
    assert not browser_of(vera).page(address).all("input", name="pick")


def test_the_bar_keeps_what_the_address_asks_for(client, company):
    form = client.page("/contacts/companies?where=industry.is.labs&sort=-name").one("form", id="bulk")

    addresses = [button.get("formaction") for button in form.iter("button") if button.get("formaction")]

    assert "/bulk/companies/owner?where=industry.is.labs&sort=-name" in addresses
    assert "/bulk/companies/deletion?where=industry.is.labs&sort=-name" in addresses


def test_all_that_match_are_offered_where_there_are_more_than_a_page(client, alice, company):
    assert not client.page("/contacts/companies").all("input", name="all")

    with make.at_once():
        for _number in range(50):
            make.company(alice)

    assert client.page("/contacts/companies").all("input", name="all")


def test_the_form_says_how_many_are_meant(client, alice, company):
    other = make.company(alice)

    page = page_of(client.send("/bulk/companies/owner", pick(company, other)))

    assert page.text_of(page.one("h1")) == "Assign 2 companies"
    assert page.one("input", name="pick").get("value") == f"{company.id}.1 {other.id}.1"
    assert db.session.query(BulkChange).count() == 0


def test_htmx_gets_the_form_in_a_dialog(client, company):
    response = client.send("/bulk/companies/tags", pick(company), htmx=True)

    page = page_of(response)
    assert response.status_code == 200
    assert page.one("dialog", id="bulk-dialog").get("data-dialog-open") is not None
    assert page.text_of(page.one("h2")) == "Tag 1 company"


def test_the_button_of_a_change_is_a_verb_in_chinese_and_not_the_difference_of_a_report(client, alice):
    company = make.company(alice, "Acme")
    alice.language = "zh"
    db.session.commit()

    dialog = client.send("/bulk/companies/industry", pick(company), htmx=True).get_data(as_text=True)

    assert "修改</button>" in dialog and "变化" not in dialog


def test_the_form_for_all_that_match_counts_them_exactly(client, alice, company):
    page = page_of(client.send("/bulk/companies/deletion?q=alpha", {"all": "1", "pick": "999.1"}))

    assert page.text_of(page.one("h1")) == "Delete 1 company"
    assert page.one("input", name="shown").get("value") == "1"


def test_where_more_match_by_now_that_is_said_first(client, alice, company):
    make.company(alice)

    sent = {"all": "1", "shown": "1", "confirmed": "1"}
    response = client.send("/bulk/companies/deletion", sent)

    assert response.status_code == 422
    assert "More records match now: 2 companies." in page_of(response).text
    assert page_of(response).one("input", name="shown").get("value") == "2"
    assert company.deleted_at is None


@pytest.mark.parametrize("sent", [{}, {"pick": ["x", "0", "99999999999.1", "424242.1"]}, {"pick": "1.1", "all": "no"}])
def test_nothing_selected_is_said(browser_of, olivia, sent):
    response = browser_of(olivia).send("/bulk/companies/owner", sent)

    assert response.status_code == 303
    assert db.session.query(BulkChange).count() == 0


def test_invalid_input_keeps_what_was_typed(client, company):
    response = client.send("/bulk/companies/size", confirmed(company, size="many"), htmx=True)

    page = page_of(response)
    assert response.status_code == 422
    assert page.one("input", name="size").get("value") == "many"
    assert page.one("input", name="pick").get("value") == f"{company.id}.1"
    assert not page.all("dialog")
    assert db.session.query(BulkChange).count() == 0


@pytest.mark.parametrize(
    ("action", "sent"),
    [
        ("tags", {"add": "", "remove": ""}),
        ("industry", {}),
        ("owner", {"owner": "424242"}),
        ("country", {"country": "X"}),
    ],
)
def test_what_no_single_record_takes_is_refused(client, company, action, sent):
    response = client.send(f"/bulk/companies/{action}", confirmed(company, **sent))

    assert response.status_code == 422
    assert company.version == 1


def test_deals_are_given_to_nobody_only_by_those_who_see_all(client, browser_of, olivia, alice):
    deal = make.deal(alice)

    assert client.send("/bulk/deals/owner", confirmed(deal, owner="")).status_code == 422
    assert browser_of(olivia).send("/bulk/deals/owner", confirmed(deal, owner="")).status_code == 303
    assert deal.owner is None


def test_records_are_assigned_only_to_those_to_whom_one_may(client, company, bob):
    assert client.send("/bulk/companies/owner", confirmed(company, owner=str(bob.id))).status_code == 422


def test_viewers_and_agents_are_refused(browser_of, vera, alice, company):
    agent = make.user("Ada", role="agent")
    deal = make.deal(alice)

    assert browser_of(vera).send("/bulk/companies/deletion", confirmed(company)).status_code == 403
    assert browser_of(agent).send("/bulk/deals/deletion", confirmed(deal)).status_code == 404
    assert (company.deleted_at, deal.deleted_at) == (None, None)


@pytest.mark.parametrize("address", ["/bulk/nothing/owner", "/bulk/companies/name", "/bulk/products/owner"])
def test_what_a_list_does_not_offer_is_not_found(client, company, address):
    client.checks_html = False

    assert client.send(address, confirmed(company)).status_code == 404


def test_what_was_picked_is_taken_along_as_a_file(client, alice, bob, company):
    make.company(alice, "Beta")
    hidden = make.company(bob, "Hidden")

    response = client.send("/bulk/companies/export.csv?columns=name&q=beta", pick(company, hidden))
    lines = client.get(response.location).get_data(as_text=True).splitlines()

    assert response.location == f"/lists/companies/export.csv?columns=name&id={company.id}"
    assert lines[1:] == ["Alpha"]


def test_all_that_match_are_taken_along_as_the_list_asks_for_them(client, alice, company):
    response = client.send("/bulk/companies/export.xlsx?q=alpha", {"all": "1", "pick": f"{company.id}.1"})

    assert response.location == "/lists/companies/export.xlsx?q=alpha"


def test_more_than_an_address_can_name_is_not_cut_short_in_silence(client, monkeypatch, alice, company):
    monkeypatch.setattr(views, "MOST_IDS", 1)

    response = client.send("/bulk/companies/export.csv", pick(company, make.company(alice)))

    assert response.location == "/contacts/companies"
    assert "up to 1 individually" in client.page(response.location).text


def test_the_list_tells_what_was_done_and_offers_undo(client, alice, company):
    make.company(alice, industry="retail")
    everything = {"all": "1", "shown": "2", "confirmed": "1", "industry": "retail"}

    response = client.send("/bulk/companies/industry?sort=-name", everything)
    page = client.page(response.location)

    assert response.location == "/contacts/companies?sort=-name"
    assert "Changed: 1 company. 1 record already had this value." in page.text
    page.one("form", action=f"/bulk/{last_change().id}/undoing")

    back = undo(client)

    assert back.location == "/contacts/companies?sort=-name"
    assert "Restored: 1 company." in client.page(back.location).text
    assert company.industry == "labs"


def test_htmx_is_sent_to_the_list(client, company):
    response = client.send("/bulk/companies/deletion?q=a", confirmed(company), htmx=True)

    assert response.headers["HX-Redirect"] == "/contacts/companies?q=a"


def test_a_change_is_taken_back_once_and_within_a_day(client, alice, company):
    client.send("/bulk/companies/industry", confirmed(company, industry="retail"))
    change = last_change()
    change.created_at = utc_now() - timedelta(days=2)
    db.session.commit()

    assert undo(client).location == f"/bulk/{change.id}"
    assert company.industry == "retail"
    assert not client.part(f"/bulk/{change.id}").all("form", action=f"/bulk/{change.id}/undoing")

    change.created_at = utc_now()
    db.session.commit()
    undo(client)
    company.change(industry="retail")
    db.session.commit()
    assert undo(client).location == f"/bulk/{change.id}"
    assert company.industry == "retail"


def test_one_sees_ones_own_changes_and_an_owner_everybodys(client, browser_of, bob, olivia, company):
    client.send("/bulk/companies/industry", confirmed(company, industry="retail"))

    assert "Change Industry of 1 company" in client.page("/bulk/").text
    assert "Change Industry of 1 company" not in browser_of(bob).page("/bulk/").text
    assert "Alice Adler" in browser_of(olivia).page("/bulk/").text
    assert "retail" in client.page(f"/bulk/{last_change().id}").text


def test_an_owner_takes_back_what_another_did(client, browser_of, olivia, company):
    client.send("/bulk/companies/deletion", confirmed(company))

    undo(browser_of(olivia))

    assert company.deleted_at is None


def test_a_change_that_is_taken_back_leaves_others_as_they_are(client, alice, company):
    other = make.company(alice, "Beta", industry="labs")
    for record in (company, other):
        client.send("/bulk/companies/industry", confirmed(record, industry="retail"))

    undo(client)

    assert (company.industry, other.industry) == ("retail", "labs")
    first, second = db.session.query(BulkChange).order_by(BulkChange.id)
    assert first.may_be_undone and not second.may_be_undone
