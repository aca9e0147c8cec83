"""Amounts of Iran in files: in rials or in tomans, as the file or whoever imports says, else as they are typed."""

import pytest
from sqlalchemy import select

from crm_app.catalog.models import Product
from crm_app.contacts.models import Company
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.exchange.importing import bring_in, plan
from tests.exchange.stepping import checked, columns, drafted


@pytest.fixture(autouse=True)
def of_iran(organisation):
    organisation.currency = "IRR"
    db.session.commit()
    return organisation


def prices():
    return [(one.price_amount, one.currency) for one in db.session.scalars(select(Product).order_by(Product.id))]


@pytest.mark.parametrize(("shows_toman", "rials"), [(True, 50_000), (False, 5_000)])
def test_an_amount_that_says_no_unit_is_in_the_one_that_is_typed(olivia, of_iran, shows_toman, rials):
    of_iran.shows_toman = shows_toman
    make.pipeline()

    bring_in("products", "product,price\nGTX,5000\n", olivia)
    bring_in("companies", "account,revenue\nAcme,5000\n", olivia)
    bring_in("deals", "deal,value\nOne,5000\nTwo,\n", olivia)

    assert prices() == [(rials, "IRR")]
    acme, deals = db.session.scalars(select(Company)).one(), db.session.scalars(select(Deal).order_by(Deal.id))
    assert (acme.revenue_amount, acme.revenue_currency) == (rials, "IRR")
    assert [(deal.value_amount, deal.currency) for deal in deals] == [(rials, "IRR"), (None, "IRR")]


@pytest.mark.parametrize(
    ("said", "rials"),
    [("IRR", 5_000), ("ریال", 5_000), ("rial", 5_000), ("IRT", 50_000), ("تومان", 50_000), ("Toman", 50_000)],
)
@pytest.mark.parametrize("shows_toman", [True, False])
def test_a_unit_that_stands_beside_the_amount_counts(olivia, of_iran, said, rials, shows_toman):
    of_iran.shows_toman = shows_toman
    text = f"product,price,currency\nGTX,5000,{said}\n"

    bring_in("products", text, olivia)

    assert prices() == [(rials, "IRR")]
    assert plan("products", text, olivia).counts == {"unchanged": 1}


def test_whoever_imports_says_whether_amounts_are_in_rials_or_tomans(client):
    page = client.page(drafted(client, "products", "product,price\nGTX,5000\n"))
    (select_,) = page.all("select", name="currency")
    offered = {option.get("value"): option.text for option in select_.iter("option")}
    assert (offered["IRT"], offered["IRR"]) == ("IRR · Toman", "IRR · Iranian Rial")
    assert columns(page)["currency"] == "IRT"

    url = checked(client, "products", "product,price\nGTX,5000\n")
    client.send(f"{url}/columns", columns(client.page(f"{url}?step=columns")) | {"currency": "IRR"})

    assert columns(client.page(f"{url}?step=columns"))["currency"] == "IRR"


def test_exported_amounts_come_back_unchanged(browser_of, olivia):
    make.product(olivia, "GTX", price=50_000, currency="IRR")

    exported = browser_of(olivia).get("/lists/products/export.csv?everything=1").get_data(as_text=True)

    assert plan("products", exported, olivia).counts == {"unchanged": 1}
