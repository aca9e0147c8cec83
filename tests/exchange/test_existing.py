"""What becomes of records that are here already: overwritten, filled where they are empty, or left as they are."""

import pytest
from sqlalchemy import select

from crm_app.catalog.models import Product
from crm_app.contacts.models import Company
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.exchange.importing import bring_in, plan, reasons
from tests.exchange.standing import standing
from tests.exchange.stepping import checked, columns, drafted

COMPANIES = "account,sector,employees,tags\nAcme,toys,12,big\nNew,x,1,\n"
DEALS = "id,deal,stage,close date,value,source\nD1,Renamed,Won,2017-02-01,7,Web\n"


@pytest.mark.parametrize(
    ("existing", "counts", "facts"),
    [
        ("overwrite", {"create": 1, "update": 1}, ("toys", 12, ["big"])),
        ("fill", {"create": 1, "update": 1}, ("art", 12, ["big"])),
        ("skip", {"create": 1, "skipped": 1}, ("art", None, [])),
    ],
)
def test_a_rule_says_what_becomes_of_a_record_that_is_here(olivia, existing, counts, facts):
    acme = make.company(None, "Acme", industry="art")
    assert plan("companies", COMPANIES, olivia, existing=existing).counts == counts

    import_ = bring_in("companies", COMPANIES, olivia, existing=existing)

    assert (acme.industry, acme.size, [tag.name for tag in acme.tags]) == facts
    assert import_.skipped == counts.get("skipped", 0)
    assert plan("companies", COMPANIES, olivia, existing="skip").counts == {"skipped": 2}


def test_filling_moves_no_deal_and_writes_no_amount_in_another_currency(olivia, alice):
    make.pipeline()
    deal = make.deal(alice, "One", code="D1", value=5_00)

    bring_in("deals", DEALS, olivia, existing="fill", currency="USD")

    deal = db.session.scalars(select(Deal)).one()
    assert (deal.title, deal.status, deal.value_amount, deal.currency, deal.source) == (
        "One",
        "open",
        500,
        "EUR",
        "Web",
    )


def test_filling_a_value_brings_its_currency(olivia, alice):
    make.pipeline()
    make.deal(alice, "One", code="D1")

    bring_in("deals", DEALS, olivia, existing="fill", currency="USD")

    deal = db.session.scalars(select(Deal)).one()
    assert (deal.value_amount, deal.currency) == (700, "USD")


def test_a_cost_in_another_currency_fills_nothing_beside_a_price(olivia):
    make.product(olivia, "GTX", price=5_00)

    bring_in("products", "product,cost,currency\nGTX,3,USD\n", olivia, existing="fill")

    assert [(p.price_amount, p.cost_amount, p.currency) for p in db.session.scalars(select(Product))] == [
        (500, None, "EUR")
    ]


@pytest.mark.parametrize(
    ("row", "becomes"),
    [
        ("GTX,JPY,,", (500, 300, "EUR")), ("GTX,JPY,6,", (500, 300, "EUR")), ("GTX,JPY,,4", (500, 300, "EUR")),
        ("GTX,JPY,6,4", (6, 4, "JPY")), ("GTX,EUR,6,", (600, 300, "EUR")),
    ],
)  # fmt: skip
def test_a_price_or_cost_is_never_called_another_currency(olivia, row, becomes):
    make.product(olivia, "GTX", price=5_00, cost_amount=3_00)
    text = f"product,currency,price,cost\n{row}\n"
    is_refused = becomes[2] == "EUR" and "JPY" in row

    planned = plan("products", text, olivia)
    bring_in("products", text, olivia)

    product = db.session.scalars(select(Product)).one()
    assert (product.price_amount, product.cost_amount, product.currency) == becomes
    said = "Column “currency”: The price and cost of this product are in EUR. To change the currency, enter both."
    assert reasons(planned) == ({2: said} if is_refused else {})


def test_a_price_in_the_currency_of_the_file_leaves_no_cost_in_another_one(olivia):
    make.product(olivia, "GTX", cost_amount=3_00)

    assert plan("products", "product,price\nGTX,6\n", olivia, currency="JPY").counts == {"refused": 1}
    assert plan("products", "product,price\nGTX,6\n", olivia, currency="EUR").counts == {"update": 1}


def test_leaving_users_as_they_are_touches_neither_their_roles_nor_their_teams(olivia, charlie):
    before = standing()

    import_ = bring_in("users", "name,role,team\nAlice Adler,viewer,East\n", olivia, existing="skip")

    assert (import_.status, import_.skipped) == ("done", 1)
    assert standing() == before


def test_the_rule_is_chosen_beside_the_columns_and_shown_before_anything_is_written(client):
    make.company(None, "Acme")
    url = drafted(client, "companies", COMPANIES)

    client.send(f"{url}/columns", columns(client.page(url)) | {"existing": "skip"})

    page = client.page(url)
    assert "One row matches an existing record and will be skipped." in page.text
    assert "Skipped" in page.html
    chosen = [o.get("value") for o in client.page(f"{url}?step=columns").all("option") if o.get("selected") is not None]
    assert "skip" in chosen


def test_a_rule_that_does_not_exist_counts_as_none(client):
    make.company(None, "Acme")
    url = checked(client, "companies", COMPANIES)

    client.send(f"{url}/columns", columns(client.page(f"{url}?step=columns")) | {"existing": "eat"})

    assert "1 to update" in client.page(url).text
    assert db.session.scalars(select(Company.name)).all() == ["Acme"]
