"""Rows of lists are rendered once, and again as soon as anything that they show is another."""

import re

import pytest

from crm_app.contacts.models import Tag
from crm_app.extensions import db, utc_now
from crm_app.lists.models import ListLayout
from crm_app.web.money import Money
from tests import make

ALL = "name,industry,country,size,tags,owner,created,parent,revenue,founded,website,phone"


@pytest.fixture
def company(alice):
    parent = make.company(alice, "Holding")
    company = make.company(
        alice, "Acme", parent=parent, industry="Steel", country="DE", size=40, phone="+49301234567",
        website="https://acme.example",
    )  # fmt: skip
    company.tags = [Tag(name="Customer")]
    db.session.commit()
    return company


def row(client, company, url=f"/contacts/companies?columns={ALL}"):
    rows = re.findall(r"<tr>.*?</tr>", client.page(url).html, re.S)
    return next(one for one in rows if f'/companies/{company.id}"' in one.partition("</th>")[0])


def _tag(company):
    company.tags = [Tag(name="Friend", name_key="friend")]


def _rename_tag(company):
    company.tags[0].name = "Foe"


@pytest.mark.parametrize(
    ("change", "shows"),
    [
        (lambda company: company.change(name="Zenith"), "Zenith"),
        (lambda company: company.change(industry="Paper"), "Paper"),
        (lambda company: company.change(country="FR"), "France"),
        (lambda company: company.change(size=77), ">77<"),
        (_tag, "Friend"),
        (_rename_tag, "Foe"),
        (lambda company: setattr(company.owner, "name", "Zoe Zander"), "Zoe Zander"),
        (lambda company: company.change(owner=None), "Unassigned"),
        (lambda company: company.parent.change(name="Trust"), "Trust"),
        (lambda company: company.change(revenue=Money(5_000_00, "EUR")), "5,000"),
        (lambda company: company.change(founded=1899), "1899"),
        (lambda company: company.change(website="https://zenith.example"), "zenith.example"),
        (lambda company: company.change(phone="+49307654321"), "7654321"),
    ],
)
def test_whatever_changes_the_row_shows_it(browser_of, olivia, company, change, shows):
    client = browser_of(olivia)
    before = row(client, company)
    change(company)
    db.session.commit()

    after = row(client, company)

    assert shows in after and shows not in before
    assert row(client, company) == after


@pytest.fixture
def person(alice):
    person = make.person(alice, "Ada Lovelace", company=make.company(alice, "Acme"))
    person.tags = [Tag(name="Customer")]
    db.session.commit()
    return person


@pytest.mark.parametrize(
    ("change", "shows"),
    [
        (lambda person: person.change(name="Grace Hopper"), "Grace Hopper"),
        (lambda person: person.change(job_title="Admiral"), "Admiral"),
        (lambda person: person.change(email="ada@zenith.example"), "ada@zenith.example"),
        (_rename_tag, "Foe"),
        (lambda person: setattr(person.owner, "name", "Zoe Zander"), "Zoe Zander"),
        (lambda person: person.company.change(name="Zenith"), "Zenith"),
        (lambda person: person.change(phone="+49307654321"), "7654321"),
    ],
)
def test_whatever_changes_the_row_of_a_person_shows_it(browser_of, olivia, person, change, shows):
    client, url = browser_of(olivia), "/contacts/people?columns=name,company,job_title,email,tags,owner,phone,created"
    before = client.page(url).html
    change(person)
    db.session.commit()

    after = client.page(url).html

    assert shows in after and shows not in before


@pytest.fixture
def deal(alice):
    deal = make.deal(
        alice, "Pumps", company=make.company(alice, "Acme"), person=make.person(alice, "Ada Lovelace"),
        product=make.product(name="Pump"),
    )  # fmt: skip
    db.session.commit()
    return deal


