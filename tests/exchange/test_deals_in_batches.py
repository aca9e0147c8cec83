"""Deals of a long file, written batch by batch: as though in one, whatever happens between two batches."""

from datetime import date

import pytest
from sqlalchemy import func, select

from crm_app.accounts.models import Team, User
from crm_app.activity.models import Event
from crm_app.exchange import checked, jobs, planning, writing
from crm_app.exchange.models import Import, ImportBatch
from crm_app.extensions import db
from crm_app.pipeline import moving
from crm_app.pipeline.models import Closing, Deal, Pipeline, Stage, Stay
from crm_app.settings import people
from tests import make
from tests.exchange.importing import bring_in, carried_out, plan
from tests.exchange.killing import pick_up, run, waiting
from tests.exchange.standing import standing, sums
from tests.exchange.test_undoing import undo

HEAD = "code,deal,stage,engage date,close date,value,owner\n"
TEXT = HEAD + (
    "D1,One,Proposal,2017-01-05,,10,\nD2,Two,Won,2017-02-01,2017-03-01,20,\nD3,Three,Proposal,2017-03-01,,30,\n"
    "D4,Four,Lost,2017-02-01,2017-04-01,40,\nD1,Twice,Won,2017-02-01,2017-03-01,1,\nD5,Five,Demo,,,50,\n"
    "D6,Six,Proposal,2017-02-01,,60,\nD7,Seven,Demo,2017-05-01,,70,\nD8,Eight,Won,,2017-03-01,80,\nOld,Old,,,,90,\n"
)


@pytest.fixture
def firm(alice, olivia, monkeypatch):
    monkeypatch.setattr(planning, "BATCH", 3)
    make.pipeline()
    db.session.commit()
    return olivia


def written():
    stages = dict(db.session.execute(select(Stage.id, Stage.name)).all())
    deals = [
        (deal.code, deal.title, stages[deal.stage_id], deal.status, deal.value_amount, deal.owner_id,
         [(stages[stay.stage_id], stay.seconds, stages.get(stay.left_to_id)) for stay in deal.stays],
         [(one.outcome, one.closed_at, one.value_amount, one.cycle_seconds) for one in deal.closings])
        for deal in db.session.scalars(select(Deal).order_by(Deal.stage_id, Deal.rank))
    ]  # fmt: skip
    return deals, *(
        db.session.scalar(select(func.count()).select_from(one)) for one in (Pipeline, Stay, Closing, Event)
    )


def outcome(import_id):
    import_ = db.session.get(Import, import_id)
    return import_.status, import_.created, import_.updated, import_.refused, import_.message


def between(monkeypatch, number, happens):
    """Let something happen once that many batches are written."""
    batch = writing.InBatches._batch

    def busy(self, at, *rest):
        batch(self, at, *rest)
        if at == number:
            happens()
            db.session.commit()

    monkeypatch.setattr(writing.InBatches, "_batch", busy)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("new_pipeline", ["", "Hardware"])
def test_deals_killed_at_any_commit_end_like_those_that_were_not(firm, monkeypatch, new_pipeline, before):
    if new_pipeline:
        text, options, new = TEXT.replace("Old,Old,,,,90,\n", ""), {"new_pipeline": new_pipeline}, 8
    else:
        text, options, new = TEXT.replace("Demo", "Qualified").replace("Old,Old,,", "Old,Old,Won,2017-01-01"), {}, 8
    clean = standing()
    jobs.run_import(import_id := waiting(monkeypatch, "deals", text, firm, **options))
    wanted, said = written(), outcome(import_id)
    assert said[:2] == ("done", new), said
    undo(db.session.get(Import, import_id), firm)
    _forget()

    number, died = 1, True
    while died:
        import_id = waiting(monkeypatch, "deals", text, firm, **options)
        died = run(monkeypatch, jobs.run_import, import_id, number, before=before)
        pick_up()
        assert (written(), outcome(import_id)) == (wanted, said), number
        undo(db.session.get(Import, import_id), firm)
        _forget()
        number += 1
    assert number > 6
    assert standing() == clean


