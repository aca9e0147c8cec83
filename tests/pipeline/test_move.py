"""Moving cards: between columns and within one, against what others did meanwhile, and never what one may not."""

import pytest
from sqlalchemy import func, select

from crm_app.activity.models import Event
from crm_app.activity.queries import about
from crm_app.extensions import db
from crm_app.pipeline.models import Deal, Stage, Stay
from tests import make
from tests.pipeline.test_board import second_pipeline


def column(name):
    stage = make.stage(name)
    return list(db.session.scalars(select(Deal.title).where(Deal.stage == stage).order_by(Deal.rank)))


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def move(browser, deal, stage, *, htmx=True, query="", **fields):
    """Submit the card's form as the page of that browser holds it."""
    target = stage if isinstance(stage, Stage) else make.stage(stage)
    values = {"stage": target.id, "version": deal.version, "came_from": deal.stage_id, "after": "", "before": ""}
    return browser.send(f"/pipeline/deals/{deal.id}/stage{query}", values | fields, htmx=htmx)


def test_a_deal_moves_between_its_new_neighbours(client, alice):
    a, b = make.deal(alice, "A", at="Proposal", rank=10), make.deal(alice, "B", at="Proposal", rank=20)
    deal = make.deal(alice, "Moved", at="Qualified")

    response = move(client, deal, "Proposal", after=a.id, before=b.id)

    assert response.status_code == 200
    assert column("Proposal") == ["A", "Moved", "B"]
    assert [stay.stage.name for stay in deal.stays] == ["Qualified", "Proposal"]


def test_the_answer_is_the_card_and_the_heads_of_both_columns(client, alice):
    make.deal(alice, "Stays", at="Qualified", value=100_00)
    deal = make.deal(alice, "Moved", at="Qualified", value=100_00)

    body = move(client, deal, "Proposal").get_data(as_text=True)

    for name in ("Qualified", "Proposal"):
        assert f'id="stage-{make.stage(name).id}-head"' in body
    assert f'id="stage-{make.stage("Negotiation").id}-head"' not in body
    assert f'id="card-{deal.id}"' in body and f'name="version" value="{deal.version}"' in body
    assert "Stays" not in body


def test_heads_are_counted_under_the_filters_of_the_page(client, alice):
    make.deal(alice, "Other", at="Proposal")
    deal = make.deal(alice, "Moved", at="Qualified")

    body = move(client, deal, "Proposal", query="?q=moved").get_data(as_text=True)

    assert f'id="stage-{make.stage("Proposal").id}-head" data-board-count="1"' in body
    assert f"/pipeline/deals/{deal.id}/stage?q=moved" in body


def test_a_plain_form_goes_back_to_the_board(client, alice):
    deal = make.deal(alice, at="Qualified")

    response = move(client, deal, "Proposal", htmx=False, query="?q=x")

    assert response.status_code == 303
    assert response.location == f"/pipeline/board?pipeline={deal.pipeline_id}&q=x"
    assert deal.stage.name == "Proposal"


def test_a_plain_form_goes_back_where_it_says_but_never_to_another_site(client, alice):
    deal = make.deal(alice, at="Qualified")

    there = move(client, deal, "Proposal", htmx=False, next="/pipeline/deals/1")
    elsewhere = move(client, deal, "Qualified", htmx=False, next="//evil.example/")

    assert there.location == "/pipeline/deals/1"
    assert elsewhere.location.startswith("/pipeline/board")


def test_another_place_in_the_column_is_no_new_stay_and_nothing_to_tell(client, alice):
    a, b = make.deal(alice, "A", at="Proposal", rank=10), make.deal(alice, "B", at="Proposal", rank=20)
    told, version = len(list(db.session.scalars(about(b)))), b.version

    response = move(client, b, "Proposal", before=a.id)

    assert response.status_code == 200
    assert column("Proposal") == ["B", "A"]
    assert (len(list(db.session.scalars(about(b)))), len(b.stays), b.version) == (told, 1, version)
    assert "placed" not in client.page(f"/pipeline/deals/{b.id}").text
    assert "changed it" not in client.page("/").text


def test_after_another_place_in_the_column_the_card_alone_is_shown_anew(client, alice, statements):
    a, b = make.deal(alice, "A", at="Proposal", rank=10), make.deal(alice, "B", at="Proposal", rank=20)
    c = make.deal(alice, "C", at="Proposal", rank=30)

    with statements() as placing:
        body = move(client, b, "Proposal", before=a.id).get_data(as_text=True)
    moved_meanwhile = move(client, c, "Proposal", came_from=make.stage("Qualified").id).get_data(as_text=True)

    assert f'id="card-{b.id}"' in body and "-head" not in body and "board-summary" not in body
    assert not [one for one in placing if "sum(" in one.lower()]
    assert moved_meanwhile.count("-head") == 1 and "board-summary" in moved_meanwhile


def test_a_move_against_something_newer_is_refused_and_shows_the_truth(client, alice):
    deal = make.deal(alice, "Contested", at="Qualified")
    version, came_from = deal.version, deal.stage_id
    deal.move_to(make.stage("Negotiation"))
    db.session.commit()

    response = move(client, deal, "Proposal", version=version, came_from=came_from)

    body = response.get_data(as_text=True)
    assert response.status_code == 409
    assert deal.stage.name == "Negotiation"
    assert "Someone moved this deal a moment ago. It is now shown in its current place." in body
    assert [f"innerHTML:#stage-{make.stage(n).id}-cards" in body for n in ("Qualified", "Proposal", "Negotiation")] == [
        True
    ] * 3
    assert body.count(f'id="card-{deal.id}"') == 1
    assert f'name="version" value="{deal.version}"' in body


