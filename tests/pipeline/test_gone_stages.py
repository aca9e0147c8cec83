"""A stage that went while a page was open: whoever puts a deal there reads why it cannot be."""

import pytest

from crm_app.activity import following
from crm_app.activity.recording import acting_as
from crm_app.extensions import db
from crm_app.pipeline import limits, merging, moving, retiring, shaping, undoing
from crm_app.pipeline.models import Deal, Stage
from tests import make
from tests.exchange.importing import agreed, carried_out, plan, reasons
from tests.pipeline.test_move import column, move
from tests.pipeline.test_outcomes import url, winning

WAYS = {"retired": retiring.retire, "merged": merging.merge}


@pytest.fixture(params=WAYS)
def way(request):
    return request.param


@pytest.fixture
def deal(alice):
    return make.deal(alice, "Contested", at="New lead")


@pytest.fixture
def gone(way, alice, olivia, deal):
    """The id that Proposal had before it went, its deals with it to Qualified."""
    make.deal(alice, "Along", at="Proposal")
    stage_id = make.stage("Proposal").id
    go(way, olivia)
    return stage_id


def go(way, olivia, name="Proposal", home="Qualified"):
    with acting_as(olivia):
        WAYS[way](make.stage(name), make.stage(home))
    db.session.commit()


def said(response):
    return response.get_data(as_text=True).replace("\n", " ")


def test_a_move_there_is_refused_and_the_column_leaves_the_page(client, gone, deal):
    fields = {"stage": gone, "version": deal.version, "came_from": deal.stage_id}

    response = client.send(f"/pipeline/deals/{deal.id}/stage", fields, htmx=True)

    assert response.status_code == 409
    body = said(response)
    assert "no longer exists: it was deleted or merged into another" in body
    assert f'<section id="stage-{gone}" hx-swap-oob="delete">' in body
    assert f'id="card-{deal.id}"' in body and deal.stage.name == "New lead"


def test_a_plain_form_comes_back_and_says_why(client, gone, deal):
    response = client.send(f"/pipeline/deals/{deal.id}/stage", {"stage": gone, "version": deal.version})

    assert response.status_code == 303
    assert "no longer exists: it was deleted or merged into another" in client.page(response.location).text


def test_a_card_that_went_along_is_shown_where_it_stands_now(client, gone):
    along = db.session.query(Deal).filter_by(title="Along").one()
    fields = {"stage": make.stage("Negotiation").id, "version": along.version - 1, "came_from": gone}

    response = client.send(f"/pipeline/deals/{along.id}/stage", fields, htmx=True)

    body = said(response)
    assert response.status_code == 409 and "Someone moved this deal a moment ago" in body
    assert f"innerHTML:#stage-{make.stage('Qualified').id}-cards" in body and f'id="card-{along.id}"' in body
    assert f'<section id="stage-{gone}" hx-swap-oob="delete">' in body
    assert column("Qualified") == ["Along"]


def test_a_move_that_was_first_goes_along(client, way, alice, olivia, deal):
    assert move(client, deal, "Proposal").status_code == 200

    go(way, olivia)

    assert column("Qualified") == ["Contested"]


