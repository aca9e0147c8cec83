"""Names as others have collected them, in three scripts: each way of writing one finds the others."""

import csv
import re

import pytest

from crm_app.web import tokens
from tests.conftest import DATA
from tests.web.test_tokens import answers, named

NAMES = DATA / "intl_names"


def _vectors():
    with (NAMES / "fa_normalisation_vectors.csv").open(encoding="utf-8") as file:
        return [(row["operation"], row["input"] or "", row["expected"] or "") for row in csv.DictReader(file)]


# These take a part out of a number instead of writing it in another way: the part finds the number, never the reverse.
_TAKEN_OUT = {"getPhoneNumberPrefix", "phoneNumberDetail"}


def _finds(typed, name):
    return answers(typed, *tokens.words(name), *tokens.phone_tokens(name))


@pytest.mark.parametrize("operation", sorted({one for one, _typed, _expected in _vectors()} - _TAKEN_OUT))
def test_every_known_way_of_writing_persian_finds_the_others(operation):
    pairs = [(typed, meant) for one, typed, meant in _vectors() if one == operation]
    both_ways = pairs + [(meant, typed) for typed, meant in pairs]
    missed = [
        (typed, name)
        for typed, name in both_ways
        if tokens.query(typed) and re.search(r"\w", name) and not _finds(typed, name)
    ]
    assert missed == []


@pytest.mark.parametrize("operation", sorted(_TAKEN_OUT))
def test_the_code_of_an_operator_finds_its_numbers_and_a_number_does_not_find_the_code(operation):
    pairs = [(number, code) for one, number, code in _vectors() if one == operation and code.isdigit()]
    assert all(_finds(code, number) and not _finds(number, code) for number, code in pairs)


def test_every_name_of_three_scripts_is_found_by_its_beginning():
    for path in NAMES.glob("fa_persian-names_*.txt"):
        for name in filter(None, path.read_text(encoding="utf-8").split("\n")):
            other = name.replace("ی", "ي").replace("ک", "ك").upper()
            assert named(name, f"Dr. {name} x"), name
            assert named(other, name) and named(name[:2], name), name
    for row in (NAMES / "zh_family_names_1k.csv").read_text(encoding="utf-8").split("\n")[1:]:
        if family := row.partition(",")[0]:
            assert named(family, f"{family}小明") and named(f"{family}小", f"{family}小明"), family
            assert not named(f"{family}明", f"{family}小明"), family
