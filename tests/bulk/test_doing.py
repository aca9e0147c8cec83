"""Each action on each kind of record, done and taken back by the records' own verbs."""

from datetime import date

import pytest
from sqlalchemy import select

from crm_app.activity import Event
from crm_app.activity.recording import acting_as
from crm_app.bulk.models import BulkChange
from crm_app.contacts.models import Company, Tag
from crm_app.contacts.tagging import tag_as
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.bulk.picking import confirmed, last_change, numbers, undo


@pytest.fixture
def manager(browser_of, charlie):
    """Charlie's browser, who may assign Alice's records and his own."""
    return browser_of(charlie)


def verbs(record):
    events = select(Event.verb).where(Event.subject_table == record.__tablename__, Event.subject_id == record.id)
    return list(db.session.scalars(events.order_by(Event.id)))


@pytest.mark.parametrize(
    ("place", "make_one"), [("companies", make.company), ("people", make.person), ("deals", make.deal)]
)
def test_records_are_assigned_and_given_back_each_to_whom_it_was(manager, alice, charlie, place, make_one):
    records = [make_one(alice), make_one(charlie)]

    manager.send(f"/bulk/{place}/owner", confirmed(*records, owner=str(charlie.id)))

    assert [record.owner for record in records] == [charlie, charlie]
    assert numbers() == {"count": 2, "done": 1, "same": 1}
    assert verbs(records[0]) == ["created", "changed"]

    undo(manager)

    assert [record.owner for record in records] == [alice, charlie]
    assert numbers()["undone"] == 1
    assert verbs(records[0]) == ["created", "changed", "changed"]
    assert verbs(records[1]) == ["created"]


def test_an_assigned_deal_takes_its_stay_along(manager, alice, charlie):
    deal = make.deal(alice)

    manager.send("/bulk/deals/owner", confirmed(deal, owner=str(charlie.id)))

    assert deal.stays[-1].owner_id == charlie.id
    undo(manager)
    assert deal.stays[-1].owner_id == alice.id


@pytest.mark.parametrize(("place", "make_one"), [("companies", make.company), ("people", make.person)])
def test_tags_are_put_on_and_taken_off_and_the_others_stay(client, alice, place, make_one):
    first, second = make_one(alice), make_one(alice)
    tag_as(first, ["vip", "old"])
    db.session.commit()

    client.send(f"/bulk/{place}/tags", confirmed(first, second, add="New, vip", remove="OLD"))

    assert [tag.name for tag in first.tags] == ["New", "vip"]
    assert [tag.name for tag in second.tags] == ["New", "vip"]

    undo(client)

    assert {tag.name for tag in first.tags} == {"old", "vip"}
    assert second.tags == []


def test_a_record_that_would_carry_too_many_tags_is_left_alone(client, alice):
    full = make.company(alice)
    tag_as(full, [f"tag {number}" for number in range(20)])
    db.session.commit()

    client.send("/bulk/companies/tags", confirmed(full, make.company(alice), add="one more"))

    assert numbers() == {"count": 2, "done": 1, "refused": 1}
    assert db.session.query(Tag).filter_by(name="one more").count() == 1


@pytest.mark.parametrize(
    ("place", "fact", "make_one", "before", "typed", "after"),
    [
        ("companies", "industry", make.company, "labs", "Retail", "Retail"),
        ("companies", "industry", make.company, "labs", "", ""),
        ("companies", "country", make.company, "DE", "IR", "IR"),
        ("companies", "size", make.company, 5, "60", 60),
        ("companies", "size", make.company, None, "60", 60),
        ("people", "job_title", make.person, "CEO", "Buyer", "Buyer"),
        ("products", "family", make.product, "", "Lenses", "Lenses"),
        ("deals", "source", make.deal, "fair", "web", "web"),
        ("deals", "expected_close", make.deal, date(2027, 1, 2), "2027-03-04", date(2027, 3, 4)),
        ("deals", "expected_close", make.deal, None, "2027-03-04", date(2027, 3, 4)),
    ],
)
def test_a_fact_is_changed_and_put_back(client, alice, place, fact, make_one, before, typed, after):
    record = make_one(alice, **{fact: before})

    client.send(f"/bulk/{place}/{fact}", confirmed(record, **{fact: typed}))

    assert getattr(record, fact) == after
    undo(client)
    assert getattr(record, fact) == before


