"""Every text is there in Persian and Chinese, with the same blanks to fill in."""

import re

import pytest

from tests import translations

_BLANK = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def texts():
    return translations.texts()


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_no_text_is_left_in_english(texts, language):
    catalogue = translations.catalogue(language)
    missing = []
    for text in texts:
        known = catalogue.get(text.id if isinstance(text.id, str) else text.id[0], text.context) if text.id else None
        strings = (known.string if isinstance(known.string, tuple) else (known.string,)) if known else ()
        if text.id and (not strings or not all(strings) or known.fuzzy):
            missing.append(text.id)

    assert not missing, f"{len(missing)} texts to translate: {missing[:5]}"


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_translations_fill_in_the_same_blanks(texts, language):
    for message in translations.catalogue(language):
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            blanks = set(_BLANK.findall(ids[-1]))
            for string in filter(None, strings):
                assert set(_BLANK.findall(string)) <= blanks | {"num"}, message.id
                assert blanks - set(_BLANK.findall(string)) <= {"num", "count"}, message.id


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_catalogues_hold_no_text_that_nobody_uses(texts, language):
    used = {text.id for text in texts}
    unused = [message.id for message in translations.catalogue(language) if message.id and message.id not in used]

    assert not unused, unused[:5]


def test_persian_is_written_with_persian_letters():
    for message in translations.catalogue("fa"):
        for string in message.string if isinstance(message.string, tuple) else (message.string,):
            assert not re.search("[يك]", string or ""), f"Arabic letters in {string}"
