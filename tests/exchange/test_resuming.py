"""Workers that die at any point: their imports go on where they stood, every row exactly once, or leave nothing."""

import os
import sqlite3
import time
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from crm_app.activity.models import Event
from crm_app.contacts.models import Company, company_tags
from crm_app.exchange import checked, claims, jobs, planning, writing
from crm_app.exchange.models import Import, ImportBatch
from crm_app.extensions import db, utc_now
from tests import make
from tests.exchange.importing import bring_in
from tests.exchange.killing import pick_up, run, waiting
from tests.exchange.standing import standing
from tests.exchange.test_undoing import undo

TEXT = (
    "account,sector,subsidiary_of,tags\nOld,x,Seven,big\nOne,x,,\nTwo,y,Seven,big\nThree,z,Old,small\nFour,z,Two,\n"
    "One,x,,\nFive,z,Nowhere,\nSix,,One,\nSeven,q,,big\nEight,q,Six,\n"
)


@pytest.fixture
def firm(olivia, monkeypatch):
    monkeypatch.setattr(planning, "BATCH", 4)
    make.company(None, "Old", industry="art")
    return olivia


def queued(firm, monkeypatch, text=TEXT):
    return waiting(monkeypatch, "companies", text, firm)


def written():
    parents = dict(db.session.execute(select(Company.id, Company.name)).all())
    rows = select(Company).where(Company.deleted_at.is_(None)).order_by(Company.name)
    companies = [
        (c.name, c.industry, parents.get(c.parent_id), sorted(t.name for t in c.tags)) for c in db.session.scalars(rows)
    ]
    return companies, *(db.session.scalar(select(func.count()).select_from(table)) for table in (company_tags, Event))


def outcome(import_id):
    import_ = db.session.get(Import, import_id)
    return import_.status, import_.created, import_.updated, import_.refused, import_.message


@pytest.mark.parametrize("before", [True, False])
def test_an_import_killed_at_any_commit_ends_like_one_that_was_not(firm, monkeypatch, before):
    import_id = queued(firm, monkeypatch)
    jobs.run_import(import_id)
    wanted, said = written(), outcome(import_id)
    assert said == ("done", 7, 1, 2, "")

    number, died = 1, True
    while died:
        _forget()
        import_id = queued(firm, monkeypatch)
        died = run(monkeypatch, jobs.run_import, import_id, number, before=before)
        pick_up()
        assert (written(), outcome(import_id)) == (wanted, said), number
        number += 1
    assert number > 8


def _forget():
    """As it was at first."""
    db.session.execute(Company.__table__.delete())
    db.session.execute(Event.__table__.delete())
    make.company(None, "Old", industry="art")


def test_it_says_where_it_went_on(firm, monkeypatch, browser_of):
    import_id = queued(firm, monkeypatch)
    run(monkeypatch, jobs.run_import, import_id, 3, before=True)
    page = browser_of(firm).page(f"/exchange/{import_id}")
    assert "rows imported." in page.text

    pick_up()

    done = browser_of(firm).page(f"/exchange/{import_id}").text
    assert "The import was interrupted after 4 rows and continued from there." in done


