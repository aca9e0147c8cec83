"""Putting deals on another month: the day they get, what others did meanwhile, taking it back, and what one may not."""

import re
from datetime import timedelta

import pytest

from crm_app.activity import following
from crm_app.activity.queries import about
from crm_app.extensions import db, utc_now
from crm_app.pipeline import undoing
from crm_app.web.money import Rates
from tests import make
from tests.pipeline.test_board import second_pipeline
from tests.pipeline.test_forecast import FORECAST, month, standing
from tests.pipeline.test_news import told


@pytest.fixture
def deal(alice):
    return make.deal(alice, "Contested", at="Proposal", value=100_00, expected_close=month(1).start)


def put(browser, deal, key, *, htmx=True, query="", **fields):
    """Submit the card's form as the page of that browser holds it."""
    values = {"month": key, "version": deal.version, "came_from": month(1).key, "stage": ""}
    address = f"/pipeline/deals/{deal.id}/expected-month?from={month().key}{query}"
    return browser.send(address, values | fields, htmx=htmx)


def events_of(deal):
    return [(event.verb, event.particulars) for event in db.session.scalars(about(deal))]


def test_a_deal_put_on_a_month_keeps_its_day_and_the_log_tells_it(client, deal):
    response = put(client, deal, month(2).key)

    assert response.status_code == 200
    assert deal.expected_close == month(2).start
    days = [month(1).start.isoformat(), month(2).start.isoformat()]
    assert events_of(deal)[0] == ("changed", {"changes": {"expected_close": days}})
    assert "Expected close" in client.page(f"/pipeline/deals/{deal.id}").text


def test_the_answer_is_the_card_with_its_place_and_all_heads(client, alice):
    above = make.deal(alice, "Above", expected_close=month(2).start)
    deal = make.deal(alice, "Contested", expected_close=month(1).start)

    body = put(client, deal, month(2).key).get_data(as_text=True)

    assert f'data-board-arrival="{deal.id}" data-column="{month(2).key}" data-after="{above.id}" data-own' in body
    assert f'name="version" value="{deal.version}"' in body
    for key in ("before", month().key, month(5).key, "later", "none"):
        assert f'id="month-{key}-head"' in body
    assert "Contested is now expected to close on" in body


def test_days_are_those_of_the_readers_calendar(client, alice):
    alice.calendar = "jalali"
    deal = make.deal(alice, expected_close=month(1, "jalali").start + timedelta(days=9))

    address = f"/pipeline/deals/{deal.id}/expected-month"
    client.send(address, {"month": month(3, "jalali").key, "version": deal.version}, htmx=True)

    assert deal.expected_close == month(3, "jalali").start + timedelta(days=9)


def test_later_is_the_first_month_after_those_shown(client, deal):
    put(client, deal, "later")

    assert deal.expected_close == month(6).start


def test_a_deal_loses_and_gets_a_date(client, deal):
    gone = put(client, deal, "none").get_data(as_text=True)
    assert deal.expected_close is None and "Contested no longer has an expected close date." in gone

    put(client, deal, month(1).key)
    assert deal.expected_close == month(1).last_day


def test_in_the_current_month_nothing_is_expected_before_today(client, alice):
    deal = make.deal(alice, expected_close=month(1).start)

    put(client, deal, month().key)

    assert deal.expected_close == max(make.today(), month().start)


def test_put_where_it_stands_nothing_changes_and_nothing_is_offered(client, deal):
    before, version = events_of(deal), deal.version

    body = put(client, deal, month(1).key).get_data(as_text=True)

    assert (events_of(deal), deal.version, deal.expected_close) == (before, version, month(1).start)
    assert "data-own" in body and "/undo" not in body


def test_a_deal_that_the_filters_hide_from_now_on_leaves(client, deal):
    body = put(client, deal, month(2).key, query="&q=something+else").get_data(as_text=True)

    assert f'<i data-board-left="{deal.id}" data-own>' in body


def test_a_change_against_something_newer_is_refused_and_shows_the_truth(client, deal):
    version = deal.version
    deal.change(expected_close=month(3).start)
    db.session.commit()

    response = put(client, deal, month(2).key, version=version)

    body = response.get_data(as_text=True)
    assert response.status_code == 409
    assert deal.expected_close == month(3).start
    assert "Someone moved this deal a moment ago. It is now shown in its current place." in body
    assert all(f"innerHTML:#month-{month(n).key}-cards" in body for n in (1, 2, 3))
    assert f"innerHTML:#month-{month(4).key}-cards" not in body
    assert body.count(f'id="card-{deal.id}"') == 1


def test_the_truth_reaches_down_to_the_card(client, alice, deal):
    with make.at_once():
        for _ in range(30):
            make.deal(alice, expected_close=month(3).start)
    version = deal.version
    deal.change(expected_close=month(3).last_day)
    db.session.commit()

    assert f'id="card-{deal.id}"' in put(client, deal, month(2).key, version=version).get_data(as_text=True)


def test_a_deal_closed_meanwhile_is_not_expected_any_more(client, deal):
    deal.lose("Too dear", utc_now(), Rates.load("EUR"))
    db.session.commit()

    assert put(client, deal, month(2).key, version="").status_code == 409
    assert deal.expected_close == month(1).start


def test_nothing_is_put_on_a_month_that_is_over(client, deal):
    response = put(client, deal, month(-1).key)

    assert response.status_code == 422
    assert "That month is over" in response.get_data(as_text=True)
    assert deal.expected_close == month(1).start


