"""What others did to a board since it was shown, and what of it nobody else is told."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from crm_app.accounts.queries import organisation as read_organisation
from crm_app.activity import following, record
from crm_app.activity.models import Event
from crm_app.activity.recording import acting_as
from crm_app.extensions import db, utc_now
from crm_app.pipeline.models import Deal, Stay
from crm_app.settings import organisation, people, teams
from crm_app.web.money import Rate
from crm_app.web.reader import Reader
from tests import make
from tests.goals.test_targets import sheet
from tests.pipeline.test_board import second_pipeline


@pytest.fixture
def since():
    """`since(client)`: the answer to whoever asks what happened after this moment, under the filters given."""
    place = str(following.place_now())
    db.session.commit()
    return lambda client, **query: client.get("/pipeline/board/news", query_string={"since": place, **query})


def told(response):
    """Each card that came, with its stage and the card above it; and the deals that left."""
    body = response.get_data(as_text=True)
    cards = re.findall(r'data-board-arrival="(\d+)" data-column="(\d+)"(?: data-after="(\d+)")?', body)
    left = re.findall(r'data-board-left="(\d+)"', body)
    return [tuple(int(part) if part else None for part in card) for card in cards], [int(one) for one in left]


@pytest.fixture
def deal(alice):
    return make.deal(alice, "Contested", at="Qualified")


@pytest.fixture
def other(alice):
    return make.deal(alice, "Other", at="Proposal")


def test_where_nothing_happened_nothing_is_sent(client, deal, since, statements):
    since(client)
    with statements() as seen:
        response = since(client)

    assert (response.status_code, response.data) == (204, b"")
    assert len([one for one in seen if "FROM events" in one]) == 1
    assert len(seen) <= 3


def test_a_moved_card_comes_with_its_place_and_the_heads(client, deal, other, since):
    deal.move_to(make.stage("Proposal"))
    db.session.commit()

    response = since(client)

    assert told(response) == ([(deal.id, make.stage("Proposal").id, other.id)], [])
    body = response.get_data(as_text=True)
    for name in ("Qualified", "Proposal"):
        assert f'id="stage-{make.stage(name).id}-head"' in body


def test_a_card_put_elsewhere_in_its_column_comes_too(client, browser_of, alice, olivia, deal, since):
    second = make.deal(alice, "Second", at="Qualified")
    place = str(following.place_now())
    move = {"stage": second.stage_id, "before": deal.id}
    browser_of(olivia).send(f"/pipeline/deals/{second.id}/stage", move, htmx=True)

    response = client.get("/pipeline/board/news", query_string={"since": place})

    assert told(response) == ([(second.id, second.stage_id, None)], [])


@pytest.mark.parametrize("verb", ["delete", "win", "lose", "hand over"])
def test_a_card_that_left_is_named(client, bob, deal, since, verb):
    from crm_app.extensions import utc_now
    from crm_app.web.money import Rates

    {
        "delete": deal.delete,
        "win": lambda: deal.win(None, utc_now(), Rates.load("EUR")),
        "lose": lambda: deal.lose("Too dear", utc_now(), Rates.load("EUR")),
        "hand over": lambda: deal.change(owner=bob),
    }[verb]()
    db.session.commit()

    assert told(since(client)) == ([], [deal.id])


def test_a_new_deal_and_one_brought_back_arrive(client, alice, deal, since):
    new = make.deal(alice, "New", at="Proposal")
    deal.delete()
    deal.restore()
    db.session.commit()

    cards, left = told(since(client))

    assert {card[0] for card in cards} == {new.id, deal.id} and not left


def test_nobody_hears_of_deals_that_they_do_not_see(client, browser_of, bob, deal, since):
    theirs = make.deal(bob, "Secret", at="Qualified")
    theirs.move_to(make.stage("Proposal"))
    db.session.commit()

    assert since(client).status_code == 204
    assert [card[0] for card in told(since(browser_of(bob)))[0]] == [theirs.id]


def test_filters_and_pipelines_hold_for_news_too(client, alice, deal, since):
    elsewhere = second_pipeline()
    there = make.deal(alice, "There", at=elsewhere.open_stages[0])
    deal.move_to(make.stage("Proposal"))
    db.session.commit()
    here = make.pipeline().id

    assert told(since(client, pipeline=here)) == ([(deal.id, deal.stage_id, None)], [there.id])
    assert told(since(client, pipeline=here, q="nothing like it")) == ([], sorted([deal.id, there.id]))


def test_a_note_changes_no_card(client, deal, since):
    record(deal, "noted", text="Called")
    db.session.commit()

    assert since(client).status_code == 204


def test_after_very_much_the_board_is_to_be_shown_anew(client, alice, deal, since):
    for number in range(120):
        with acting_as(alice):
            deal.change(source=f"Source {number}")
    db.session.commit()

    body = since(client).get_data(as_text=True)

    assert "data-board-outdated" in body and "data-board-arrival" not in body


def test_much_else_moves_the_place_on(client, alice, deal, since):
    company = make.company(alice)
    for number in range(60):
        record(company, "noted", text=str(number))
    db.session.commit()

    response = since(client)

    assert response.status_code == 200 and told(response) == ([], [])


def test_a_board_that_shows_what_is_gone_for_good_is_to_be_shown_anew(client, alice):
    """As when the demo company is removed: its deals go with all that was told of them."""
    gone = [make.deal(alice).id for _ in range(3)]
    db.session.execute(update(Event).values(at=utc_now() - timedelta(minutes=5)))
    db.session.commit()
    news = client.page("/pipeline/board").one("div", id="board-news").get("hx-get")

    for model, of_deal in ((Event, Event.subject_id), (Stay, Stay.deal_id), (Deal, Deal.id)):
        db.session.execute(delete(model).where(of_deal.in_(gone)))
    db.session.commit()

    assert "data-board-outdated" in client.get(news).text


@pytest.mark.parametrize("kind", ["board", "forecast"])
def test_a_board_that_was_open_overnight_is_to_be_shown_anew(client, alice, monkeypatch, kind):
    """What closed today is overdue by now, though nobody did anything to it."""
    make.deal(alice, expected_close=make.today())
    news = client.page(f"/pipeline/{kind}").one("div", id="board-news").get("hx-get")
    assert client.get(news).status_code == 204

    tomorrow = make.today() + timedelta(days=1)
    monkeypatch.setattr(Reader, "today", lambda _someone: tomorrow)

    answer = client.get(news)
    assert "data-board-outdated" in answer.text and "data-board-arrival" not in answer.text
    assert "Overdue" in client.get(f"/pipeline/{kind}").text


def _rename_the_company(deal, _owner):
    deal.company.change(name="Another name")


def _rename_the_owner(deal, owner):
    people.change(deal.owner, owner, name="Alice Other", email=deal.owner.email, role="rep", team=None)


def _let_reps_see_all(_deal, _owner):
    organisation.change(read_organisation(), reps_see_all=True)


@pytest.mark.parametrize("change", [_rename_the_company, _rename_the_owner, _let_reps_see_all])
def test_what_else_stands_on_a_board_is_news_too(client, alice, olivia, deal, since, change):
    """The names on cards, and what holds for the whole organisation."""
    deal.company = make.company(alice)
    db.session.commit()
    with acting_as(olivia):
        change(deal, olivia)
    db.session.commit()

    assert "data-board-outdated" in since(client).text


RATE = {"currency": "USD", "day": "2026-01-01", "rate": "0.925"}


def _add_a_rate(browser):
    return browser.send("/settings/rates", RATE)


def _change_a_rate(browser):
    return browser.send(f"/settings/rates/{_a_rate()}", RATE)


def _delete_a_rate(browser):
    return browser.send(f"/settings/rates/{_a_rate()}/deletion")


def _a_rate():
    kept = Rate(currency="USD", day=make.today(), rate=2)
    db.session.add(kept)
    db.session.commit()
    return kept.id


def _set_a_target(browser):
    page = f"/goals/targets?measure=won_value&unit=month&calendar=gregorian&year={make.today().year}"
    return browser.send(page, sheet(browser, page) | {f"cell-company-{make.today():%Y-%m}": "1000"})


@pytest.mark.parametrize("change", [_add_a_rate, _change_a_rate, _delete_a_rate, _set_a_target])
def test_what_its_totals_are_worked_out_from_is_news_too(client, browser_of, olivia, deal, since, change):
    assert change(browser_of(olivia)).status_code == 303

    assert "data-board-outdated" in since(client).text


def _to_another_team(rep, _team):
    people.move(rep, make.team("South"))


def _to_another_manager(rep, team):
    teams.change(team, team.name, team.region, None, [rep])


@pytest.mark.parametrize("change", [_to_another_team, _to_another_manager])
def test_a_manager_is_shown_the_board_anew_once_others_are_in_the_team(browser_of, charlie, alice, olivia, change):
    make.deal(alice, "Alpha")
    news = browser_of(charlie).page("/pipeline/board").one("div", id="board-news").get("hx-get")
    with acting_as(olivia):
        change(alice, alice.team)
    db.session.commit()

    assert "data-board-outdated" in browser_of(charlie).get(news).text
    assert "Alpha" not in browser_of(charlie).get("/pipeline/board").text


def test_companies_and_people_that_no_card_names_are_no_news(client, alice, bob, olivia, deal, since):
    other = make.company(alice)
    deal.company = make.company(alice)
    db.session.commit()
    with acting_as(olivia):
        other.change(name="Another name")
        deal.company.change(industry="Optics")
        people.change(bob, olivia, name="Bob Other", email=bob.email, role="rep", team=None)
    db.session.commit()

    assert since(client).status_code == 204


def test_a_broken_place_is_refused(client):
    assert client.get("/pipeline/board/news?since=nothing").status_code == 400


def test_the_board_knows_where_it_stands(client, deal):
    page = client.page("/pipeline/board?q=contested")

    address = page.one("div", id="board-news").get("hx-get")
    assert "q=contested" in address and client.get(address).status_code == 204
