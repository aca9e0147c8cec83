"""The list of deals, its part on other pages, its export, and adding a deal."""

from datetime import date, timedelta

import pytest

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.web.money import Rate
from tests import make


def titles(page):
    return [page.text_of(e) for e in page.all("th", scope="row")]


def test_the_list_shows_the_deals_with_what_matters(client, alice):
    company = make.company(alice, "Kessler")
    make.deal(alice, "New line", at="Proposal", value=700_00, company=company, expected_close=date(2027, 3, 1))

    page = client.page("/pipeline/deals")

    assert titles(page) == ["New line"]
    for words in ("Kessler", "€700", "Proposal", "Alice Adler", "1 Mar 2027", "1 deal"):
        assert words in page.text


def test_a_rep_sees_own_deals_and_a_manager_those_of_the_team(client, browser_of, alice, bob, charlie, olivia, vera):
    make.deal(alice, "Hers")
    make.deal(bob, "His")

    assert titles(client.page("/pipeline/deals")) == ["Hers"]
    assert titles(browser_of(charlie).page("/pipeline/deals")) == ["Hers"]
    for all_seeing in (olivia, vera):
        assert sorted(titles(browser_of(all_seeing).page("/pipeline/deals"))) == ["Hers", "His"]


def test_an_agent_has_no_deals(browser_of, organisation):
    browser = browser_of(make.user("Agnes", role="agent"))

    for url in ("/pipeline/deals", "/pipeline/deals/new", "/pipeline/bin"):
        assert browser.get(url).status_code == 403


def test_an_empty_list_offers_the_first_step(client):
    make.pipeline()

    page = client.page("/pipeline/deals")

    assert "The deals you are working on appear here." in page.text
    assert len(page.all("a", href="/pipeline/deals/new")) == 3


@pytest.mark.parametrize("query", ["status=won", "q=none", "where=source.has.fair", "close=never&least=900"])
def test_a_list_narrowed_to_nothing_offers_all_deals_and_not_the_first_one(client, alice, query):
    make.deal(alice)

    page = client.page(f"/pipeline/deals?{query}")

    assert "Nothing here matches." in page.text
    assert "belong here" not in page.text


def test_each_filter_narrows_the_list_and_shows_a_chip(browser_of, olivia, alice, bob, charlie):
    company, person, product = make.company(alice, "Kessler"), make.person(alice, "Ines"), make.product(name="GTX")
    wanted = make.deal(alice, "Wanted", at="Proposal", value=500_00, company=company, person=person, product=product)
    make.deal(bob, "Other", at="Qualified", value=20_00)
    make.won(bob, title="Other won", value=9_000_00)
    browser = browser_of(olivia)

    for query in (
        f"company={company.id}", f"person={person.id}", f"product={product.id}", f"owner={alice.id}",
        f"team={alice.team_id}", f"stage={wanted.stage_id}", "status=open&least=100", "least=100&most=600",
    ):  # fmt: skip
        page = browser.page(f"/pipeline/deals?{query}")

        assert titles(page) == ["Wanted"], query
        assert page.all("a", class_="chip__remove"), query
    assert titles(browser.page("/pipeline/deals?status=won")) == ["Other won"]
    assert len(titles(browser.page(f"/pipeline/deals?pipeline={wanted.pipeline_id}"))) == 3


@pytest.mark.parametrize(
    ("condition", "found"),
    [("empty", ["Old"]), ("filled", ["New"]), ("within.today", ["New"]), ("from.2000-01-01", ["New"])],
)
def test_a_deal_whose_first_day_is_not_known_was_created_on_none(client, alice, condition, found):
    make.deal(alice, "Old", created_is_known=False)
    make.deal(alice, "New")

    assert titles(client.page(f"/pipeline/deals?where=created.{condition}")) == found


def test_words_narrow_the_list_and_stand_in_the_search_field_alone(browser_of, olivia, alice):
    make.deal(alice, "Wanted", at="Proposal", company=make.company(alice, "Kessler"))
    make.deal(alice, "Other", at="Proposal")

    page = browser_of(olivia).page("/pipeline/deals?q=kessler")

    assert titles(page) == ["Wanted"]
    assert page.one("input", id="deals-search").get("value") == "kessler"
    assert not page.all("a", class_="chip__remove")


@pytest.mark.parametrize(
    "query",
    [
        "owner=x",
        "stage=99999999999999",
        "least=-5",
        "least=abc",
        "status=gone",
        "sort=x",
        "after=WyJhIiwxXQ",
        "company=0",
    ],
)
def test_a_filter_that_means_nothing_counts_as_not_given(client, alice, query):
    make.deal(alice, "Mine")

    assert titles(client.page(f"/pipeline/deals?{query}")) == ["Mine"]