def test_adding_at_the_head_of_its_column_is_refused_beside_what_was_typed(client, gone):
    address = f"/pipeline/board/stages/{gone}/new"

    sent = client.send(address, {"title": "Typed"}, htmx=True)
    opened = client.get(address, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    plain = client.send(address, {"title": "Typed"})

    for response in (sent, opened):
        assert (response.status_code, response.headers["HX-Retarget"]) == (409, "#toasts")
        assert "no longer exists: it was deleted or merged into another" in said(response)
    assert "no longer exists" in client.page(plain.location).text
    assert db.session.query(Deal).count() == 2


def test_a_deal_dropped_on_an_end_of_the_forecast_that_went_is_refused_and_stays(client, alice, olivia, deal):
    pipeline = make.pipeline()
    pipeline.stages.append(Stage(name="Signed", position=7, kind="won"))
    db.session.commit()
    url, fields = f"/pipeline/deals/{deal.id}/expected-month", {"stage": make.stage("Signed").id, "came_from": "later"}
    go("merged", olivia, "Signed", "Won")

    dropped = client.send(f"{url}?from=2026-07", fields, htmx=True)
    plain = client.send(url, fields)

    assert dropped.status_code == 409
    assert "The stage no longer exists: it was deleted or merged into another stage." in said(dropped)
    assert f'id="card-{deal.id}"' in said(dropped)
    assert plain.status_code == 303 and "no longer exists" in client.page(plain.location).text
    assert deal.status == "open" and deal.stage.name == "New lead"


def test_what_never_was_a_stage_is_as_gone(client, deal):
    assert client.send("/pipeline/board/stages/99999/new", {"title": "Typed"}, htmx=True).status_code == 409
    assert client.send(f"/pipeline/deals/{deal.id}/stage", {"stage": 99_999}, htmx=True).status_code == 409
    assert deal.stage.name == "New lead" and db.session.query(Deal).count() == 1


def test_a_new_deal_asks_for_another_stage_and_keeps_what_was_typed(client, gone, alice):
    fields = {"title": "Typed", "stage": gone, "owner": alice.id, "currency": "EUR"}

    response = client.send("/pipeline/deals/new", fields)

    assert response.status_code == 422
    assert "That stage no longer exists. Choose another." in said(response)
    assert 'value="Typed"' in said(response)
    assert client.get(f"/pipeline/deals/new?stage={gone}").status_code == 200


def test_nothing_is_reopened_there(client, gone, alice):
    lost = make.lost(alice)

    response = client.send(f"/pipeline/deals/{lost.id}/reopening", {"stage": gone}, htmx=True)

    assert response.status_code == 409 and "no longer exists" in said(response)
    assert lost.status == "lost"


def test_a_move_out_of_it_is_not_taken_back(client, way, alice, olivia):
    deal = make.deal(alice, "Left", at="Proposal")
    move(client, deal, "Negotiation")
    event = undoing.last_move(deal).id
    go(way, olivia)

    response = client.send(f"/pipeline/deals/{deal.id}/undo", {"event": event}, htmx=True)

    assert response.status_code == 409
    assert "that move can no longer be undone" in said(response)
    assert column("Negotiation") == ["Left"]


def test_of_several_won_stages_another_is_named_before_anything_is_written(client, alice, olivia):
    pipeline = make.pipeline()
    for number, name in enumerate(("Signed", "Paid"), 7):
        pipeline.stages.append(Stage(name=name, position=number, kind="won"))
    deal, signed = make.deal(alice), pipeline.stages[-2].id
    db.session.commit()
    go("merged", olivia, "Signed", "Paid")

    first = client.send(url(deal, "won"), winning(deal, stage=signed), htmx=True)
    status = deal.status
    again = client.send(url(deal, "won"), winning(deal, stage=make.stage("Won").id))

    assert first.status_code == 422 and status == "open"
    assert "The stage you chose no longer exists. Save again to put the deal in Won." in said(first)
    assert f'name="stage" type="hidden" value="{make.stage("Won").id}"' in said(first)
    assert again.status_code == 303 and deal.stage.name == "Won"


def test_a_single_won_stage_that_is_left_is_where_a_deal_goes(client, alice, olivia):
    pipeline, signed = make.pipeline(), Stage(name="Signed", position=7, kind="won")
    pipeline.stages.append(signed)
    deal = make.deal(alice)
    db.session.commit()
    gone = signed.id
    go("merged", olivia, "Signed", "Won")

    client.send(url(deal, "won"), winning(deal, stage=gone))

    assert deal.stage.name == "Won"


def test_whoever_read_the_stages_before_they_were_locked_is_refused_all_the_same(alice, deal):
    """As on PostgreSQL, where a move may wait for the lock that a deletion holds."""
    lost, proposal = make.lost(alice), make.stage("Proposal")
    shown = list(make.pipeline().stages)
    retired = db.update(Stage).where(Stage.id == proposal.id).values(retired_at=make.utc_now())
    db.session.execute(retired.execution_options(synchronize_session=False))

    assert proposal in shown
    for verb in (
        lambda: moving.claim(deal, deal.version, proposal),
        lambda: moving.begin(Deal(title="New", owner=alice, currency="EUR"), proposal),
        lambda: moving.reopen(lost, lost.version, proposal),
        lambda: shaping.hold(proposal, make.stage("Qualified")),
    ):
        with pytest.raises(limits.Gone, match="Proposal no longer exists"):
            verb()


def test_an_import_into_it_is_refused_and_then_says_what_is_missing(way, alice, olivia):
    make.deal(alice, at="Proposal")
    text, options = "deal,stage\nNew one,Proposal\n", {"pipeline_id": make.pipeline().id}
    waiting = agreed(plan("deals", text, alice, **options), text, alice, **options)
    go(way, olivia)

    import_ = carried_out(waiting)

    assert import_.status == "failed"
    assert (
        "Someone changed the same records in the meantime. Nothing was imported; check the rows again."
        in import_.message
    )
    (reason,) = reasons(plan("deals", text, alice, **options)).values()
    assert "The pipeline “Sales” has no stage “Proposal”." in reason
    assert db.session.query(Deal).count() == 1


def test_open_boards_are_shown_anew_at_once(client, way, alice, olivia):
    make.deal(alice, at="Proposal")
    place = str(following.place_now())
    go(way, olivia)

    news = client.get("/pipeline/board/news", query_string={"since": place})

    assert news.status_code == 200
    assert 'data-board-outdated="at-once"' in said(news)
    page = client.page("/pipeline/board")
    assert client.get(page.one("div", id="board-news").get("hx-get")).status_code == 204
