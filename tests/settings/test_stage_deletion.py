"""Deleting a stage where deals are or were: another takes its place, and the owner says what becomes of the past."""

import pytest

from crm_app.extensions import db, utc_now
from crm_app.pipeline.models import Deal, Stage, Stay
from tests import make
from tests.pipeline.test_board import second_pipeline
from tests.pipeline.test_merging import names, walk
from tests.pipeline.test_move import column, count


@pytest.fixture
def owner(browser_of, olivia):
    return browser_of(olivia)


@pytest.fixture
def deal(alice):
    return make.deal(alice, "Contested", at="Proposal")


def url(name="Proposal"):
    return f"/settings/pipelines/{make.pipeline().id}/stages/{make.stage(name).id}/deletion"


def delete(browser, name="Proposal", *, home="Qualified", past="kept"):
    return browser.send(url(name), {"home": make.stage(home).id, "past": past})


def stages():
    db.session.expire_all()
    return [stage.name for stage in make.pipeline().stages]


def options(page):
    offered = page.one("select", id="home").iter("option")
    return [(page.text_of(one), one.get("selected") is not None) for one in offered]


def test_the_page_says_how_many_deals_are_or_were_there_and_offers_the_stage_before(owner, alice, deal):
    make.deal(alice, at="Proposal")
    make.deal(alice, at="Proposal").delete()
    walk(make.deal(alice, at="Proposal"), "Negotiation")

    page = owner.page(url())

    assert "2 deals are in Proposal" in page.text
    assert "1 deal in the bin belongs to it and will be moved as well." in page.text
    assert "1 deal was there before and has since moved on." in page.text
    assert options(page) == [("New lead", False), ("Qualified", True), ("Negotiation", False)]
    chosen = [one.get("value") for one in page.all("input", name="past") if one.get("checked") is not None]
    assert chosen == ["kept"]


def test_for_the_first_stage_the_one_after_it_is_offered(owner, alice):
    make.deal(alice, at="New lead")

    assert ("Qualified", True) in options(owner.page(url("New lead")))


def test_its_deals_get_a_new_home_and_the_past_keeps_its_name(owner, deal):
    response = delete(owner)

    assert response.location == f"/settings/pipelines/{deal.pipeline_id}"
    assert "The stage Proposal was deleted, and its 1 deal moved to Qualified." in owner.page(response.location).text
    assert stages() == ["New lead", "Qualified", "Negotiation", "Won", "Lost"]
    assert names(deal) == ["Proposal", "Qualified"]


def test_or_the_two_become_one_for_good(owner, deal):
    response = delete(owner, past="joined")

    assert "The stage Proposal was merged into Qualified." in owner.page(response.location).text
    assert stages() == ["New lead", "Qualified", "Negotiation", "Won", "Lost"]
    assert names(deal) == ["Qualified"]
    assert not db.session.query(Stage).filter_by(name="Proposal").count()


def test_a_stage_where_deals_only_were_goes_without_moving_any(owner, alice):
    walk(make.deal(alice, at="Proposal"), "Negotiation")

    assert "There are no deals in Proposal" in owner.page(url()).text
    assert "The stage Proposal was deleted." in owner.page(delete(owner).location).text
    assert "Proposal" not in stages()


def test_the_moves_stand_on_the_timelines_as_the_owners(owner, client, deal):
    delete(owner)

    assert "Olivia Owen moved this from Proposal to Qualified" in client.page(f"/pipeline/deals/{deal.id}").text


def test_where_deals_end_the_past_always_goes_along(owner, alice):
    pipeline = make.pipeline()
    pipeline.stages.append(Stage(name="Signed", position=7, kind="won"))
    db.session.commit()
    won = make.won(alice)

    page = owner.page(url("Won"))
    response = owner.send(url("Won"), {"home": make.stage("Signed").id})

    assert options(page) == [("Signed", True)] and not page.all("input", name="past")
    assert "This cannot be undone." in page.text
    assert response.status_code == 303
    assert names(won)[-1] == "Signed" and "Won" not in stages()


