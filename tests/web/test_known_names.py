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


# Some mend what was typed, by leaving letters out; the code of an operator is not the number, but begins it.
_MENDED = {"decrease_repeated_chars", "normalize", "remove_specials_chars"}
_BEGUN = {"getPhoneNumberPrefix", "phoneNumberDetail"}


@pytest.mark.parametrize("operation", sorted({one for one, _typed, _expected in _vectors()}))
def test_every_known_way_of_writing_persian_finds_the_others(operation):
    pairs = [(typed, meant) for one, typed, meant in _vectors() if one == operation]
    missed = [
        (typed, name)
        for typed, meant in pairs
        for typed, name in ((typed, meant), (meant, typed))
        if tokens.query(typed)
        and re.search(r"\w", name)
        and not answers(typed, *tokens.words(name), *tokens.phone_tokens(name))
    ]
    if operation in _MENDED | _BEGUN:
        assert all((name, typed) not in missed for typed, name in missed)
    else:
        assert missed == []


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
