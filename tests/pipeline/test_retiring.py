"""Taking a stage out of use: its deals move on, whoever opens them reads why, and the past keeps its name."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_app.activity.models import Event
from crm_app.activity.recording import acting_as
from crm_app.extensions import db, utc_now
from crm_app.measures import asking
from crm_app.measures.scope import Scope
from crm_app.pipeline import paths, retiring, undoing
from crm_app.pipeline.models import Deal, Stage
from tests import make
from tests.meanwhile import meanwhile
from tests.pipeline.test_board import second_pipeline
from tests.pipeline.test_merging import START, names, walk
from tests.pipeline.test_move import column


@pytest.fixture
def retire(olivia):
    """`retire()`: Olivia deletes Proposal, and its deals go to Qualified."""

    def retired(name="Proposal", home="Qualified"):
        with acting_as(olivia):
            moved = retiring.retire(make.stage(name), make.stage(home))
        db.session.commit()
        return moved

    return retired


def test_its_deals_move_below_those_of_the_other_in_their_order(alice, retire):
    for title, stage, rank in (("A", "Qualified", 9), ("C", "Proposal", 8), ("B", "Proposal", 7)):
        make.deal(alice, title, at=stage, rank=rank)

    assert retire() == 2

    assert column("Qualified") == ["A", "B", "C"]
    assert [stage.name for stage in make.pipeline().stages] == ["New lead", "Qualified", "Negotiation", "Won", "Lost"]
    assert [stage.position for stage in make.pipeline().stages] == [1, 2, 3, 4, 5]


def test_each_is_moved_as_by_hand_by_whoever_deleted_the_stage(alice, olivia, retire):
    deal = make.deal(alice, at="Proposal", value=500_00, created=START, rank=77)
    by_hand = make.deal(alice, at="New lead", value=500_00, created=START, rank=77)
    version, ids = deal.version, [make.stage(name).id for name in ("Proposal", "Qualified")]

    retire()
    with acting_as(olivia):
        by_hand.move_to(make.stage("Qualified"))
    db.session.commit()

    event, model = (_last_event(one) for one in (deal, by_hand))
    assert (event.verb, event.actor, event.particulars.keys()) == ("moved", olivia, model.particulars.keys())
    assert event.particulars == model.particulars | {"before": "Proposal", "stages": ids}
    first, second = deal.stays
    assert (first.stage.name, first.left_at, first.left_to_id) == ("Proposal", second.entered_at, ids[1])
    assert first.seconds == int((first.left_at - START).total_seconds())
    assert (second.stage.name, second.seq, second.left_at, second.seconds) == ("Qualified", 2, None, None)
    assert (second.owner_id, second.value_amount, second.currency) == (alice.id, 500_00, "EUR")
    assert (deal.version, deal.entered_stage_at) == (version + 1, second.entered_at)


def test_what_lies_in_the_bin_goes_along_without_a_word_and_comes_back_there(client, alice, retire):
    deal = make.deal(alice, at="Proposal")
    deal.delete()
    db.session.commit()
    told = _last_event(deal).id

    assert retire() == 0

    assert names(deal) == ["Proposal", "Qualified"]
    assert _last_event(deal).id == told and deal.deleted_at is not None
    client.send(f"/pipeline/deals/{deal.id}/restoration")
    assert column("Qualified") == [deal.title]


def test_the_past_keeps_its_name(client, alice, retire):
    deal = walk(make.deal(alice, at="Proposal", created=10), "Negotiation", hours=50)
    retire()

    page = client.page(f"/pipeline/deals/{deal.id}")

    assert "moved this from Proposal to Negotiation" in page.text
    assert page.text_of(page.one("section", **{"aria-labelledby": "stays-title"})).count("Proposal") == 1
    assert names(deal) == ["Proposal", "Negotiation"]


def test_it_stands_on_the_way_of_deals_that_were_in_it_and_leads_nowhere(client, alice, retire):
    been = walk(make.deal(alice, at="New lead", created=10), "Proposal", "Negotiation", hours=50)
    never = make.deal(alice, at="Negotiation")
    retire()
    db.session.expire_all()

    way = [(step.stage.name, step.state) for step in paths.steps(been, paths.stays(been))]
    page = client.page(f"/pipeline/deals/{been.id}")

    assert way == [("New lead", "done"), ("Qualified", "ahead"), ("Proposal", "done"), ("Negotiation", "current")]
    assert "Proposal" not in [step.stage.name for step in paths.steps(never, paths.stays(never))]
    offered = [page.text_of(button) for button in page.all("button", name="stage")]
    assert [text.split(" 2")[0] for text in offered] == ["New lead", "Qualified"]


def test_it_is_offered_nowhere_and_stands_on_no_board(client, browser_of, alice, olivia, retire):
    deal = make.deal(alice, at="Proposal")
    make.deal(alice, at="Negotiation")
    retire()

    owner = browser_of(olivia)
    urls = ("/pipeline/board", "/pipeline/deals/new", f"/pipeline/deals/{deal.id}/stage", "/pipeline/deals")
    settings = ("/settings/pipelines", f"/settings/pipelines/{deal.pipeline_id}")
    assert not [url for url in urls if "Proposal" in client.page(url).text]
    assert not [url for url in settings if "Proposal" in owner.page(url).text]


def test_its_name_is_free_for_a_new_stage(browser_of, alice, olivia, retire):
    make.deal(alice, at="Proposal")
    retire()

    fields = {"name": "Proposal", "kind": "open", "probability": "50"}
    response = browser_of(olivia).send(f"/settings/pipelines/{make.pipeline().id}/stages/new", fields)

    assert response.status_code == 303
    assert db.session.query(Stage).filter_by(name="Proposal").count() == 2


def test_a_report_on_a_time_in_which_it_was_used_has_its_line_and_one_on_today_has_not(client, organisation, retire):
    alice = make.user("Rita Rep", role="owner")
    deal = make.deal(alice, at="Proposal", value=500_00, created=60)
    last_month = make.today().replace(day=1) - timedelta(days=1)
    month = organisation.calendar().period("month", last_month)
    before = asking.matrix("open_value", [month], "stage", Scope(alice))

    retire()

    assert asking.matrix("open_value", [month], "stage", Scope(alice)) == before
    client.sign_in(alice)
    url = "/reports/pipeline?period=last_month&compare=none"
    assert "Proposal no longer used 1 €500" in client.page(url).text
    assert "Proposal (no longer used)," in client.get(f"{url}&format=csv").get_data(as_text=True)
    assert "Proposal" not in client.page("/reports/pipeline?period=this_month&compare=none").text
    assert deal.stage.name == "Qualified"


def test_a_deal_closed_there_is_reopened_in_the_last_stage_that_is_still_used(client, alice, retire):
    lost = make.lost(alice, at=make.stage("Proposal"))
    wandered = make.deal(alice, at="Negotiation", created=30)
    walk(wandered, "Proposal")
    wandered.lose("Too dear", utc_now(), None)
    db.session.commit()
    retire()

    for deal, stage in ((lost, "New lead"), (wandered, "Negotiation")):
        client.send(f"/pipeline/deals/{deal.id}/reopening", {"version": deal.version})
        assert names(deal)[-1] == stage


def test_no_move_is_taken_back_into_it(alice, retire):
    left = walk(make.deal(alice, at="Proposal"), "Negotiation")
    moved = make.deal(alice, at="Proposal")
    assert undoing.last_move(left)

    retire()

    assert undoing.last_move(left) is None
    assert undoing.last_move(moved) is None


def test_the_log_of_the_pipeline_says_who_did_it(alice, olivia, retire):
    make.deal(alice, at="Proposal")
    ids = [make.stage("Proposal").id, make.stage("Qualified").id]

    retire()

    event = db.session.scalars(select(Event).where(Event.verb == "stage deleted")).one()
    assert (event.actor, event.subject_table, event.subject_id) == (olivia, "pipelines", make.pipeline().id)
    assert event.particulars == {"stage": "Proposal", "home": "Qualified", "stages": ids, "deals": 1}


@pytest.mark.parametrize(("name", "home"), [("Won", "Lost"), ("Proposal", "Proposal"), ("Proposal", "Won")])
def test_what_cannot_take_its_place_is_refused(alice, name, home):
    deal = make.deal(alice, at="Proposal")

    with pytest.raises(ValueError):
        retiring.retire(make.stage(name), make.stage(home))
    with pytest.raises(ValueError):
        retiring.retire(make.stage("Proposal"), second_pipeline().stages[0])

    assert names(deal) == ["Proposal"]


def test_more_deals_than_are_moved_at_a_time_keep_their_order(alice, retire, monkeypatch):
    monkeypatch.setattr(retiring, "_BATCH", 3)
    for number in range(8):
        make.deal(alice, str(number), at="Proposal", rank=number)

    assert retire() == 8

    assert column("Qualified") == list("01234567")


def test_many_deals_cost_no_more_statements_than_few(alice, retire, statements):
    make.deal(alice, at="Proposal")
    make.deal(alice, at="Negotiation")
    with statements() as few:
        retire()
    with make.at_once():
        for _number in range(60):
            make.deal(alice, at="Negotiation")
    with statements() as many:
        retire("Negotiation")

    assert len(many) <= len(few) <= 28


def _last_event(deal):
    db.session.expire_all()
    of_deal = select(Event).where(Event.subject_table == "deals", Event.subject_id == deal.id)
    return db.session.scalars(of_deal.order_by(Event.id.desc()).limit(1)).one()


def test_a_sleeping_deal_wakes_when_its_stage_goes(alice, retire):
    deal = make.deal(alice, at="Proposal", snoozed_until=make.today() + timedelta(days=9), snooze_reason="Waiting")

    retire()

    assert (deal.stage.name, deal.snoozed_until, deal.snooze_reason) == ("Qualified", None, "")


@pytest.mark.postgresql
def test_what_somebody_changes_of_its_deals_meanwhile_is_refused_and_not_half_kept(alice, bob, browser_of, olivia):
    deal, stage, home = make.deal(alice, at="Proposal").id, make.stage("Proposal"), make.stage("Qualified").id
    url = f"/settings/pipelines/{stage.pipeline_id}/stages/{stage.id}/deletion"
    owner, other, number, fields = browser_of(olivia), browser_of(olivia), bob.id, {"home": home, "past": "kept"}

    met = meanwhile(
        lambda: owner.send(url, fields).status_code,
        lambda: other.send(f"/pipeline/deals/{deal}/facts/owner", {"owner": number}, htmx=True).status_code,
        held_at="UPDATE stays",
        before=True,
    )

    assert met == (303, 409, True)
    kept = db.session.get_one(Deal, deal)
    assert (kept.owner_id, kept.stays[-1].owner_id) == (alice.id, alice.id)
