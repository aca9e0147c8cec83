"""Amounts that say in which currency they are: that counts, and what contradicts it is refused."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from crm_app.catalog.models import Product
from crm_app.contacts.models import Company
from crm_app.exchange import amounts, cells
from crm_app.exchange.cells import CellError
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.exchange.importing import bring_in, plan, reasons


def _kept(import_):
    assert (import_.status, import_.message) == ("done", "")
    found = db.session.scalars(select(Company).order_by(Company.id))
    return [(one.revenue_amount, one.revenue_currency) for one in found]


@pytest.mark.parametrize(
    ("cell", "units", "currency"),
    [
        ("5000 USD", 5000, "USD"), ("usd 5,000.50", Decimal("5000.5"), "USD"), ("US$5,000.00", 5000, "USD"),
        ("€ 5000", 5000, "EUR"), ("5000€", 5000, "EUR"), ("CHF 12", 12, "CHF"), ("Rs. 12", 12, "INR"),
        ("5000 تومان", 5000, "IRT"), ("۵٬۰۰۰ ریال", 5000, "IRR"), ("\u200f5000 ﷼", 5000, "IRR"),
        ("5000 دلار آمریکا", 5000, "USD"), ("5000人民币", 5000, "CNY"), ("￥5000", 5000, "CNY"),
        ("5000 円", 5000, "JPY"), ("5000 euro", 5000, "EUR"), ("5000 Euros", 5000, "EUR"),
        ("A$ 7", 7, "AUD"), ("7 British pounds", 7, "GBP"), ("7 ₺", 7, "TRY"),
    ],
)  # fmt: skip
def test_the_currency_of_a_cell_is_known_by_its_code_its_sign_or_its_name(app, cell, units, currency):
    found = cells.amount(cell)

    assert found.units == units
    assert currency in found.currencies


@pytest.mark.parametrize("cell", ["5000 apples", "approx 5000", "(5000)", "5000-", "¤5", "5000 USD 300", "USD", "$"])
def test_what_is_no_currency_is_no_amount(app, cell):
    with pytest.raises(CellError, match="is not a number"):
        cells.amount(cell)


@pytest.mark.parametrize("sign", ["$", "US$"])
def test_a_negative_amount_with_a_sign_is_refused(app, sign):
    with pytest.raises(CellError):
        cells.amount(f"-{sign}5")
    with pytest.raises(CellError, match="is negative"):
        cells.amount(f"{sign}-5")


@pytest.mark.parametrize(
    ("signs", "said", "usual", "currency"),
    [
        (["USD"], "", "EUR", "USD"), (["$"], "", "CAD", "CAD"), (["$"], "", "EUR", ""), (["$"], "AUD", "EUR", "AUD"),
        (["$"], "EUR", "USD", ""), (["USD"], "EUR", "USD", ""), ([""], "", "EUR", "EUR"), ([""], "USD", "EUR", "USD"),
        (["USD", ""], "", "EUR", "USD"), (["USD", "$"], "", "EUR", "USD"), (["USD", "€"], "", "EUR", ""),
        (["تومان"], "", "IRR", "IRT"), (["ریال"], "", "IRT", "IRR"), (["تومان"], "IRR", "IRT", ""),
        (["ریال"], "IRT", "IRR", ""), (["IRR"], "", "IRT", "IRR"), (["¥"], "", "CNY", "CNY"), (["¥"], "", "EUR", ""),
    ],
)  # fmt: skip
def test_amounts_of_a_row_share_the_currency_that_all_of_them_can_mean(app, signs, said, usual, currency):
    written = [cells.amount(f"5 {sign}") for sign in signs]

    assert amounts.shared_currency(written, said, usual) == currency


def test_amounts_in_several_currencies_each_keep_their_own(alice):
    import_ = bring_in("companies", "name,revenue\nA,5000 USD\nB,€300\nC,7\n", alice)

    assert _kept(import_) == [(5000_00, "USD"), (300_00, "EUR"), (7_00, "EUR")]


def test_thousands_of_tomans_are_counted_in_rials(alice):
    import_ = bring_in("companies", "name,revenue\nA,5 تومان\n", alice, units={"revenue": 1000})

    assert _kept(import_) == [(50_000, "IRR")]


def test_a_sign_that_several_currencies_have_is_refused_where_the_usual_one_is_none_of_them(alice):
    text = "name,revenue\nA,$5000\nB,5000\n"

    assert reasons(plan("companies", text, alice)) == {
        2: "Column “revenue”: The amount is written with “$”, but the currency is EUR. Correct one of them."
    }
    assert _kept(bring_in("companies", text, alice, currency="CAD")) == [(5000_00, "CAD"), (5000_00, "CAD")]


def test_a_deal_whose_value_contradicts_its_currency_is_refused(olivia):
    make.pipeline()
    text = "title,stage,value,currency\nA,Qualified,5000 USD,EUR\nB,Qualified,5000 USD,usd\nC,Lost,0 USD,\n"

    import_ = bring_in("deals", text.replace("C,Lost,0 USD,\n", ""), olivia)

    assert (import_.created, import_.refused) == (1, 1)
    assert [(one.value_amount, one.currency) for one in db.session.scalars(select(Deal))] == [(5000_00, "USD")]


def test_price_and_cost_of_a_product_share_one_currency(olivia):
    text = "product,price,cost\nA,5 USD,$3\nB,5 USD,3\nC,€5,3 USD\nD,5,3\n"

    planned = plan("products", text, olivia)
    bring_in("products", text, olivia)

    assert list(reasons(planned)) == [4]
    found = db.session.scalars(select(Product).order_by(Product.id))
    assert [(one.price_amount, one.cost_amount, one.currency) for one in found] == [
        (500, 300, "USD"), (500, 300, "USD"), (500, 300, "EUR"),
    ]  # fmt: skip


def test_decimal_commas_are_seen_beside_a_currency(alice):
    planned = plan("companies", 'name,revenue\nA,"1.234,50 CHF"\n', alice, notations={"revenue": ","})

    assert planned.rows[0].facts["revenue_amount"] == 1234_50
    assert planned.rows[0].facts["revenue_currency"] == "CHF"
