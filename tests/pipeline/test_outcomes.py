"""Winning, losing and reopening: forms that work in a dialog and on a page, and lose nothing when refused."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm_app.extensions import db
from crm_app.pipeline.models import Deal, Stage
from crm_app.web.money import Rate
from tests import make


def url(deal, kind):
    return f"/pipeline/deals/{deal.id}/{kind}"


def winning(deal, **fields):
    day = make.today()
    return {"amount": "750", "currency": "EUR", "day": day.isoformat(), "version": deal.version} | fields


def test_a_deal_is_won_for_an_amount_on_a_day(client, alice):
    deal = make.deal(alice, at="Negotiation", value=500_00, created=30)
    day = make.today() - timedelta(days=3)

    response = client.send(url(deal, "won"), winning(deal, amount="1250.50", day=day.isoformat()))

    closing = deal.closings[0]
    assert response.status_code == 303
    assert (deal.status, deal.value_amount, deal.stage.kind) == ("won", 1250_50, "won")
    assert (closing.closed_at.date(), closing.base_amount, closing.outcome) == (day, 1250_50, "won")


def test_the_amount_may_be_in_another_currency_at_the_rate_of_that_day(client, alice):
    day = make.today()
    for rate_day, rate in ((day - timedelta(days=9), "0.5"), (day, "0.8")):
        db.session.add(Rate(currency="USD", day=rate_day, rate=Decimal(rate)))
    deal = make.deal(alice, value=500_00, created=30)

    early = (day - timedelta(days=1)).isoformat()
    client.send(url(deal, "won"), winning(deal, amount="100", currency="USD", day=early))

    assert (deal.currency, deal.value_amount, deal.closings[0].base_amount) == ("USD", 100_00, 50_00)


def test_the_page_is_filled_in_with_what_is_known(client, alice):
    deal = make.deal(alice, value=720_00)

    page = client.page(url(deal, "won"))

    assert page.one("input", name="amount").get("value") == "720"
    assert page.one("input", name="day").get("value")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"amount": ""}, "Fill this in."),
        ({"amount": "much"}, "Enter an amount"),
        ({"amount": "-1"}, "cannot be negative"),
        ({"amount": "9" * 40}, "Enter an amount"),
        ({"day": ""}, "Fill this in."),
        ({"day": "2026-02-31"}, "Enter a date with the year first"),
        ({"day": "2100-01-01"}, "This date is in the future."),
        ({"day": "2001-01-01"}, "The deal was created on"),
        ({"currency": "XXX"}, "Not a valid choice"),
    ],
)
def test_a_refused_winning_says_why_and_keeps_what_was_typed(client, alice, fields, words):
    deal = make.deal(alice, value=500_00)

    response = client.send(url(deal, "won"), winning(deal, amount="333") | fields, htmx=True)

    body = response.get_data(as_text=True)
    assert response.status_code == 422
    assert words in body
    assert f'value="{fields.get("amount", "333")}"' in body
    assert deal.status == "open" and deal.value_amount == 500_00


def test_from_the_board_the_card_goes_and_the_heads_follow(client, alice):
    deal = make.deal(alice, at="Negotiation", value=500_00)

    body = client.send(url(deal, "won"), winning(deal), htmx=True).get_data(as_text=True)

    assert f'id="card-{deal.id}" hx-swap-oob="delete"' in body
    assert f'id="stage-{make.stage("Negotiation").id}-head"' in body
    assert 'id="board-summary"' in body and 'id="board-tabs"' in body
    assert "was marked as won." in body


def test_a_deal_is_lost_for_a_reason(client, alice):
    deal = make.deal(alice, at="Proposal", value=500_00)

    response = client.send(url(deal, "lost"), {"reason": " Too  dear ", "version": deal.version})

    assert response.status_code == 303
    assert (deal.status, deal.lost_reason) == ("lost", "Too dear")
    assert deal.closings[0].outcome == "lost"


def test_lost_wants_a_reason(client, alice):
    deal = make.deal(alice)

    for reason in ("", "  ", "x" * 501):
        response = client.send(url(deal, "lost"), {"reason": reason, "version": deal.version}, htmx=True)
        assert response.status_code == 422

    assert deal.is_open


def test_earlier_reasons_are_suggested_but_not_those_of_deals_one_does_not_see(client, alice, bob):
    make.lost(alice, reason="Too dear")
    make.lost(alice, reason="Too dear")
    make.lost(alice, reason="No budget")
    make.lost(bob, reason="His secret")
    deal = make.deal(alice)

    page = client.page(url(deal, "lost"))

    assert [e.get("value") for e in page.all("option")] == ["Too dear", "No budget"]


@pytest.mark.parametrize("kind", ["won", "lost"])
def test_closing_against_something_newer_is_refused(client, alice, kind):
    deal = make.deal(alice, at="Proposal", value=500_00)
    fields = winning(deal, reason="Too dear", came_from=deal.stage_id)
    deal.move_to(make.stage("Negotiation"))
    db.session.commit()

    response = client.send(url(deal, kind), fields, htmx=True)

    assert response.status_code == 409
    assert "Someone moved this deal a moment ago" in response.get_data(as_text=True)
    assert deal.is_open and deal.value_amount == 500_00


@pytest.mark.parametrize("kind", ["won", "lost"])
def test_a_closed_deal_is_not_closed_again(client, alice, kind):
    deal = make.won(alice)

    assert client.get(url(deal, kind)).status_code == 303
    client.send(url(deal, kind), winning(deal, reason="Why"))

    assert len(db.session.get(Deal, deal.id).closings) == 1


@pytest.mark.parametrize("kind", ["won", "lost", "reopening"])
def test_someone_elses_deal_is_not_found(browser_of, alice, bob, kind):
    deal = make.deal(alice)

    assert browser_of(bob).send(url(deal, kind), winning(deal, reason="x")).status_code == 404
    assert deal.is_open


@pytest.mark.parametrize("kind", ["won", "lost", "reopening"])
def test_a_viewer_closes_and_reopens_nothing(browser_of, alice, vera, kind):
    deal = make.deal(alice)

    assert browser_of(vera).send(url(deal, kind), winning(deal, reason="x")).status_code == 403
    assert deal.is_open


def test_a_closed_deal_goes_back_to_where_it_was(client, alice):
    deal = make.won(alice, at="Negotiation")

    response = client.send(url(deal, "reopening"), {"version": deal.version})

    assert response.status_code == 303
    assert (deal.status, deal.stage.name, deal.closed_at) == ("open", "Negotiation", None)
    assert deal.closings[0].reversed_at is not None


def test_a_closed_deal_goes_back_to_a_stage_of_ones_choice(client, alice):
    deal = make.lost(alice, at="Negotiation")

    client.send(url(deal, "reopening"), {"version": deal.version, "stage": make.stage("Qualified").id})

    assert (deal.stage.name, deal.lost_reason) == ("Qualified", "")


def test_an_open_deal_is_not_reopened(client, alice):
    deal = make.deal(alice, at="Proposal")

    client.send(url(deal, "reopening"), {"version": deal.version, "stage": make.stage("Qualified").id})

    assert deal.stage.name == "Proposal"


def test_a_closed_deal_moved_to_an_open_stage_is_reopened(client, alice):
    deal = make.won(alice, on=date(2026, 1, 5))

    client.send(f"/pipeline/deals/{deal.id}/stage", {"stage": make.stage("Proposal").id, "version": deal.version})

    assert (deal.status, deal.stage.name) == ("open", "Proposal")
    assert deal.closings[0].reversed_at is not None


@pytest.mark.parametrize("wrong", [{"stage": "1" + "0" * 30}, {"stage": "x"}, {"version": "x"}])
def test_a_reopening_that_cannot_be_read_changes_nothing(client, alice, wrong):
    deal = make.won(alice, at="Negotiation")

    response = client.send(url(deal, "reopening"), {"version": deal.version} | wrong)

    assert response.status_code == 400
    assert deal.status == "won"


def test_what_can_be_no_version_is_not_the_one_that_stands(client, alice):
    deal = make.deal(alice)

    client.send(url(deal, "won"), winning(deal) | {"version": "9" * 30})

    assert deal.is_open


def test_a_deal_ends_in_the_one_of_several_lost_stages_that_was_chosen(client, alice):
    pipeline = make.pipeline()
    cancelled = Stage(name="Cancelled", position=7, kind="lost")
    pipeline.stages.append(cancelled)
    deal = make.deal(alice, at="Proposal")
    fields = {"stage": cancelled.id, "version": deal.version, "came_from": deal.stage_id}

    asked = client.send(f"/pipeline/deals/{deal.id}/stage", fields, htmx=True).get_data(as_text=True)
    page = client.page(url(deal, "lost") + f"?stage={cancelled.id}")
    sent = {"stage": page.one("input", name="stage").get("value"), "version": deal.version, "reason": "Gone"}
    client.send(url(deal, "lost"), sent)

    assert f'name="stage" type="hidden" value="{cancelled.id}"' in asked
    assert (deal.status, deal.stage.name) == ("lost", "Cancelled")


@pytest.mark.parametrize("stage", ["", "0", "1", "99999", "x"])
def test_a_stage_that_is_none_of_the_kind_counts_as_not_given(client, alice, stage):
    deal = make.deal(alice, at="Proposal")

    client.send(url(deal, "lost"), {"stage": stage, "version": deal.version, "reason": "Gone"})

    assert deal.stage.name == "Lost"


def test_the_board_offers_every_stage_in_which_a_deal_ends(client, alice):
    pipeline = make.pipeline()
    pipeline.stages.append(Stage(name="Cancelled", position=7, kind="lost"))
    make.deal(alice, at="Proposal")

    page = client.page("/pipeline/board")

    ends = [one.get("data-board-column") for one in page.all("div") if one.get("data-board-ends") is not None]
    assert ends == [str(stage.id) for stage in pipeline.stages if not stage.is_open]