@pytest.mark.parametrize(
    "fields",
    [
        {"month": ""},
        {"month": "x"},
        {"month": "before"},
        {"month": "2027-13"},
        {"month": "2190-01"},
        {"month": "9" * 300},
        {"month": "2027-01", "version": "x"},
        {"month": "2027-01", "version": "0"},
        {"month": "2027-01", "came_from": "9" * 300},
        {"month": "2027-01", "stage": "x"},
    ],
)
def test_what_no_page_would_send_is_refused(client, deal, fields):
    fields = {"version": deal.version} | fields
    assert client.send(f"/pipeline/deals/{deal.id}/expected-month", fields, htmx=True).status_code == 400
    assert deal.expected_close == month(1).start


def test_someone_elses_deal_is_not_found_and_stays(browser_of, bob, deal):
    before = events_of(deal)

    assert put(browser_of(bob), deal, month(2).key).status_code == 404
    assert browser_of(bob).get(f"/pipeline/deals/{deal.id}/expected-month").status_code == 404
    assert (deal.expected_close, events_of(deal)) == (month(1).start, before)


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_who_may_not_sell_puts_nothing_anywhere(browser_of, deal, role):
    browser = browser_of(make.user("Nobody", role=role))

    assert put(browser, deal, month(2).key).status_code == 403
    assert deal.expected_close == month(1).start


def test_without_a_script_the_menu_is_a_page_and_leads_back(client, deal):
    query = f"from={month().key}&q=contested"
    page = client.page(f"/pipeline/deals/{deal.id}/expected-month?{query}")

    keys = [button.get("value") for button in page.all("button", name="month")]
    assert keys == [*(month(n).key for n in range(6)), "later", "none"]
    form = page.one("form", class_="panel move-to")
    fields = {one.get("name"): one.get("value") for one in form.iter("input") if one.get("name") != "csrf_token"}
    response = client.send(form.get("action"), fields | {"month": month(2).key})

    assert response.status_code == 303
    assert response.location == f"{FORECAST}?pipeline={deal.pipeline_id}&{query}"
    assert standing(client.page(response.location)) == {month(2).key: ["Contested"]}


def test_a_stale_plain_form_goes_back_and_says_why(client, deal):
    deal.change(title="Renamed meanwhile")
    db.session.commit()

    response = put(client, deal, month(2).key, version=1, htmx=False)

    assert response.location.startswith(FORECAST)
    assert "Someone moved this deal a moment ago" in client.page(response.location).text


def test_dropped_on_won_it_asks_and_then_leaves_its_month(client, deal):
    asked = put(client, deal, "", stage=make.stage("Won").id).get_data(as_text=True)
    address = re.search(r'hx-post="([^"]+/won[^"]*)"', asked)[1]
    fields = {"amount": "100", "currency": "EUR", "day": make.today().isoformat(), "version": deal.version}

    body = client.send(address, fields, htmx=True).get_data(as_text=True)

    assert f"from={month().key}" in address and deal.status == "won"
    assert f'id="month-{month(1).key}-head" data-board-count="0"' in body
    assert f'id="card-{deal.id}" hx-swap-oob="delete"' in body
    undo = re.search(r'hx-post="([^"]+/undo[^"]*)"', body)[1]
    back = client.send(undo, {"event": undoing.last_move(deal).id}, htmx=True).get_data(as_text=True)
    assert f'data-board-arrival="{deal.id}" data-column="{month(1).key}"' in back


@pytest.mark.parametrize("stage", ["Negotiation", "elsewhere"])
def test_an_open_stage_and_one_of_another_pipeline_are_no_end(client, deal, stage):
    target = second_pipeline().stages[1] if stage == "elsewhere" else make.stage(stage)

    assert put(client, deal, "", stage=target.id).status_code == (404 if stage == "elsewhere" else 400)
    assert deal.stage.name == "Proposal"


def test_the_forecast_hears_what_others_do(client, browser_of, olivia, alice, deal):
    place = client.page(FORECAST).one("div", id="board-news").get("hx-get")
    put(browser_of(olivia), deal, month(2).key)
    other = make.deal(alice, "Undated")

    response = client.get(place)

    assert f"from={month().key}" in place
    assert set(told_months(response)) == {(deal.id, month(2).key, None), (other.id, "none", None)}
    assert f'id="month-{month(2).key}-head" data-board-count="1"' in response.get_data(as_text=True)


def test_the_board_of_stages_hears_of_new_days_too(client, deal):
    place = str(following.place_now())
    put(client, deal, month(2).key)

    response = client.get("/pipeline/board/news", query_string={"since": place})

    assert told(response) == ([(deal.id, deal.stage_id, None)], [])


def test_after_the_months_have_moved_on_the_forecast_is_to_be_shown_anew(client, alice, deal):
    place = str(following.place_now())
    put(client, deal, month(2).key)

    response = client.get("/pipeline/board/news", query_string={"since": place, "from": month(-1).key})

    assert "data-board-outdated" in response.get_data(as_text=True)


def told_months(response):
    body = response.get_data(as_text=True)
    cards = re.findall(r'data-board-arrival="(\d+)" data-column="([^"]+)"(?: data-after="(\d+)")?', body)
    return [(int(one), key, int(after) if after else None) for one, key, after in cards]


def test_a_change_costs_the_same_among_many(client, alice, deal, statements):
    other = make.deal(alice, expected_close=month(1).start)
    with statements() as few:
        put(client, deal, month(2).key)

    with make.at_once():
        for number in range(60):
            make.deal(alice, expected_close=month(number % 8).start)
    with statements() as many:
        put(client, other, month(2).key)

    assert len(few) == len(many) <= 20