@pytest.mark.parametrize(
    ("place", "fact", "make_one", "make_other"),
    [
        ("companies", "parent", make.company, make.company),
        ("people", "company", make.person, make.company),
        ("deals", "company", make.deal, make.company),
        ("deals", "product", make.deal, make.product),
    ],
)
def test_a_fact_that_names_a_record_is_changed_and_put_back(client, alice, place, fact, make_one, make_other):
    before, after = make_other(alice, "Before"), make_other(alice, "After")
    records = [make_one(alice, **{fact: before}), make_one(alice)]

    client.send(f"/bulk/{place}/{fact}", confirmed(*records, **{fact: "After"}))

    assert [getattr(record, fact) for record in records] == [after, after]
    undo(client)
    assert [getattr(record, fact) for record in records] == [before, None]


def test_no_company_comes_to_stand_above_itself(client, alice):
    top = make.company(alice, "Top")
    below = make.company(alice, "Below", parent=top)
    other = make.company(alice)

    client.send("/bulk/companies/parent", confirmed(top, below, other, parent="Below"))

    assert (top.parent, below.parent, other.parent) == (None, top, below)
    assert numbers() == {"count": 3, "done": 1, "refused": 2}


def test_putting_a_parent_back_makes_no_ring(client, alice):
    first, second = make.company(alice, "First"), make.company(alice, "Second")
    first.change(parent=second)
    db.session.commit()
    client.send("/bulk/companies/parent", confirmed(first, parent=""))
    second.change(parent=first)
    db.session.commit()

    undo(client)

    assert (first.parent, second.parent) == (None, first)
    assert numbers()["kept"] == 1


def test_putting_back_several_parents_makes_no_ring(client, alice):
    top, papa = make.company(alice, "Top"), make.company(alice, "Papa")
    middle = make.company(alice, "Middle", parent=top)
    low = make.company(alice, "Low", parent=middle)
    client.send("/bulk/companies/parent", confirmed(low, middle, parent="Papa"))
    top.change(parent=low)
    db.session.commit()

    undo(client)

    assert (low.parent, middle.parent, top.parent) in ((middle, papa, low), (papa, top, low))
    assert (numbers()["undone"], numbers()["kept"]) == (1, 1)


@pytest.mark.parametrize(
    ("place", "make_one"),
    [("companies", make.company), ("people", make.person), ("products", make.product), ("deals", make.deal)],
)
def test_records_go_into_the_bin_and_come_back(client, alice, place, make_one):
    records = [make_one(alice), make_one(alice)]

    client.send(f"/bulk/{place}/deletion", confirmed(*records))

    assert all(record.deleted_at for record in records)
    undo(client)
    assert not any(record.deleted_at for record in records)
    assert verbs(records[0]) == ["created", "deleted", "restored"]


@pytest.mark.parametrize(("place", "make_one"), [("products", make.product), ("deals", make.deal)])
def test_what_has_lost_its_code_to_another_stays_in_the_bin(client, alice, place, make_one):
    first, second = make_one(alice, code="A-1"), make_one(alice, code="A-2")
    client.send(f"/bulk/{place}/deletion", confirmed(first, second))
    make_one(alice, code="a-1")

    undo(client)

    assert first.deleted_at
    assert not second.deleted_at
    assert numbers() == {"count": 2, "done": 2, "undone": 1, "kept": 1}
    assert "Another record now has the same code: 1 left in the bin." in client.page(f"/bulk/{last_change().id}").text
    assert "changed since" not in client.page(f"/bulk/{last_change().id}").text


def test_that_a_code_was_given_away_is_told_beside_what_was_changed_since(client, alice):
    first, second, third = (make.deal(alice, code=f"A-{number}") for number in range(3))
    client.send("/bulk/deals/deletion", confirmed(first, second, third))
    make.deal(alice, code="a-0")
    make.deal(alice, code="a-1")
    third.restore()
    db.session.commit()

    undo(client)

    told = client.page(f"/bulk/{last_change().id}").text
    assert numbers() == {"count": 3, "done": 3, "kept": 3}
    assert "Another record now has the same code: 2 left in the bin." in told
    assert "1 record has been changed since and was left unchanged." in told