def test_an_import_that_breaks_between_two_batches_is_taken_back(firm, monkeypatch):
    before, batch = standing(), writing.InBatches._batch

    def broken(self, number, *rest):
        if number == 2:
            raise OSError("the disk is full")
        batch(self, number, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(writing.InBatches, "_batch", broken)
        import_ = bring_in("companies", TEXT, firm)

    assert import_.status == "failed" and "Nothing was imported" in import_.message
    assert standing() == before
    assert not db.session.scalars(select(ImportBatch)).all()
    assert not db.session.scalars(select(Company).where(Company.deleted_at.is_not(None))).all()


def test_an_import_that_the_database_refuses_for_now_waits_and_goes_on(firm, monkeypatch):
    import_id, batch = queued(firm, monkeypatch), writing.InBatches._batch

    def refused(self, number, *rest):
        if number == 2:
            raise OperationalError("UPDATE", {}, sqlite3.OperationalError("database is locked"))
        batch(self, number, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(writing.InBatches, "_batch", refused)
        with pytest.raises(OperationalError):
            jobs.run_import(import_id)
    assert outcome(import_id)[0] == "queued" and len(db.session.scalars(select(ImportBatch)).all()) == 1

    db.session.commit()
    jobs.run_import(import_id)

    assert outcome(import_id) == ("done", 7, 1, 2, "")


def test_what_somebody_makes_between_two_batches_stops_the_import(firm, monkeypatch):
    before, batch = standing(), writing.InBatches._batch

    def busy(self, number, *rest):
        batch(self, number, *rest)
        if number == 1:
            make.company(None, "Seven")

    with monkeypatch.context() as patched:
        patched.setattr(writing.InBatches, "_batch", busy)
        import_ = bring_in("companies", TEXT, firm)

    assert (
        import_.status == "failed"
        and "Someone changed the same records in the meantime. Nothing was imported; check the rows again."
        in import_.message
    )
    assert {*standing()["companies"]} - {*before["companies"]} != set()
    assert len(standing()["companies"]) == 2


def test_what_somebody_else_makes_meanwhile_stops_nothing(firm, monkeypatch):
    batch = writing.InBatches._batch

    def busy(self, number, *rest):
        batch(self, number, *rest)
        make.company(None, f"Elsewhere {number}")

    with monkeypatch.context() as patched:
        patched.setattr(writing.InBatches, "_batch", busy)
        import_ = bring_in("companies", TEXT, firm)

    assert (import_.status, import_.created) == ("done", 7), import_.message


@pytest.mark.parametrize("before", [True, False])
def test_an_undoing_killed_at_any_commit_is_finished_later(firm, monkeypatch, before):
    clean, number, died = standing(), 1, True
    while died:
        import_ = bring_in("companies", TEXT, firm)
        import_.status, import_.undone_by_id, import_.undone = "undo queued", firm.id, 0
        import_id = import_.id
        db.session.commit()
        died = run(monkeypatch, jobs.undo_import, import_id, number, before=before)
        pick_up()
        import_ = db.session.get(Import, import_id)
        assert (import_.status, import_.undone, import_.kept) == ("undone", 8, 0)
        assert standing()["companies"] == clean["companies"]
        number += 1
    assert number > 4


ROWS = st.lists(
    st.tuples(st.sampled_from("abcdefghij"), st.sampled_from(["", "x", "y"]), st.sampled_from(["", "a", "e", "j"])),
    min_size=4, max_size=12,
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, kills=st.lists(st.tuples(st.integers(1, 8), st.booleans()), max_size=3))
def test_any_file_killed_anywhere_any_number_of_times_is_imported_once(firm, monkeypatch, rows, kills):
    text = "account,sector,subsidiary_of\n" + "".join(",".join(row) + "\n" for row in rows)
    before = standing()
    import_id = queued(firm, monkeypatch, text)
    for number, is_before in kills:
        run(monkeypatch, jobs.run_import, import_id, number, before=is_before)
        db.session.execute(update(Import).where(Import.status == "running").values(status="queued"))
        db.session.commit()
    pick_up()

    import_ = db.session.get(Import, import_id)
    names = db.session.scalars(select(Company.name).where(Company.deleted_at.is_(None), Company.name != "Old")).all()
    assert import_.status in ("done", "queued") and len(names) == len(set(names)) == import_.created
    assert import_.created + import_.refused == len(rows)
    undo(import_, firm)
    assert standing()["companies"] == before["companies"]


def test_an_import_whose_process_is_gone_is_taken_up_at_once(firm, monkeypatch):
    import_id = queued(firm, monkeypatch)
    run(monkeypatch, jobs.run_import, import_id, 4, before=True)
    gone = f"{claims.me().rpartition(':')[0]}:{_no_process()}"
    db.session.execute(update(Import).values(worker=gone))
    db.session.commit()

    jobs.sweep_imports()

    db.session.expire_all()
    assert db.session.get(Import, import_id).status == "done"


def test_a_process_that_lives_is_given_time_and_one_elsewhere_less(firm, monkeypatch):
    import_id = queued(firm, monkeypatch)
    for worker, status in ((claims.me(), "running"), ("elsewhere:7", "queued")):
        silent = utc_now() - timedelta(minutes=2)
        db.session.execute(update(Import).values(status="running", worker=worker, touched_at=silent))
        claims.let_go_of_the_dead()
        db.session.commit()
        assert db.session.get(Import, import_id).status == status


def _no_process():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return child


def test_what_a_check_left_behind_is_swept_away(firm, monkeypatch):
    import_id = queued(firm, monkeypatch)
    kept = db.session.get(Import, import_id).checked["name"]
    orphan, under_way = checked.Keeping(), checked.Keeping()
    for one in (orphan, under_way):
        one.close()
    for name in (kept, orphan.name):
        os.utime(checked._path(name, "rows"), (time.time() - 3601,) * 2)

    checked.sweep({kept}, 3600)

    assert [checked.is_here(name) for name in (kept, orphan.name, under_way.name)] == [True, False, True]
