"""Tags: made by their first use, one for all spellings."""

from crm_app.activity.models import Event
from crm_app.contacts.models import Tag
from crm_app.contacts.tagging import tag_as
from crm_app.extensions import db
from tests import make


def test_two_spellings_are_one_tag(alice):
    one, two = make.company(alice), make.person(alice)

    tag_as(one, ["VIP", "vip"])
    db.session.commit()
    tag_as(two, ["Vip"])
    db.session.commit()

    assert db.session.query(Tag).count() == 1
    assert one.tags == two.tags


def test_tagging_raises_the_version_and_is_told_once(alice):
    company = make.company(alice)
    before = company.version

    tag_as(company, ["one", "two"])
    db.session.commit()
    tag_as(company, ["TWO", "one"])
    db.session.commit()

    events = db.session.query(Event).filter_by(verb="changed").all()
    assert company.version == before + 1
    assert [event.particulars["changes"]["tags"] for event in events] == [[[], ["one", "two"]]]


def test_tags_are_taken_away(alice):
    company = make.company(alice)
    tag_as(company, ["one", "two"])
    db.session.commit()

    tag_as(company, [])
    db.session.commit()

    assert company.tags == []


def test_signs_are_tags_of_their_own(alice):
    company = make.company(alice)

    tag_as(company, ["🎉", "💡"])
    db.session.commit()

    assert {tag.name for tag in company.tags} == {"🎉", "💡"}
