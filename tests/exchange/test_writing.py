"""What an import leaves in the database: everything or nothing, once, with its history and its events."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from crm_app.accounts.models import Team, User
from crm_app.activity.models import Event
from crm_app.catalog.models import Product
from crm_app.contacts.models import Company, Person
from crm_app.exchange import jobs, writing
from crm_app.exchange.models import Import, ImportBatch
from crm_app.extensions import db, utc_now
from crm_app.pipeline.models import Closing, Deal, Pipeline, Stay
from tests import make
from tests.exchange.importing import bring_in, plan, reasons

HEAD = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
DEALS = HEAD + (
    "W1,Alice Adler,GTX Pro,Cancity,Won,2017-01-01,2017-03-02,1054\n"
    "L1,Alice Adler,GTX Pro,Cancity,Lost,2017-01-01,2017-02-01,0\n"
    "E1,Alice Adler,GTX Pro,,Engaging,2017-01-05,,\n"
    "P1,Alice Adler,GTX Pro,,Prospecting,,,\n"
)


@pytest.fixture
def firm(alice, charlie, olivia):
    make.product(olivia, "GTX Pro", price=4821_00)
    make.company(None, "Cancity")
    return olivia


def counts():
    return [db.session.scalar(select(func.count()).select_from(table)) for table in (Deal, Stay, Closing)]


def deal(code):
    return db.session.scalars(select(Deal).where(Deal.code == code)).one()


def test_a_new_pipeline_is_made_from_the_stages_of_the_file_early_to_late(firm):
    bring_in("deals", DEALS, firm, new_pipeline="Hardware")

    pipeline = db.session.scalars(select(Pipeline).where(Pipeline.name == "Hardware")).one()
    assert [(s.name, s.kind, s.probability) for s in pipeline.stages] == [
        ("Prospecting", "open", 33), ("Engaging", "open", 67), ("Won", "won", 100), ("Lost", "lost", 0),
    ]  # fmt: skip


def test_dates_become_stays_and_closings_in_the_organisations_zone(firm, alice):
    bring_in("deals", DEALS, firm, new_pipeline="Hardware")

    won = deal("W1")
    assert [(s.stage.name, s.entered_at, s.left_at) for s in won.stays] == [
        ("Engaging", datetime(2016, 12, 31, 23, tzinfo=UTC), datetime(2017, 3, 1, 23, tzinfo=UTC)),
        ("Won", datetime(2017, 3, 1, 23, tzinfo=UTC), None),
    ]
    closing = won.closings[0]
    assert (closing.outcome, closing.value_amount, closing.base_amount) == ("won", 1054_00, 1054_00)
    assert (closing.owner_id, closing.team_id, closing.cycle_seconds) == (alice.id, alice.team_id, 60 * 86400)
    assert (won.title, won.created_is_known, won.first_team_id) == ("GTX Pro, Cancity", True, alice.team_id)


def test_a_lost_deal_of_value_0_has_no_known_value(firm):
    bring_in("deals", DEALS, firm, new_pipeline="Hardware")

    assert (deal("L1").value_amount, deal("L1").closings[0].value_amount) == (None, None)


def test_a_deal_without_dates_begins_now_and_says_that_it_is_not_known(firm):
    bring_in("deals", DEALS, firm, new_pipeline="Hardware")

    new = deal("P1")
    assert not new.created_is_known and utc_now() - new.created_at < timedelta(minutes=1)
    assert [stay.stage.name for stay in new.stays] == ["Prospecting"]
    assert deal("E1").entered_stage_at == datetime(2017, 1, 4, 23, tzinfo=UTC)


def test_every_record_has_an_event_that_names_the_import_and_who_did_it(firm):
    import_ = bring_in("deals", DEALS, firm, new_pipeline="Hardware")

    events = db.session.scalars(select(Event).where(Event.verb == "imported")).all()
    assert {event.particulars["import"] for event in events} == {import_.id}
    assert {event.actor_id for event in events} == {firm.id}
    assert len(events) == 4


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("deals", DEALS),
        ("companies", "account,sector,revenue,office_location,subsidiary_of,tags\nB,x,1.5,China,A,big;old\nA,y,2,,,\n"),
        ("people", "name,email,company,phone,tags\nSara,s@x.example,Cancity,+49 221 1,vip\nAli,,,,\n"),
        ("products", "product,code,series,price,cost,currency\nA,a1,S,5,2,USD\nB,,S,7,,\n"),
        ("users", "sales_agent,manager,regional_office,email\nZoe,Max,East,z@x.example\nYan,Max,East,\n"),
    ],
)
def test_the_same_file_again_changes_nothing(firm, kind, text):
    options = {"new_pipeline": "Hardware"} if kind == "deals" else {}
    first = bring_in(kind, text, firm, **options)
    if kind == "deals":
        options = {"pipeline_id": db.session.scalars(select(Pipeline.id)).one()}
    before = db.session.scalar(select(func.count()).select_from(Event))

    second = bring_in(kind, text, firm, **options)

    assert first.status == second.status == "done", (first.message, second.message)
    assert (first.created, second.created, second.updated) == (first.rows, 0, 0)
    assert second.unchanged == first.rows
    assert db.session.scalar(select(func.count()).select_from(Event)) == before


def test_an_update_overwrites_only_mapped_filled_cells_and_tells_what_it_changed(firm):
    bring_in("companies", "account,sector,employees\nAcme,toys,10\n", firm)

    import_ = bring_in("companies", "account,sector,employees\nACME,,12\n", firm)

    acme = db.session.scalars(select(Company).where(Company.name_key == "acme")).one()
    assert (import_.updated, acme.industry, acme.size, acme.version) == (1, "toys", 12, 2)
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event.particulars["changes"] == {"name": ["Acme", "ACME"], "size": [10, 12]}


def test_parents_are_tied_wherever_they_stand_and_never_in_a_circle(firm):
    bring_in("companies", "account,subsidiary_of\nChild,Mother\nMother,\n", firm)
    child = db.session.scalars(select(Company).where(Company.name == "Child")).one()
    assert child.parent.name == "Mother"

    planned = plan("companies", "account,subsidiary_of\nMother,Child\nSelf,Self\nX,Nobody\n", firm)

    assert sorted(reasons(planned)) == [2, 3, 4]


def test_a_file_may_turn_a_family_upside_down(firm):
    bring_in("companies", "account,subsidiary_of\nA,B\nB,C\nC,\nD,\n", firm)

    import_ = bring_in("companies", "account,subsidiary_of\nB,A\nA,D\nC,B\n", firm)

    assert (import_.status, import_.updated) == ("done", 3), import_.message
    parents = {one.name: one.parent.name for one in db.session.scalars(select(Company)) if one.parent}
    assert parents == {"A": "D", "B": "A", "C": "B"}


def test_a_child_of_a_company_that_is_part_of_itself_is_refused_as_well(firm):
    planned = plan("companies", "account,subsidiary_of\nChild,Loop\nLoop,Loop\nFine,\n", firm)

    assert sorted(reasons(planned)) == [2, 3]
    assert planned.counts == {"refused": 2, "create": 1}


def test_users_come_with_their_teams_managers_and_regions(firm):
    text = "sales_agent,manager,regional_office\nZoe,Max Miller,East\nYan,Max Miller,East\nUli,Charlie Chen,West\n"
    planned = plan("users", text, firm)
    assert any("Max Miller" in note for note in planned.kind.notes)

    bring_in("users", text, firm)

    team = db.session.scalars(select(Team).where(Team.region == "East")).one()
    people = {user.name: user for user in db.session.scalars(select(User))}
    assert (team.manager.name, team.manager.role) == ("Max Miller", "manager")
    assert people["Zoe"].team_id == people["Yan"].team_id == team.id
    assert people["Uli"].team.name == "North"
    assert people["Zoe"].password_hash is None


def test_people_are_found_by_email_then_by_name_and_company(firm):
    make.person(None, "Sara Rastegar", email="sara@x.example")
    bring_in("people", "first name,last name,email,company\n伟,王,w@x.example,Cancity\n", firm)

    import_ = bring_in("people", "full name,email\nSara R.,SARA@x.example\n", firm)

    names = set(db.session.scalars(select(Person.name)))
    assert (import_.updated, names) == (1, {"Sara R.", "王伟"})


def test_an_open_deal_that_is_won_in_a_newer_file_is_closed_by_it(firm):
    bring_in("deals", DEALS, firm, new_pipeline="Hardware")
    pipeline_id = db.session.scalars(select(Pipeline.id)).one()
    newer = HEAD + "E1,Alice Adler,GTX Pro,Cancity,Won,2017-01-05,2017-06-01,700\n"

    import_ = bring_in("deals", newer, firm, pipeline_id=pipeline_id)

    assert import_.updated == 1, import_.message
    won = deal("E1")
    assert (won.status, won.value_amount, len(won.closings), won.company.name) == ("won", 700_00, 1, "Cancity")
    assert [stay.stage.name for stay in won.stays] == ["Engaging", "Won"]
    assert bring_in("deals", newer, firm, pipeline_id=pipeline_id).unchanged == 1


def test_a_corrected_closing_stands_in_the_place_of_the_old_one(firm):
    bring_in("deals", DEALS, firm, new_pipeline="Hardware")
    pipeline_id = db.session.scalars(select(Pipeline.id)).one()
    newer = HEAD + "W1,Alice Adler,GTX Pro,Cancity,Won,2017-01-01,2017-04-01,2000\n"

    bring_in("deals", newer, firm, pipeline_id=pipeline_id)

    standing = [closing for closing in deal("W1").closings if closing.reversed_at is None]
    assert [(c.value_amount, c.base_amount, c.cycle_seconds) for c in standing] == [(2000_00, 2000_00, 90 * 86400)]
    assert bring_in("deals", newer, firm, pipeline_id=pipeline_id).unchanged == 1


def test_a_rep_brings_in_what_is_theirs_and_cannot_touch_or_give_to_others(alice, bob, olivia):
    make.pipeline()
    make.deal(bob, "Hidden", code="D1")

    rows = "D1,Taken,,Proposal\nD2,Other,Bob Brandt,Proposal\nD3,Mine,,Proposal\n"
    planned = plan("deals", "code,title,owner,stage\n" + rows, alice)

    assert [row.becomes for row in planned.rows] == ["refused", "refused", "create"]
    assert "Bob Brandt" in reasons(planned)[3]


def test_an_error_in_the_middle_of_writing_leaves_nothing_and_it_works_again(firm, monkeypatch):
    note = writing.Pen.note

    def broken(self, model, noted):
        note(self, model, noted)
        raise OSError("the disk is full")

    monkeypatch.setattr(writing.Pen, "note", broken)
    import_ = bring_in("deals", DEALS, firm, new_pipeline="Hardware")

    assert (import_.status, counts()) == ("failed", [0, 0, 0])
    assert "Nothing was imported" in import_.message
    assert db.session.scalars(select(Pipeline)).all() == []

    monkeypatch.undo()
    import_.status = "queued"
    import_id = import_.id
    db.session.commit()
    jobs.run_import(import_id)
    assert counts() == [4, 6, 2]


def test_an_import_runs_once_however_often_it_is_asked_for(firm):
    import_id = bring_in("products", "product\nA\n", firm).id
    db.session.commit()

    jobs.run_import(import_id)

    assert db.session.scalar(select(func.count()).select_from(Product).where(Product.name == "A")) == 1


def test_a_worker_that_lost_its_import_writes_nothing(firm, monkeypatch):
    def taken_over():
        db.session.query(Import).update({"started_at": utc_now() + timedelta(seconds=1)})

    monkeypatch.setattr(writing, "_lock", taken_over)

    assert bring_in("products", "product\nA\n", firm).status == "running"
    assert db.session.scalars(select(Product.name)).all() == ["GTX Pro"]


@pytest.mark.parametrize(("status", "minutes"), [("queued", 2), ("running", 6)])
def test_the_sweep_takes_up_imports_that_were_left_lying(firm, status, minutes):
    import_ = bring_in("products", "product\nA\n", firm)
    db.session.query(Product).filter_by(name="A").delete()
    db.session.query(ImportBatch).delete()
    import_.status, import_.touched_at = status, utc_now() - timedelta(minutes=minutes)
    db.session.commit()

    jobs.sweep_imports()

    db.session.expire_all()
    assert db.session.get(Import, import_.id).status == "done"


def test_the_sweep_leaves_alone_what_is_at_work_and_forgets_old_drafts(firm):
    import_ = bring_in("products", "product\nA\n", firm)
    import_.status, import_.touched_at = "running", utc_now() - timedelta(seconds=5)
    old = bring_in("products", "product\nB\n", firm)
    old.status, old.created_at = "draft", utc_now() - timedelta(days=20)
    old.touched_at = old.created_at
    ids = import_.id, old.id
    db.session.commit()

    jobs.sweep_imports()

    db.session.expire_all()
    assert [getattr(db.session.get(Import, id_), "status", None) for id_ in ids] == ["running", None]


def test_revenue_counts_millions_where_the_column_says_so(firm):
    text = "account,revenue\nAcme,1100.04\n"

    bring_in("companies", text, firm, units={"revenue": 1_000_000})

    acme = db.session.scalars(select(Company).where(Company.name == "Acme")).one()
    assert acme.revenue_amount == 1_100_040_000_00


def test_the_newest_deal_stands_first_in_its_column(firm):
    rows = "".join(f"D{n},Alice Adler,GTX Pro,,Engaging,{date(2017, n, 1)},,\n" for n in (2, 5, 3))

    bring_in("deals", HEAD + rows, firm, new_pipeline="Hardware")

    assert list(db.session.scalars(select(Deal.code).order_by(Deal.rank))) == ["D5", "D3", "D2"]


def test_who_is_renamed_by_an_import_is_found_and_sorted_by_the_new_name(firm, alice):
    bring_in("users", f"name,email\nZoe Adler,{alice.email}\n", firm)

    assert (alice.name, alice.name_key, alice.sort_key) == ("Zoe Adler", "zoeadler", "zoe adler")


def test_open_deals_go_along_to_the_team_that_an_import_puts_their_owner_in(firm, alice):
    won, open_ = make.won(alice), make.deal(alice)
    before = alice.team_id

    bring_in("users", "name,team\nAlice Adler,East\n", firm)

    assert alice.team.name == "East"
    assert (open_.stays[-1].team_id, won.closings[0].team_id) == (alice.team_id, before)


def test_a_code_of_a_deal_out_of_sight_is_refused(firm, alice, bob):
    make.deal(bob, "Hidden", code="A-1")

    planned = plan("deals", "title,code\nMine,a 1\nOther,A-2\n", alice)

    assert list(reasons(planned)) == [2]
    assert "Another deal has this code." in reasons(planned)[2]


def test_a_rep_keeps_the_deals_for_which_the_file_names_nobody(firm, alice):
    make.pipeline()
    bring_in("deals", "title,code,owner\nMine,A-1,\n", alice)
    bring_in("deals", "title,code,owner\nNobody's,A-2,\n", firm)

    assert (deal("A-1").owner, deal("A-2").owner) == (alice, None)


def test_only_an_owner_makes_a_pipeline_by_an_import(firm, alice):
    make.pipeline()

    bring_in("deals", "title,code,stage\nMine,A-1,New lead\n", alice, new_pipeline="Mine alone")

    assert db.session.scalars(select(Pipeline.name)).all() == ["Sales"]
    assert deal("A-1").pipeline.name == "Sales"
