"""Taking imports back: what they made goes, what they changed is as before, what is newer stays and is told."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm_app.accounts.models import Team, User
from crm_app.activity.models import Event
from crm_app.activity.recording import acting_as
from crm_app.contacts.models import Company, Tag
from crm_app.exchange import jobs
from crm_app.exchange.models import Import, ImportBatch
from crm_app.extensions import db, utc_now
from crm_app.pipeline.models import Deal, Pipeline
from tests import make
from tests.exchange.importing import bring_in
from tests.exchange.standing import standing, sums

HEAD = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"


def undo(import_, user):
    import_.status, import_.undone_by_id, import_.touched_at = "undo queued", user.id, utc_now()
    import_id = import_.id
    db.session.commit()
    jobs.undo_import(import_id)
    db.session.expire_all()
    return db.session.get(Import, import_id)


def kept(import_):
    batches = select(ImportBatch.kept).where(ImportBatch.import_id == import_.id)
    return [tuple(entry) for entries in db.session.scalars(batches) for entry in entries]


@pytest.fixture
def firm(alice, charlie, olivia):
    """Something of every kind, so that files can change it."""
    pipeline = make.pipeline()
    acme = make.company(None, "Acme", industry="toys", size=3)
    make.company(alice, "Bolt", parent=acme)
    make.person(None, "Sara", email="sara@x.example", company=acme)
    make.product(olivia, "GTX", price=5_00, code="G")
    make.deal(alice, "Open", value=12_00, code="D1", company=acme)
    make.won(alice, title="Won", value=100_00, code="D2", on=date(2017, 3, 1))
    make.lost(alice, title="Lost", code="D3")
    db.session.add(Tag(name="old"))
    acme.tags.append(db.session.scalars(select(Tag)).one())
    db.session.commit()
    assert pipeline
    return olivia


FILES = {
    "companies": "account,sector,subsidiary_of,tags\nAcme,x,,big;old\nNew,y,Acme,big\nBolt,,New,\n",
    "people": "name,email,company,tags\nSara R.,sara@x.example,Bolt,vip\nAli,a@x.example,Acme,vip\n",
    "products": "product,code,price\nGTX Pro,G,7\nMG,,5\n",
    "users": "name,role,team,manager\nAlice Adler,rep,East,Max\nZoe,rep,East,Max\nBob,rep,North,Charlie Chen\n",
    "deals": HEAD + "D1,Alice Adler,GTX,Bolt,Won,2017-01-01,2017-03-02,1054\n"
    "D2,Alice Adler,GTX,Bolt,Lost,2017-01-01,2017-02-01,0\nD3,Alice Adler,,,Proposal,,,7\n"
    "D9,Alice Adler,GTX,Acme,Won,2017-01-05,2017-01-09,50\n",
}


@pytest.mark.parametrize("kind", FILES)
def test_after_undoing_everything_stands_as_before(firm, kind):
    before, counted = standing(), sums(firm)
    import_ = bring_in(kind, FILES[kind], firm)
    assert import_.status == "done" and standing() != before, import_.message

    import_ = undo(import_, firm)

    assert (import_.status, import_.kept) == ("undone", 0)
    assert standing() == before
    assert sums(firm) == counted


def test_a_pipeline_that_came_with_the_deals_goes_with_them(firm):
    before = standing()
    import_ = bring_in("deals", FILES["deals"].replace("\nD", "\nX"), firm, new_pipeline="Hardware")

    undo(import_, firm)

    assert standing() == before
    assert [pipeline.name for pipeline in db.session.scalars(select(Pipeline))] == ["Sales"]
    assert not db.session.scalars(select(Deal).where(Deal.deleted_at.is_not(None))).all()


def test_what_somebody_changed_since_stays_and_the_rest_goes(firm, alice):
    import_ = bring_in("companies", "account,sector\nAcme,x\nNew,y\nOther,z\nThird,z\n", firm)
    named = {company.name: company for company in db.session.scalars(select(Company))}
    with acting_as(alice):
        named["Acme"].change(size=9)
        named["New"].change(size=9)
    make.person(None, "Hanging", company=named["Other"])

    import_ = undo(import_, firm)

    assert (import_.undone, import_.kept) == (1, 3)
    assert set(kept(import_)) == {
        ("companies", named["Acme"].id, "changed"), ("companies", named["New"].id, "changed"),
        ("companies", named["Other"].id, "needed"),
    }  # fmt: skip
    assert (named["Acme"].industry, named["New"].deleted_at, named["Third"].deleted_at is None) == ("x", None, False)


def test_a_parent_that_a_kept_child_needs_stays_with_it(firm, alice):
    import_ = bring_in("companies", "account,subsidiary_of\nChild,Mother\nMother,\nAlone,\n", firm)
    child = db.session.scalars(select(Company).where(Company.name == "Child")).one()
    with acting_as(alice):
        child.change(size=2)
    db.session.commit()

    import_ = undo(import_, firm)

    assert sorted(why for _table, _id, why in kept(import_)) == ["changed", "needed"]
    assert child.parent.deleted_at is None


def test_a_newer_import_is_newer_until_it_is_undone_itself(firm):
    before = standing()
    first = bring_in("companies", "account,sector\nAcme,x\n", firm)
    second = bring_in("companies", "account,sector\nAcme,y\n", firm)
    ids = first.id, second.id

    assert undo(db.session.get(Import, ids[0]), firm).kept == 1

    third = bring_in("companies", "account,sector\nAcme,z\nMore,z\n", firm)
    undo(third, firm)
    assert undo(db.session.get(Import, ids[1]), firm).undone == 1
    assert standing() != before


def test_a_user_who_did_something_since_stays(firm):
    import_ = bring_in("users", "name,team\nZoe,East\nYan,South\n", firm)
    zoe = db.session.scalars(select(User).where(User.name == "Zoe")).one()
    make.company(zoe, "Hers")

    import_ = undo(import_, firm)

    names = set(db.session.scalars(select(User.name)))
    assert "Zoe" in names and "Yan" not in names
    assert [(table, why) for table, _id, why in kept(import_)] == [("users", "needed"), ("teams", "needed")]
    assert set(db.session.scalars(select(Team.name))) == {"North", "East"}


def test_the_timeline_of_an_updated_record_tells_of_it(firm):
    import_ = bring_in("companies", "account,sector\nAcme,x\n", firm)

    undo(import_, firm)

    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.verb, event.actor_id, event.particulars["import"]) == ("import undone", firm.id, import_.id)


NAMES = st.sampled_from(["Acme", "Bolt", "acme", "New", "Other", "Third"])
WORDS = st.sampled_from(["", "x", "y"])
ROWS = st.lists(
    st.tuples(NAMES, WORDS, st.sampled_from(["", "Acme", "New", "Third"]), st.sampled_from(["", "big", "old;big"])),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(ROWS, min_size=1, max_size=3))
def test_imports_undone_in_turn_leave_what_stood_before(firm, files):
    before, brought = standing(), []
    for rows in files:
        text = "account,sector,subsidiary_of,tags\n" + "".join(",".join(row) + "\n" for row in rows)
        brought.append(bring_in("companies", text, firm).id)

    for import_id in reversed(brought):
        import_ = undo(db.session.get(Import, import_id), firm)
        assert (import_.status, import_.kept) == ("undone", 0)

    assert standing() == before