def _forget():
    """What lies in the bin, and what was told."""
    for table in (Deal.__table__, Event.__table__):
        db.session.execute(table.delete())
    db.session.commit()


def test_the_newest_deal_stands_first_whatever_batch_it_came_in(firm, alice):
    make.deal(alice, "Standing", at="Proposal")
    days = [2, 9, 4, 7, 1, 8, 3, 6, 5]
    rows = "".join(f"D{n},Deal {n},Proposal,{date(2017, n, 1)},,,\n" for n in days)

    import_ = bring_in("deals", HEAD + rows + "D0,Undated,Proposal,,,,\n", firm)

    assert (import_.status, import_.created) == ("done", 10), import_.message
    ranks = list(db.session.execute(select(Deal.code, Deal.rank).order_by(Deal.rank)))
    assert [code for code, _rank in ranks] == ["", *(f"D{n}" for n in range(9, 0, -1)), "D0"]
    assert len({rank for _code, rank in ranks}) == 11


def test_a_card_that_somebody_moved_meanwhile_stays_where_it_was_put(firm, monkeypatch):
    def moved():
        deal = db.session.scalars(select(Deal).where(Deal.code == "D1")).one()
        deal.move_to(make.stage("Proposal"))

    between(monkeypatch, 2, moved)
    rows = "".join(f"D{n},Deal {n},Qualified,{date(2017, n, 1)},,,\n" for n in range(1, 8))

    import_ = bring_in("deals", HEAD + rows, firm)

    assert import_.status == "done", import_.message
    column = select(Deal.code).join(Stage, Deal.stage_id == Stage.id).order_by(Deal.rank)
    assert list(db.session.scalars(column.where(Stage.name == "Proposal"))) == ["D1"]
    assert list(db.session.scalars(column.where(Stage.name == "Qualified"))) == [f"D{n}" for n in range(7, 1, -1)]


def test_a_card_that_somebody_put_elsewhere_in_its_column_meanwhile_stays_there(firm, monkeypatch):
    def placed():
        first, last = (db.session.scalars(select(Deal).where(Deal.code == code)).one() for code in ("D1", "D3"))
        moving.move(first, first.stage, before=last)

    between(monkeypatch, 1, placed)
    rows = "".join(f"D{n},Deal {n},Qualified,{date(2017, n, 1)},,,\n" for n in range(1, 8))

    import_ = bring_in("deals", HEAD + rows, firm)

    assert import_.status == "done", import_.message
    column = list(db.session.scalars(select(Deal.code).order_by(Deal.rank)))
    assert column == ["D1", *(f"D{n}" for n in range(7, 1, -1))]


def test_a_stage_that_goes_out_of_use_between_two_batches_stops_the_import_and_nothing_stays(firm, monkeypatch):
    def retire():
        make.stage("Proposal").retired_at = make.utc_now()

    between(monkeypatch, 1, retire)
    rows = "".join(f"D{n},Deal {n},{'Proposal' if n > 5 else 'Qualified'},,,,\n" for n in range(1, 8))
    import_ = bring_in("deals", HEAD + rows, firm)

    assert (
        import_.status == "failed"
        and "Someone changed the same records in the meantime. Nothing was imported; check the rows again."
        in import_.message
    )
    assert not db.session.scalars(select(Deal)).all()
    assert not db.session.scalars(select(ImportBatch)).all()


def test_a_pipeline_that_somebody_makes_meanwhile_is_not_made_again(firm, monkeypatch):
    import_id = waiting(monkeypatch, "deals", TEXT, firm, new_pipeline="Hardware")
    db.session.add(Pipeline(name="hardware", position=9, stages=[Stage(name="Open", kind="open")]))
    db.session.commit()

    import_ = carried_out(import_id)

    assert import_.status == "failed" and "There is already a pipeline with this name." in import_.message
    assert not db.session.scalars(select(Deal)).all()