def test_the_truth_reaches_down_to_the_card(client, alice):
    with make.at_once():
        for number in range(30):
            make.deal(alice, at="Proposal", rank=number)
    deal = make.deal(alice, "Far down", at="Qualified", rank=99)
    version = deal.version
    deal.move_to(make.stage("Proposal"))
    db.session.commit()

    response = move(client, deal, "Negotiation", version=version)

    assert f'id="card-{deal.id}"' in response.get_data(as_text=True)


def test_a_stale_plain_form_goes_back_and_says_why(client, alice):
    deal = make.deal(alice, at="Qualified")
    deal.change(title="Renamed meanwhile")
    db.session.commit()

    move(client, deal, "Proposal", version=1, htmx=False)

    assert "Someone moved this deal a moment ago" in client.page("/pipeline/board").text
    assert deal.stage.name == "Qualified"


def test_a_deal_deleted_meanwhile_is_not_found(client, alice):
    deal = make.deal(alice, at="Qualified")
    deal.delete()
    db.session.commit()

    assert move(client, deal, "Proposal").status_code == 404
    assert deal.stage.name == "Qualified"


def test_someone_elses_deal_is_not_found_and_stays(browser_of, alice, bob):
    deal = make.deal(alice, at="Qualified")
    events = count(Event)

    assert move(browser_of(bob), deal, "Proposal").status_code == 404
    assert browser_of(bob).get(f"/pipeline/deals/{deal.id}/stage").status_code == 404
    assert (deal.stage.name, count(Event)) == ("Qualified", events)


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_who_may_not_sell_moves_nothing(browser_of, alice, role):
    deal = make.deal(alice, at="Qualified")

    assert move(browser_of(make.user("Nobody", role=role)), deal, "Proposal").status_code == 403
    assert deal.stage.name == "Qualified"


def test_neighbours_that_one_does_not_see_count_as_not_given(client, alice, bob):
    hidden = make.deal(bob, "Hidden", at="Proposal", rank=500)
    make.deal(alice, "Top", at="Proposal", rank=10)
    deal = make.deal(alice, "Moved", at="Qualified")

    response = move(client, deal, "Proposal", after=hidden.id)

    assert "Hidden" not in response.get_data(as_text=True)
    assert column("Proposal") == ["Moved", "Top", "Hidden"]


def test_hidden_cards_between_two_seen_ones_keep_their_places(client, alice, bob):
    first, last = make.deal(alice, "First", at="Proposal", rank=1), make.deal(alice, "Last", at="Proposal", rank=3)
    make.deal(bob, "Hidden", at="Proposal", rank=2)
    deal = make.deal(alice, "Moved", at="Qualified")

    move(client, deal, "Proposal", after=first.id, before=last.id)

    assert column("Proposal") == ["First", "Moved", "Hidden", "Last"]


@pytest.mark.parametrize(
    "fields",
    [
        {"stage": ""},
        {"stage": "x"},
        {"stage": "9" * 30},
        {"stage": "-1"},
        {"after": "x"},
        {"before": "9" * 30},
        {"version": "x"},
        {"version": "0"},
    ],
)
def test_what_no_page_would_send_is_refused(client, alice, fields):
    deal = make.deal(alice, at="Qualified")

    fields = {"stage": make.stage("Proposal").id, "version": deal.version} | fields
    assert client.send(f"/pipeline/deals/{deal.id}/stage", fields, htmx=True).status_code == 400
    assert deal.stage.name == "Qualified"


def test_a_stage_of_another_pipeline_is_not_found(client, alice):
    deal = make.deal(alice, at="Qualified")

    assert move(client, deal, second_pipeline().stages[0]).status_code == 404
    assert deal.stage.name == "Qualified"


def test_won_asks_for_the_amount_before_anything_changes(client, alice):
    deal = make.deal(alice, "Nearly", at="Negotiation", value=720_00)

    response = move(client, deal, "Won")

    body = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "innerHTML:#dialogs" in body and 'name="amount"' in body and 'value="720"' in body
    assert deal.stage.name == "Negotiation"


def test_without_a_script_won_asks_on_a_page_of_its_own(client, alice):
    deal = make.deal(alice, at="Negotiation")

    response = move(client, deal, "Lost", htmx=False, next="/pipeline/board")

    assert response.status_code == 303
    assert response.location == f"/pipeline/deals/{deal.id}/lost?stage={make.stage('Lost').id}&next=/pipeline/board"


def test_the_menu_of_a_card_is_a_page_too(client, alice):
    deal = make.deal(alice, "Moved", at="Qualified")

    page = client.page(f"/pipeline/deals/{deal.id}/stage?q=moved")

    names = [page.text_of(button) for button in page.all("button", name="stage")]
    assert names == ["New lead", "Qualified", "Proposal", "Negotiation", "Won", "Lost"]


def test_a_move_costs_the_same_among_many(client, alice, statements):
    a, b = make.deal(alice, at="Proposal", rank=10), make.deal(alice, at="Proposal", rank=10_000)
    deal, other = make.deal(alice, at="Qualified"), make.deal(alice, at="Qualified")
    with statements() as few:
        move(client, deal, "Proposal", after=a.id, before=b.id)

    with make.at_once():
        for number in range(60):
            make.deal(alice, at="Proposal", rank=20_000 + number)
    with statements() as many:
        move(client, other, "Proposal", after=a.id, before=b.id)

    assert len(few) == len(many)


def test_every_move_is_a_stay(client, alice):
    deal = make.deal(alice, at="New lead")

    for name in ("Qualified", "Proposal", "Qualified"):
        move(client, deal, name)

    assert [stay.stage.name for stay in deal.stays] == ["New lead", "Qualified", "Proposal", "Qualified"]
    assert [stay.left_at is None for stay in deal.stays] == [False, False, False, True]
    assert count(Stay) == 4
