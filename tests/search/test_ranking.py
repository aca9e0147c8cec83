"""What comes first where more answers than can be put in order."""

import pytest

from crm_app.extensions import db
from crm_app.search import finding, ranking
from crm_app.search.opened import Key
from tests import make


@pytest.fixture
def crowd(alice, olivia, monkeypatch):
    """More companies called Optik than are weighed, the ones of interest older than all of them."""
    monkeypatch.setattr(ranking, "_WEIGHED", 4)
    monkeypatch.setattr(ranking, "_CROWD", 3)
    first = {
        "exact": make.company(alice, "Optik"),
        "mine": make.company(olivia, "Zeta Optik"),
        "opened": make.company(alice, "Yota Optik"),
        "begins": make.company(alice, "Optik 1"),
        "hers": make.company(alice, "Alpha Optik"),
    }
    other = make.user("Otto Other")
    for number in range(9):
        make.company(other, f"Crowd {number} Optik")
    return first


def names(user, text, **given):
    kinds = finding.found(user, text, **given)
    return [hit.name for kind in kinds for hit in kind.hits]


@pytest.fixture(autouse=True)
def _in_a_request(app):
    # Of a kind that may write, since the tests make their records in it.
    with app.test_request_context("/", method="POST"):
        yield


def test_exact_prefix_mine_and_opened_come_before_a_crowd_of_newer_ones(crowd, olivia):
    opened = [Key("companies", crowd["opened"].id), Key("companies", 10**8)]

    found = names(olivia, "optik", most=5, opened=opened)

    assert found[:4] == ["Optik", "Optik 1", "Zeta Optik", "Yota Optik"]
    assert len(found) == 5 and found[4].startswith("Crowd")
    assert finding.found(olivia, "optik", most=5)[0].has_more


def test_who_sees_few_of_a_crowd_finds_them_all(crowd, alice):
    assert names(alice, "optik") == ["Optik", "Optik 1", "Alpha Optik", "Yota Optik"]


def test_what_lies_in_the_bin_takes_nobodys_place(crowd, olivia):
    for number in range(6):
        make.company(olivia, f"Zulu {number} Optik").delete()
    crowd["exact"].delete()
    db.session.commit()

    found = names(olivia, "optik", most=99)

    assert "Optik" not in found and not [one for one in found if one.startswith("Zulu")]
    assert {"Optik 1", "Zeta Optik"} < set(found)


def test_what_was_opened_stands_among_a_crowd_only_if_it_answers(crowd, olivia):
    other = make.company(olivia, "Something else")

    assert "Something else" not in names(olivia, "optik", opened=[Key("companies", other.id)])


def test_a_record_that_changed_hands_is_found_by_whoever_has_it_now(crowd, alice, bob):
    crowd["hers"].change(owner=bob)
    db.session.commit()

    assert names(bob, "alpha") == ["Alpha Optik"]
    assert names(alice, "alpha") == []


def test_many_others_of_that_very_name_do_not_hide_ones_own(crowd, alice):
    other = make.user("Nora Other")
    for number in range(9):
        make.company(alice, f"Beta {number} Optik")
    for _number in range(9):
        make.company(other, "Optik")

    found = names(alice, "optik", most=5)

    assert found[:2] == ["Optik", "Optik 1"]
    assert len(found) == 5
