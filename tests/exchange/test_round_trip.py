"""What Peyvand exports it understands again, in each language."""

import pytest

from crm_app.exchange.kinds import KINDS
from crm_app.exchange.matching import match_columns
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.web.texts import in_language
from tests import make
from tests.exchange.importing import plan, reasons


@pytest.mark.parametrize("language", ["en", "fa", "zh"])
def test_exported_deals_come_back_unchanged(browser_of, olivia, alice, language):
    olivia.language = language
    product, company = make.product(olivia, "=GTX", price=5_00), make.company(None, "-Acme")
    person = make.person(None, "Zed")
    facts = {"product": product, "company": company, "person": person, "source": "Web"}
    make.deal(alice, "Open", value=12_34, at="Proposal", code="D1", expected_close=make.today(), **facts)
    make.won(alice, title="Won", value=100_00, code="D2")
    make.lost(alice, title="Lost", code="D3", reason="Too dear")

    exported = browser_of(olivia).get("/lists/deals/export.csv?everything=1").get_data(as_text=True)
    planned = plan("deals", exported, olivia)

    assert reasons(planned) == {}
    assert planned.counts == {"unchanged": 3}
    assert len(planned.columns) == 15
    lost = next(row for row in planned.rows if row.known["code"] == "D3")
    assert lost.values["lost_reason"] == db.session.get(Deal, lost.known["id"]).lost_reason == "Too dear"


@pytest.mark.parametrize("language", ["en", "fa", "zh"])
def test_exported_products_come_back_unchanged(browser_of, olivia, language):
    olivia.language = language
    make.product(olivia, "GTX", price=5_00, code="G", family="Big", cost_amount=1_00)

    exported = browser_of(olivia).get("/lists/products/export.csv?everything=1").get_data(as_text=True)
    planned = plan("products", exported, olivia)

    assert planned.counts == {"unchanged": 1} and len(planned.columns) == 6


@pytest.mark.parametrize("language", ["en", "fa", "zh_Hans_CN"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_names_that_the_page_gives_the_fields_are_known_as_headers(app, kind, language):
    with app.test_request_context(), in_language(language):
        labels = {str(field.label): field.key for field in KINDS[kind].fields}

    matched = match_columns(list(labels), KINDS[kind].fields)

    # In Persian a name without a family name is called like a first name; alone, it is read as the whole name.
    assert matched | {"نام": labels.get("نام")} == labels | {"نام": labels.get("نام")}
