"""The deal beside the board, and a title changed on its card, as the server answers."""

import pytest

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make


def test_the_deal_is_told_with_its_facts_steps_and_timeline(client, alice, statements):
    deal = make.deal(alice, "Pilot", at="Proposal", value=10_00, company=make.company(alice, "Kessler"))

    with statements() as seen:
        part = client.part(f"/pipeline/deals/{deal.id}/beside?beside=1")

    assert part.text_of(part.one("h2", id="beside-title")) == "Pilot"
    for words in ("Kessler", "€10", "Proposal", "Expected close", "created this", "Open its page"):
        assert words in part.text
    assert len(seen) <= 12


def test_without_a_script_it_is_the_deals_page(client, alice):
    deal = make.deal(alice)

    assert client.get(f"/pipeline/deals/{deal.id}/beside").location == f"/pipeline/deals/{deal.id}"


def test_the_address_of_a_board_may_name_a_deal(client, alice):
    deal = make.deal(alice)

    page = client.page(f"/pipeline/board?deal={deal.id}")

    assert page.one("aside", id="beside").get("hx-get") == f"/pipeline/deals/{deal.id}/beside?beside=1"
    for nonsense in ("0", "x", "99999999999999"):
        assert client.page(f"/pipeline/board?deal={nonsense}").one("aside", id="beside").get("hx-get") is None


def test_a_fact_changed_beside_the_board_comes_with_the_head_that_stands_there(client, alice):
    deal = make.deal(alice, "Pilot")

    data = {"source": "Fair", "version": deal.version}
    answer = client.send(f"/pipeline/deals/{deal.id}/facts/source?beside=1", data, htmx=True).get_data(as_text=True)

    assert 'id="beside-title"' in answer and "<h1>" not in answer
    assert f"/pipeline/deals/{deal.id}/facts/title?beside=1" in answer


def test_a_title_changes_on_its_card(client, alice):
    deal = make.deal(alice, "Pilot")

    form = client.part(f"/pipeline/deals/{deal.id}/title")
    answer = client.send(
        f"/pipeline/deals/{deal.id}/title", {"title": " Pilot  plant ", "version": deal.version}, htmx=True
    )

    assert form.one("input", name="title").get("value") == "Pilot"
    assert "Pilot plant" in answer.get_data(as_text=True) and f'id="card-{deal.id}"' in answer.get_data(as_text=True)
    assert db.session.get(Deal, deal.id).title == "Pilot plant"


@pytest.mark.parametrize(("title", "words"), [("", "Fill this in."), ("x" * 201, "200")])
def test_a_title_that_cannot_be_comes_back_with_the_reason(client, alice, title, words):
    deal = make.deal(alice, "Pilot")

    answer = client.send(f"/pipeline/deals/{deal.id}/title", {"title": title, "version": deal.version}, htmx=True)

    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert db.session.get(Deal, deal.id).title == "Pilot"


def test_a_title_against_something_newer_is_refused_with_the_truth(client, alice):
    deal = make.deal(alice, "Pilot")

    answer = client.send(f"/pipeline/deals/{deal.id}/title", {"title": "Mine", "version": 77}, htmx=True)

    assert answer.status_code == 409
    assert "Pilot" in answer.get_data(as_text=True)
    assert db.session.get(Deal, deal.id).title == "Pilot"


def test_others_and_viewers_are_kept_from_it(browser_of, alice, bob, vera):
    deal = make.deal(alice, "Pilot")

    assert browser_of(bob).get(f"/pipeline/deals/{deal.id}/beside").status_code == 404
    for browser, status in ((browser_of(bob), 404), (browser_of(vera), 403)):
        answer = browser.send(f"/pipeline/deals/{deal.id}/title", {"title": "Taken"}, htmx=True)
        assert answer.status_code == status
    assert "Wake" not in browser_of(vera).part(f"/pipeline/deals/{deal.id}/beside?beside=1").text
    assert db.session.get(Deal, deal.id).title == "Pilot"


def test_what_is_done_beside_a_board_answers_to_that_board(client, alice):
    deal = make.deal(alice, "Pilot", at="Proposal", expected_close=make.today())
    make.stage("Proposal").rot_days = 3
    db.session.commit()

    for board in ("q=pilot", f"from={make.today():%Y-%m}&q=pilot"):
        page = client.page(f"/pipeline/{'forecast' if 'from' in board else 'board'}?{board}")
        part = client.part(page.one("a", id=f"card-{deal.id}-title").get("hx-get"))
        addresses = [e.get("hx-post") or e.get("hx-get") for e in part.root.iter() if e.get("hx-target") != "#facts"]
        for address in filter(None, addresses):
            assert board.split("&")[0] in address and "beside=1" in address, address
