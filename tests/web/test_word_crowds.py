"""Where many records answer, some are found without reading them all; where few do, all are found, however frequent
the other words are."""

import pytest
from flask import g
from sqlalchemy import insert, select

from crm_app.contacts import queries
from crm_app.contacts.models import Company, company_keys
from crm_app.extensions import db
from crm_app.web import tokens, word_index, word_search
from tests import make

ENOUGH, MOST, NUMBER = 10, 20, 4000


@pytest.fixture
def crowd(alice, bob):
    """Companies whose numbers are in the order of their ids, every tenth of them Bob's; by name their ids."""
    dave = make.user("Dave Dunn")

    def owner_of(number):
        return dave.id if number in (7, 1700) else bob.id if number % 10 == 0 else alice.id

    def row(number):
        name, phone = f"{'Rare' if number % 900 == 5 else 'Optik'} Werke {number}", f"+98 21 {number:07d}"
        return {"name": name, "phone": phone, "owner_id": owner_of(number), **company_keys(name, "", phone)}

    db.session.execute(insert(Company), [row(number) for number in range(NUMBER)])
    ids = db.session.scalars(select(Company.id).order_by(Company.id)).all()
    word_index.renew(db.session.connection(), Company, ids)
    db.session.commit()
    return ids


def newest(asked):
    return word_search.newest({Company: asked}, MOST, ENOUGH)[Company]


def all_of(text):
    # As in a request of its own.
    g.pop("given_later", None)
    rows = queries.matching(select(Company.id), text)
    return set(db.session.scalars(rows))


def test_the_newest_of_a_crowd_come_first(crowd):
    for text in ("werke", "optik w", "3", "98 21 000 3"):
        assert newest(tokens.query(text)) == sorted(all_of(text), reverse=True)[:MOST], text


def test_of_a_crowd_that_is_not_among_the_newest_enough_are_found(crowd):
    for text in ("98 21 0000", "0000", "optik 0001", "werke 00001"):
        found = newest(tokens.query(text))

        assert ENOUGH <= len(found) <= MOST, text
        assert set(found) <= all_of(text) and max(found) < crowd[-1000], text


def test_few_are_all_found_beside_words_that_all_others_hold(crowd):
    for text in ("rare", "rare w", "rare w 9 +98", "optik 17 0001717", "98 21 0000007", "nobody"):
        assert newest(tokens.query(text)) == sorted(all_of(text), reverse=True), text


def test_records_in_the_bin_are_left_out_wherever_they_are_looked_for(crowd):
    for id_ in sorted(all_of("rare"))[:2]:
        db.session.get(Company, id_).delete()
    db.session.commit()

    for text in ("rare", "rare werke"):
        assert newest(tokens.query(text).out_of_bin()) == sorted(all_of("rare"), reverse=True)[:-2]
    # Both words are rare here.
    assert newest(tokens.query("rare 905").out_of_bin()) == []
    assert newest(tokens.query("rare 1805").out_of_bin()) == [crowd[1805]]


def test_those_of_one_owner_are_found_whether_few_or_many(crowd, alice, bob):
    dave = db.session.scalars(select(Company).where(Company.id == crowd[7])).one().owner_id
    asked = tokens.query("optik 0")

    assert newest(asked.owned_by([dave])) == [crowd[1700], crowd[7]]
    for owner in (dave, bob.id, alice.id):
        owned = select(Company.id).where(Company.owner_id == owner)
        answers = set(db.session.scalars(queries.matching(owned, "optik 0")))
        found = word_search.newest_owned({Company: asked.owned_by([owner])}, MOST)[Company]
        assert found == sorted(answers, reverse=True)[:MOST]
        assert set(newest(asked.owned_by([owner]))) <= answers


def test_nothing_is_asked_where_no_kind_is_looked_for(app):
    assert word_search.newest({}, MOST, ENOUGH) == word_search.newest_owned({}, MOST) == {}
