"""Texts as filters compare them: as readers do, whatever the forms of their letters."""

from urllib.parse import quote

import pytest

from tests import make
from tests.lists.test_conditions import named

PEOPLE = "/contacts/people"


@pytest.fixture
def titled(client, alice):
    """The people whose job title a condition finds."""
    for name, title in (
        ("Joined", "مهندس نرم\u200cافزار"),
        ("Parted", "مهندس نرم افزار"),
        ("Whole", "مهندس نرمافزار"),
        ("Chief", "رئیس هیأت مدیرهٔ ۱۲۳"),
        ("Elected", "Élue à la Mairie d’İzmir"),
        ("Street", "Straße, Nr. 5"),
        ("Marks", "؟"),
        ("Percent", "50% %off_"),
        ("Nothing", ""),
    ):
        make.person(alice, name, job_title=title)

    return lambda condition: named(client.page(f"{PEOPLE}?where={quote('job_title.' + condition)}"))


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("has.نرم افزار", ["Joined", "Parted"]),
        ("has.نرم\u200cافزار", ["Joined", "Parted", "Whole"]),
        ("has.نرمافزار", ["Joined", "Whole"]),
        ("is.مهندس نرم افزار", ["Joined", "Parted"]),
        ("begins.مهندس نرم\u200cاف", ["Joined", "Parted", "Whole"]),
    ],
)
def test_words_joined_by_a_zero_width_non_joiner_are_found_parted_and_joined(titled, condition, names):
    assert titled(condition) == names
    if condition.startswith("is."):
        assert set(names).isdisjoint(titled(condition.replace("is.", "is_not.")))
    if condition.startswith("has."):
        assert set(names).isdisjoint(titled(condition.replace("has.", "has_not.")))


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("has.رييس هيات مديره 123", ["Chief"]),
        ("has.١٢٣", ["Chief"]),
        ("begins.رئيس هیئت", []),
        ("has.elue a la", ["Elected"]),
        ("has.d'izmir", ["Elected"]),
        ("has.İZMİR", ["Elected"]),
        ("is.STRASSE, nr. 5", ["Street"]),
        ("is.straße, nr. 5", ["Street"]),
    ],
)
def test_letters_marks_and_digits_are_the_same_in_all_their_forms(titled, condition, names):
    assert titled(condition) == names


def test_signs_are_found_as_they_are_written(titled):
    assert titled("has.؟") == ["Marks"]
    assert titled("has.%") == titled("begins.50%") == titled("has.off_") == ["Percent"]
    assert titled("has.5_%") == []
    assert titled("empty") == ["Nothing"]
    assert "Nothing" in titled("has_not.نرم افزار")
