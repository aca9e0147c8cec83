"""Statements are made once whatever is asked for, and find what was asked for all the same."""

import pytest
from flask import g

from crm_app.extensions import db
from crm_app.pipeline import queries
from crm_app.web.later import narrowed
from tests import make


@pytest.fixture
def deals(alice, bob):
    make.deal(alice, "Of Alice", source="Fair")
    make.deal(bob, "Of Bob", source="Fair")
    make.deal(bob, "Sought out", source="Web")
    return queries.visible_to(make.user("Olivia Owen", role="owner"))


def in_a_request_of_its_own():
    g.pop("given_later", None)


def titles(deals):
    return sorted(deal.title for deal in db.session.scalars(deals))


def test_a_statement_is_the_same_for_whatever_owner(deals, alice, bob):
    of_alice = queries.having(deals, owner=alice.id)
    assert titles(of_alice) == ["Of Alice"]

    in_a_request_of_its_own()
    of_bob = queries.having(deals, owner=bob.id)

    assert of_bob is of_alice
    assert titles(of_bob) == ["Of Bob", "Sought out"]


def test_what_is_asked_for_at_once_holds_at_once(deals, bob):
    assert titles(queries.having(deals, owner=bob.id, source="Fair", product=None)) == ["Of Bob"]

    in_a_request_of_its_own()
    assert titles(queries.having(deals, owner=bob.id, source="Web", product=None)) == ["Sought out"]


def test_two_owners_may_be_asked_for_in_one_request(deals, alice, bob):
    of_alice, of_bob = queries.having(deals, owner=alice.id), queries.having(deals, owner=bob.id)

    assert titles(of_bob) == ["Of Bob", "Sought out"]
    assert titles(of_alice) == ["Of Alice"]
    assert titles(queries.having(of_bob, owner=alice.id)) == []


def test_nothing_asked_for_leaves_all(deals):
    assert queries.having(deals, owner=None, source="") is deals
    assert narrowed(deals, {}) is deals


def test_a_statement_with_the_same_owner_written_into_it_leaves_the_other_as_it_is(deals, alice, bob):
    """SQLAlchemy keeps what it compiled of either, and would else take the one for the other."""
    db.engine.clear_compiled_cache()
    queries.having(deals, owner=alice.id)
    assert titles(queries.having(deals, owner=bob.id)) == ["Of Bob", "Sought out"]

    in_a_request_of_its_own()
    assert titles(queries.having(deals, owner=alice.id)) == ["Of Alice"]