def test_a_company_out_of_sight_is_not_named(client, alice, bob):
    hidden = make.company(bob, "Secret Ltd")

    page = client.page(f"/pipeline/deals?company={hidden.id}")

    assert "Secret Ltd" not in page.text
    assert "not known to you" in page.text


def test_as_a_part_of_a_contacts_page_it_is_a_panel(client, alice):
    company = make.company(alice)
    make.deal(alice, "New line", at="Proposal", value=72_000_00, company=company, expected_close=date(2127, 3, 1))
    make.won(alice, title="Old line", on=date(2026, 1, 5), company=company)
    make.deal(alice, "Elsewhere")

    part = client.part(f"/pipeline/deals?company={company.id}")

    part.one("section", id="deals")
    assert "Proposal · closes 1 Mar" in part.text
    assert "€72k" in part.text
    assert "Won · 5 Jan 2026" in part.text
    assert "Elsewhere" not in part.text
    assert part.all("a", href=f"/pipeline/deals/new?company={company.id}")


def test_the_panel_marks_an_open_deal_that_should_have_closed(client, alice):
    company = make.company(alice)
    make.deal(alice, at="Proposal", company=company, expected_close=make.today() - timedelta(days=3))
    make.won(alice, company=company, expected_close=date(2026, 1, 5))

    part = client.part(f"/pipeline/deals?company={company.id}&sort=next")

    assert part.text.count("Overdue") == 1
    assert "Proposal · Overdue 3 d" in part.text


def test_a_panel_without_deals_says_so(client, alice):
    company = make.company(alice)

    assert "No deals yet." in client.part(f"/pipeline/deals?company={company.id}").text


def test_the_switcher_keeps_the_filters(client, alice):
    product = make.product(name="GTX")
    make.deal(alice, product=product)

    page = client.page(f"/pipeline/deals?product={product.id}&least=1&sort=value")

    board = next(a for a in page.all("a") if page.text_of(a) == "Board").get("href")
    assert f"product={product.id}" in board
    assert "least=1" in board


def test_the_list_is_exported_as_it_is_shown(client, alice):
    company = make.company(alice, "=Kessler")
    make.deal(alice, "B", at="Proposal", value=12_50, company=company)
    make.deal(alice, "A", value=5_00)
    make.lost(alice, title="C", on=date(2026, 1, 5), reason="Too dear")

    response = client.get("/lists/deals/export.csv?sort=title&status=open")
    rows = response.get_data(as_text=True).splitlines()

    assert response.mimetype == "text/csv"
    assert [row.split(",")[0] for row in rows[1:]] == ["A", "B"]
    assert rows[2].startswith("B,'=Kessler,12.50,EUR,Proposal,Alice Adler")


def test_an_export_holds_only_what_its_reader_may_see(client, bob):
    make.deal(bob, "His")

    assert "His" not in client.get("/lists/deals/export.csv").get_data(as_text=True)


def test_few_statements_however_many_deals(browser_of, olivia, alice, statements):
    company, person, product = make.company(alice), make.person(alice), make.product()
    make.user("Zoe")
    browser = browser_of(olivia)
    address = f"/pipeline/deals?company={company.id}&person={person.id}"
    db.session.commit()

    def needed(url):
        with statements() as seen:
            browser.page(url)
        return len(seen)

    def add(count):
        for _number in range(count):
            make.deal(alice, value=100, company=company, person=person, product=product)

    add(3)
    few = needed(address), needed("/lists/deals/export.csv")
    add(57)

    assert (needed(address), needed("/lists/deals/export.csv")) == few
    assert max(few) <= 12, few


def test_a_new_deal_is_owned_by_who_adds_it_and_stands_at_the_foot_of_its_column(client, alice):
    first = make.deal(alice, at="Proposal")
    company, person, product = make.company(alice, "Kessler"), make.person(alice, "Ines"), make.product(name="GTX")
    sent = {
        "title": "New line", "value": "1,250.50", "currency": "USD", "company": "kessler", "person": "Ines",
        "product": "gtx", "expected_close": "2027-03-01", "source": "Fair", "code": "D-1",
        "stage": str(make.stage("Proposal").id), "owner": str(alice.id),
    }  # fmt: skip

    response = client.send("/pipeline/deals/new", sent)
    deal = db.session.scalars(db.select(Deal).where(Deal.title == "New line")).one()

    assert (response.status_code, response.location) == (303, f"/pipeline/deals/{deal.id}")
    assert (deal.owner, deal.stage.name, deal.value_amount, deal.currency) == (alice, "Proposal", 1250_50, "USD")
    assert (deal.company, deal.person, deal.product) == (company, person, product)
    assert (deal.expected_close, deal.source, deal.code) == (date(2027, 3, 1), "Fair", "D-1")
    assert deal.rank > first.rank
    assert [stay.stage.name for stay in deal.stays] == ["Proposal"]