def test_a_new_pipeline_whose_stages_are_renamed_before_a_worker_goes_on_stops_the_import(firm, monkeypatch):
    import_id = waiting(monkeypatch, "deals", TEXT, firm, new_pipeline="Hardware")
    assert run(monkeypatch, jobs.run_import, import_id, 3, before=True)
    db.session.scalars(select(Stage).where(Stage.name == "Demo")).one().name = "Show"
    db.session.commit()

    pick_up()

    status, *_counts, message = outcome(import_id)
    assert (
        status == "failed"
        and "Someone changed the same records in the meantime. Nothing was imported; check the rows again." in message
    )
    assert [one.name for one in db.session.scalars(select(Pipeline))] == ["Sales"]


def test_a_code_that_somebody_out_of_sight_takes_between_two_batches_stops_the_import(firm, alice, bob, monkeypatch):
    number = bob.id
    between(monkeypatch, 1, lambda: make.deal(db.session.get(User, number), "Hidden", code="D 7"))
    rows = "".join(f"D{n},Deal {n},Qualified,,,,\n" for n in range(1, 8))

    import_ = bring_in("deals", HEAD + rows, alice)

    assert (
        import_.status == "failed"
        and "Someone changed the same records in the meantime. Nothing was imported; check the rows again."
        in import_.message
    )
    assert [deal.title for deal in db.session.scalars(select(Deal))] == ["Hidden"]


def test_deals_count_for_the_team_that_their_owner_is_in_when_they_are_written(firm, alice, monkeypatch):
    south = make.team("South").id

    def moves():
        people.move(
            db.session.scalars(select(User).where(User.name == "Alice Adler")).one(), db.session.get(Team, south)
        )

    between(monkeypatch, 1, moves)
    rows = "".join(f"D{n},Deal {n},Qualified,2017-01-0{n},,,Alice Adler\n" for n in range(1, 8))

    import_ = bring_in("deals", HEAD + rows, firm)

    assert (import_.status, import_.created) == ("done", 7), import_.message
    assert set(db.session.scalars(select(Stay.team_id))) == {south}
    assert set(db.session.scalars(select(Deal.first_team_id).where(Deal.code > "D3"))) == {south}


def test_deals_that_were_checked_by_another_version_are_checked_again(firm, monkeypatch):
    import_id = waiting(monkeypatch, "deals", TEXT, firm, new_pipeline="Hardware")
    import_ = db.session.get(Import, import_id)
    name = import_.checked["name"]
    import_.checked = {key: value for key, value in import_.checked.items() if key not in ("scheme", "state")}
    db.session.commit()

    assert carried_out(import_id).status == "done"
    assert not checked.is_here(name)


def test_deals_without_a_code_are_known_again_by_title_and_company(firm, alice):
    acme, other = make.company(alice, "Acme"), make.company(alice, "Other")
    deals = [make.deal(alice, "Renewal", company=one, value=100) for one in (acme, other, None)]
    text = "deal,account,value\nRENEWAL,Acme,7\nrenewal ,,9\nRenewal,Other,1\nRenewal 2,Acme,5\n"

    import_ = bring_in("deals", text, firm)

    assert (import_.status, import_.created, import_.updated) == ("done", 1, 2), import_.message
    assert [db.session.get(Deal, deal.id).value_amount for deal in deals] == [7_00, 1_00, 9_00]


def test_a_batch_asks_for_its_own_deals_however_many_there_are(firm, alice, statements):
    with make.at_once():
        for number in range(40):
            make.deal(alice, f"Standing {number}", code=f"S{number}")

    with statements() as seen:
        planned = plan("deals", HEAD + "S1,Standing 1,Qualified,,,10,\nN1,New,Qualified,,,10,\n", firm)

    known = [one for one in seen if "FROM deals" in one and "deals.code_key IN" in one]
    assert planned.counts == {"update": 1, "create": 1}
    assert len(known) == 1


def test_figures_after_undoing_a_long_import_are_those_of_before(firm, alice):
    make.won(alice, value=100_00)
    before = standing(), sums(firm)

    import_ = bring_in("deals", TEXT, firm, new_pipeline="Hardware")
    undo(import_, firm)

    assert (standing(), sums(firm)) == before