def test_what_somebody_changed_since_it_was_picked_is_left_alone(client, alice, bob):
    seen, changed, own = (make.company(alice, industry="labs") for _number in range(3))
    sent = confirmed(seen, changed, own, industry="retail")
    with acting_as(bob):
        changed.change(size=5)
    with acting_as(alice):
        own.change(size=5)
    db.session.commit()

    client.send("/bulk/companies/industry", sent)

    assert [one.industry for one in (seen, changed, own)] == ["retail", "labs", "retail"]
    assert numbers() == {"count": 3, "done": 2, "newer": 1}


def test_what_was_changed_since_stays_when_the_others_are_put_back(client, alice):
    first, second = make.company(alice, industry="labs"), make.company(alice, industry="labs")
    client.send("/bulk/companies/industry", confirmed(first, second, industry="retail"))
    second.change(size=5)
    db.session.commit()

    undo(client)

    assert (first.industry, second.industry) == ("labs", "retail")
    assert numbers() == {"count": 2, "done": 2, "undone": 1, "kept": 1}


def test_hidden_records_are_neither_touched_nor_counted_as_done(client, alice, bob):
    mine, hidden = make.company(alice), make.company(bob, industry="labs")

    client.send("/bulk/companies/industry", confirmed(mine, hidden, industry="retail"))

    assert (mine.industry, hidden.industry) == ("retail", "labs")
    assert numbers() == {"count": 2, "done": 1, "refused": 1}


def test_all_that_match_are_those_that_the_address_asks_for(client, alice, bob):
    labs = [make.company(alice, industry="labs") for _number in range(3)]
    other, hidden = make.company(alice, industry="retail"), make.company(bob, industry="labs")

    sent = {"all": "1", "shown": "3", "confirmed": "1", "size": "7"}
    client.send("/bulk/companies/size?where=industry.is.labs&after=nonsense", sent)

    assert [company.size for company in labs] == [7, 7, 7]
    assert (other.size, hidden.size) == (None, None)
    assert numbers() == {"count": 3, "done": 3}
    assert db.session.query(BulkChange).one().query == "where=industry.is.labs"


def test_all_deals_that_match_heed_the_filters_of_their_page(client, alice):
    cheap, dear = make.deal(alice, value=1_00), make.deal(alice, value=900_00, source="fair")

    client.send("/bulk/deals/source?least=100", {"all": "1", "shown": "1", "confirmed": "1", "source": "web"})

    assert (cheap.source, dear.source) == ("", "web")


def test_changing_many_costs_as_many_reads_as_changing_few(client, alice, statements):
    def reads(place, action, records, **more):
        sent = confirmed(*records, **more)
        with statements() as seen:
            client.send(f"/bulk/{place}/{action}", sent)
        change = last_change()
        assert change.done == len(records)
        with statements() as back:
            undo(client, change)
        assert last_change().undone == len(records)
        return [sum(one.startswith("SELECT") for one in ones) for ones in (seen, back)]

    make.company(alice, "Parent")
    for place, action, make_one, sent in (
        ("companies", "tags", make.company, {"add": "new"}),
        ("companies", "parent", make.company, {"parent": "Parent"}),
        ("deals", "source", make.deal, {"source": "web"}),
        ("products", "deletion", lambda owner: make.product(owner, code=f"c{make.utc_now()}"), {}),
    ):
        few, many = [make_one(alice) for _ in range(2)], [make_one(alice) for _ in range(20)]
        reads(place, action, few[:1], **sent)
        assert reads(place, action, many, **sent) == reads(place, action, few[1:], **sent), (place, action)


def test_the_timeline_tells_a_change_and_its_undoing(client, alice):
    company = make.company(alice, industry="labs")
    client.send("/bulk/companies/industry", confirmed(company, industry="retail"))
    undo(client)

    told = client.page(f"/contacts/companies/{company.id}").text

    assert "changed Industry from labs to retail" in told
    assert "changed Industry from retail to labs" in told
    assert db.session.query(Company).count() == 1
    assert db.session.query(Deal).count() == 0