@pytest.mark.parametrize("name", ["Won", "Lost"])
def test_the_last_of_its_kind_stays_however_many_deals_are_in_it(owner, alice, name):
    (make.won if name == "Won" else make.lost)(alice)

    response = owner.send(url(name), {"home": make.stage("New lead").id, "past": "joined"})

    assert response.status_code == 422
    assert "It is the only stage of its type" in response.get_data(as_text=True)
    assert name in stages()


@pytest.mark.parametrize("past", ["kept", "joined"])
@pytest.mark.parametrize("home", ["", "x", "999999", "9" * 30, "itself", "won", "elsewhere", "retired", None])
def test_a_home_that_cannot_be_is_refused_and_nothing_changes(owner, olivia, deal, home, past):
    make.deal(olivia, at="Qualified")
    delete(owner, "Qualified", home="New lead")
    retired = db.session.query(Stage).filter_by(name="Qualified").one().id
    elsewhere = second_pipeline().stages[0].id
    known = {"itself": make.stage("Proposal").id, "won": make.stage("Won").id} | {
        "elsewhere": elsewhere, "retired": retired,
    }  # fmt: skip
    before = stages(), names(deal), count(Stay)

    response = owner.send(url(), {"past": past} | ({} if home is None else {"home": known.get(home, home)}))

    assert response.status_code == 422
    assert "Choose one from the list." in response.get_data(as_text=True)
    assert (stages(), names(deal), count(Stay)) == before


@pytest.mark.parametrize("sent", [{}, {"past": ""}, {"past": "forgotten"}])
def test_what_becomes_of_the_past_must_be_said(owner, deal, sent):
    response = owner.send(url(), {"home": make.stage("Qualified").id} | sent)

    assert response.status_code == 422
    assert "Choose what happens to its history." in response.get_data(as_text=True)
    assert "Proposal" in stages() and names(deal) == ["Proposal"]


@pytest.mark.parametrize(("language", "words"), [("fa", "یکی از موارد فهرست را انتخاب کنید"), ("zh", "请从列表中选择")])
def test_a_refusal_is_in_the_language_of_the_reader(owner, olivia, deal, language, words):
    olivia.language = language
    db.session.commit()

    assert words in owner.send(url(), {"home": "x", "past": "kept"}).get_data(as_text=True)


def test_a_home_that_will_be_over_its_limit_says_so_and_takes_them(owner, client, alice, deal):
    make.stage("Qualified").wip_limit = 2
    make.stage("Negotiation").wip_limit = 2
    make.deal(alice, at="Negotiation")
    for _ in range(2):
        make.deal(alice, at="Qualified")
    make.deal(alice, at="Proposal", deleted_at=utc_now())

    offered = [text for text, _chosen in options(owner.page(url()))]
    delete(owner)

    assert offered == ["New lead", "Qualified – would be over its limit: 3 of 2", "Negotiation"]
    assert len(column("Qualified")) == 4
    assert "3 / 2" in client.page("/pipeline/board").text


def test_a_stage_that_is_gone_already_is_not_found(owner, deal):
    address = url()
    delete(owner)

    assert owner.get(address).status_code == 404
    assert owner.send(address, {"home": make.stage("Qualified").id, "past": "joined"}).status_code == 404
    assert owner.get(address.removesuffix("/deletion")).status_code == 404


def test_nobody_but_the_owner_deletes_a_stage_with_deals(browser_of, deal, alice, charlie, vera):
    for person in (alice, charlie, vera, make.user("Agnes", role="agent")):
        assert browser_of(person).get(url()).status_code == 403
        assert delete(browser_of(person)).status_code == 403
        assert delete(browser_of(person), past="joined").status_code == 403
    assert names(deal) == ["Proposal"] and "Proposal" in stages()


def test_deals_of_all_owners_move_and_the_page_costs_the_same_for_many(owner, alice, bob, deal, statements):
    with statements() as few:
        owner.page(url())
    with make.at_once():
        for number in range(40):
            make.deal((alice, bob, None)[number % 3], at="Proposal")
    with statements() as many:
        owner.page(url())

    delete(owner)

    assert len(few) == len(many) <= 12
    assert not db.session.query(Deal).join(Deal.stage).filter(Stage.name == "Proposal").count()
    assert len(column("Qualified")) == 41