@pytest.mark.parametrize(
    ("change", "shows"),
    [
        (lambda deal: deal.change(title="Zeppelins"), "Zeppelins"),
        (lambda deal: deal.change(value=Money(77_700_00, "EUR")), "77,700"),
        (lambda deal: deal.change(source="A fair"), "A fair"),
        (lambda deal: deal.change(code="Z-77"), "Z-77"),
        (lambda deal: deal.company.change(name="Zenith"), "Zenith"),
        (lambda deal: deal.person.change(name="Grace Hopper"), "Grace Hopper"),
        (lambda deal: setattr(deal.product, "name", "Zeppelin"), "Zeppelin"),
        (lambda deal: setattr(deal.owner, "name", "Zoe Zander"), "Zoe Zander"),
        (lambda deal: setattr(deal.stage, "name", "Zeroing"), "Zeroing"),
        (lambda deal: setattr(deal.pipeline, "name", "Zone"), "Zone"),
        (lambda deal: deal.move_to(deal.pipeline.open_stages[1]), "dot stage-2"),
        (lambda deal: setattr(deal.stage, "position", 4), "dot stage-4"),
        (lambda deal: setattr(deal.stage, "retired_at", utc_now()), "dot stage-0"),
    ],
)
def test_whatever_changes_the_row_of_a_deal_shows_it(browser_of, olivia, deal, change, shows):
    client = browser_of(olivia)
    columns = "title,company,value,stage,owner,close,created,status,pipeline,person,product,source,code"
    url = f"/pipeline/deals?columns={columns}"
    shown = re.compile(r"<tbody>.*?</tbody>", re.S)
    before = shown.search(client.page(url).html)[0]
    change(deal)
    db.session.commit()

    after = shown.search(client.page(url).html)[0]

    assert shows in after and shows not in before


def test_rows_are_read_as_values_alone_while_nothing_they_show_changes(browser_of, olivia, company, statements):
    client, url = browser_of(olivia), f"/contacts/companies?columns={ALL}"
    with statements() as first:
        client.page(url)
    with statements() as again:
        client.page(url)

    assert any(one.startswith("SELECT company_tags") for one in first)
    assert not any(one.startswith("SELECT company_tags") for one in again)


def test_a_change_that_no_column_shows_gives_the_row_its_new_version(browser_of, olivia, company):
    client, url = browser_of(olivia), "/contacts/companies?columns=name"
    before = row(client, company, url)
    company.change(size=77)
    db.session.commit()

    assert f'value="{company.id}.{company.version}"' in row(client, company, url)
    assert f'value="{company.id}.{company.version}"' not in before


def test_each_reader_has_the_row_in_their_own_language_and_digits(browser_of, olivia, alice, company):
    olivia.language = "fa"
    db.session.commit()

    persian, english = row(browser_of(olivia), company), row(browser_of(alice), company)

    assert "آلمان" in persian and "۴۰" in persian
    assert "Germany" in english and ">40<" in english


def test_who_may_only_look_has_a_row_without_a_box(browser_of, olivia, vera, company):
    assert 'name="pick"' in row(browser_of(olivia), company)
    assert 'name="pick"' not in row(browser_of(vera), company)
    assert "data-cell" not in row(browser_of(vera), company)


def test_other_columns_make_another_row(browser_of, olivia, company):
    client = browser_of(olivia)

    assert "Steel" in row(client, company)
    assert "Steel" not in row(client, company, "/contacts/companies?columns=name,size")
    assert "table__label" not in row(client, company, "/contacts/companies")


def test_what_stands_around_the_rows_follows_the_address(browser_of, olivia, company):
    client = browser_of(olivia)
    client.page("/contacts/companies")
    page = client.page("/contacts/companies?q=acme&sort=-size")

    assert 'aria-sort="descending"' in page.html
    assert "export.csv?q=acme&amp;sort=-size" in page.html
    assert "1 company" in page.html


def test_columns_that_somebody_chose_wait_for_no_room_even_if_they_are_the_standard_ones(browser_of, olivia, company):
    client = browser_of(olivia)
    head = re.compile(r"<thead>.*?</thead>", re.S)
    before = head.search(client.page("/contacts/companies").html)[0]
    db.session.add(
        ListLayout(user_id=olivia.id, place="companies", columns="name,industry,country,size,tags,owner,created")
    )
    db.session.commit()

    assert "table__from-" in before
    assert "table__from-" not in head.search(client.page("/contacts/companies").html)[0]


def test_a_new_role_is_another_list_at_once(browser_of, alice, company):
    client = browser_of(alice)
    before = client.page("/contacts/companies").html
    alice.role = "viewer"
    db.session.commit()
    after = client.page("/contacts/companies").html

    assert 'id="bulk"' in before and 'name="pick"' in before
    assert 'id="bulk"' not in after and 'name="pick"' not in after