def test_a_new_deal_knows_where_it_was_begun(client, alice):
    company = make.company(alice, "Kessler")
    person = make.person(alice, "Ines", company=company)
    product = make.product(name="GTX", price=900_00)
    stage = make.stage("Qualified")

    page = client.page(f"/pipeline/deals/new?person={person.id}&product={product.id}&stage={stage.id}")

    assert page.one("input", name="company").get("value") == "Kessler"
    assert page.one("input", name="person").get("value") == "Ines"
    assert page.one("input", name="value").get("value") == "900"
    chosen = [o for o in page.one("select", name="stage").iter("option") if o.get("selected") is not None]
    assert [page.text_of(option) for option in chosen] == ["Qualified"]


def test_an_address_names_nothing_hidden(client, bob):
    make.pipeline()
    hidden = make.company(bob, "Secret Ltd")

    assert "Secret Ltd" not in client.page(f"/pipeline/deals/new?company={hidden.id}&person=99&product=x").html


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"title": ""}, "Fill this in."),
        ({"value": "-5"}, "An amount cannot be negative."),
        ({"value": "much"}, "Enter an amount"),
        ({"currency": "QQQ"}, "Not a valid choice"),
        ({"expected_close": "31/02/2017"}, "Enter a date with the year first"),
        ({"expected_close": "2017-02-31"}, "Enter a date with the year first"),
        ({"company": "Secret Ltd"}, "Nothing with this name was found."),
        ({"company": "Secret Ltd", "company_id": "SECRET"}, "Nothing with this name was found."),
        ({"stage": "99999"}, "That stage no longer exists. Choose another."),
        ({"stage": "WON"}, "That stage no longer exists. Choose another."),
        ({"owner": "BOB"}, "Choose one from the list."),
        ({"owner": ""}, "Choose an owner: you could not see a deal without one."),
        ({"code": "taken"}, "Another deal has this code."),
    ],
)
def test_a_deal_that_cannot_be_is_refused_and_what_was_typed_is_kept(client, bob, sent, message):
    hidden = make.company(bob, "Secret Ltd")
    make.deal(bob, "Theirs", code="TAKEN")
    ids = {"SECRET": hidden.id, "WON": make.stage("Won").id, "BOB": bob.id}
    fine = {"title": "Mine", "currency": "EUR", "stage": str(make.stage("Proposal").id), "source": "A fair"}
    sent = {name: str(ids.get(value, value)) for name, value in sent.items()}

    response = client.send("/pipeline/deals/new", fine | sent)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert "A fair" in response.get_data(as_text=True)
    assert db.session.scalars(db.select(Deal.title)).all() == ["Theirs"]


def test_a_viewer_adds_nothing(browser_of, vera):
    make.pipeline()
    browser = browser_of(vera)

    assert browser.get("/pipeline/deals/new").status_code == 403
    assert browser.send("/pipeline/deals/new", {"title": "x"}).status_code == 403
    assert "New deal" not in browser.page("/pipeline/deals").text


def test_a_reader_of_jalali_types_and_reads_days_so(client, alice):
    alice.calendar = "jalali"
    sent = {"title": "Mine", "currency": "EUR", "stage": str(make.stage("Proposal").id), "expected_close": "1405/12/10"}

    client.send("/pipeline/deals/new", sent)
    page = client.page("/pipeline/deals")

    assert db.session.scalars(db.select(Deal.expected_close)).one() == date(2027, 3, 1)
    assert "10 Esfand 1405" in page.text


def test_a_deal_is_not_found_by_what_is_hidden_of_its_company(client, alice, bob):
    hidden = make.company(bob, "Kessler-Werke", phone="+49 30 901820", website="https://secret.example")
    make.deal(alice, "Mine", company=hidden)

    assert titles(client.page("/pipeline/deals?q=kessler-werke")) == ["Mine"]
    for words in ("secret", "901820"):
        assert "Mine" not in client.page(f"/pipeline/deals?q={words}").text


def test_a_bound_may_be_more_than_a_deal_can_be_worth(client, alice):
    db.session.add(Rate(currency="IRR", day=date(2020, 1, 1), rate="0.0000001"))
    make.deal(alice, "Mine", value=100_00)

    assert titles(client.page(f"/pipeline/deals?most={9 * 10**13}")) == ["Mine"]
    assert "Mine" not in client.page(f"/pipeline/deals?least={9 * 10**13}").text
