"""A new deal at the head of a column: a title, a value, Enter."""

import pytest

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.pipeline.test_move import column


@pytest.fixture
def stage(organisation):
    return make.stage("Qualified")


def address(stage):
    return f"/pipeline/board/stages/{stage.id}/new"


def test_the_head_of_a_column_brings_the_form(client, stage):
    opener = client.page("/pipeline/board?q=x").one("a", href=f"/pipeline/deals/new?stage={stage.id}")

    form = client.part(opener.get("hx-get")).one("form", class_="adding")

    assert form.get("hx-post") == f"{address(stage)}?q=x"


def test_a_deal_is_added_at_the_top_of_its_column_for_whoever_adds_it(client, alice, stage):
    make.deal(alice, "Older", at=stage)

    response = client.send(address(stage), {"title": "Newer", "value": "1250"}, htmx=True)

    deal = db.session.query(Deal).filter_by(title="Newer").one()
    assert column("Qualified") == ["Newer", "Older"]
    assert (deal.owner, deal.value_amount, deal.currency, deal.status) == (alice, 1250_00, "EUR", "open")
    body = response.get_data(as_text=True)
    assert f'data-board-arrival="{deal.id}"' in body and f'id="stage-{stage.id}-head"' in body
    assert 'class="adding"' in body and "Newer" not in body.split("</form>")[0]


def test_what_the_filters_hide_is_said(client, stage):
    body = client.send(f"{address(stage)}?q=else", {"title": "Hidden"}, htmx=True).get_data(as_text=True)

    assert "Hidden was added to your deals." in body and "data-board-arrival" not in body


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"title": " "}, "Fill this in."),
        ({"title": "x" * 300}, "No more than"),
        ({"title": "Good", "value": "much"}, "Enter an amount"),
        ({"title": "Good", "value": "-1"}, "An amount cannot be negative."),
    ],
)
def test_what_cannot_be_is_refused_where_it_was_typed(client, stage, sent, message):
    response = client.send(address(stage), sent, htmx=True)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert not db.session.query(Deal).count()


def test_a_full_stage_says_so(client, alice, stage):
    stage.wip_limit = 1
    make.deal(alice, at=stage)

    response = client.send(address(stage), {"title": "One more"}, htmx=True)

    assert response.status_code == 422
    assert "Qualified is full" in response.get_data(as_text=True)
    assert db.session.query(Deal).count() == 1


def test_without_a_script_the_page_of_a_new_deal_serves(client, stage):
    assert client.get(address(stage)).location == f"/pipeline/deals/new?stage={stage.id}"
    assert client.send(address(stage), {"title": ""}).status_code == 422
    assert client.send(address(stage), {"title": "Plain"}).location.startswith("/pipeline/board")


def test_only_whoever_sells_adds_and_only_in_an_open_stage(client, browser_of, vera, stage):
    assert browser_of(vera).send(address(stage), {"title": "No"}, htmx=True).status_code == 403
    assert client.send(address(make.stage("Won")), {"title": "No"}, htmx=True).status_code == 404
    assert not db.session.query(Deal).count()
