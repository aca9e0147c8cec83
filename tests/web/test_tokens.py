"""Whatever somebody types in any script finds the names that mean it, and means nothing to a database but words."""

import pytest

from crm_app.web import tokens

ZWNJ = "\u200c"


def answers(typed, *held):
    """What both databases are asked, asked of the tokens themselves."""
    asked = tokens.query(typed)

    def holds(term):
        return any(one.startswith(term.token) if term.is_beginning else one == term.token for one in held)

    return bool(asked) and all(any(all(map(holds, terms)) for terms in group) for group in asked.groups)


def named(typed, name):
    return answers(typed, *tokens.words(name))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("hal", "Anna Halbach"),
        ("halbach ann", "Anna Halbach"),
        ("ØRSTED", "Ørsted Énergie"),
        ("energie", "Ørsted Énergie"),
        ("obrien", "O'Brien"),
        ("o'brien", "O’Brien & Sons"),
        ("hl7", "HL-7"),
        ("HL-7", "hl7"),
        ("كشاورزي", "کشاورزی بهار"),
        ("مسافت ۹کیلومتر", "مسافت 9 کیلومتر"),
        (f"می{ZWNJ}خواهم", "کیمیا می خواهم"),
        ("می خواهم", f"کیمیا می{ZWNJ}خواهم"),
        ("میخواهم", f"کیمیا می{ZWNJ}خواهم"),
        ("نرمافزار", "نرم افزار پیوند"),
        ("بزرگ تر", "بزرگتر"),
        ("حذف اعراب", "حَذفِ اِعراب"),
        ("光", "北京光学有限公司"),
        ("光学", "北京光学有限公司"),
        ("京光学有", "北京光学有限公司"),
        ("王小明", "王小明"),
        ("ａｃｍｅ", "Acme"),
        ("北京 acme", "北京Acme有限公司"),
        ("شرکت 123", "شرکت ۱۲۳"),
        ("とうきょう", "とうきょうタワー"),
        ("سلاممم دوستان", "سلام دوستان"),
        ("Goooogle", "Google"),
        ("Pleeease", "Please Ltd"),
        ("AAA", "AAA Motors"),
        ("پیامبر اکرم ﷺ", "پیامبر اکرم"),
        ("پیامبر اکرم", "پیامبر اکرم ﷺ"),
        ("ﷺ", "پیامبر اکرم ﷺ"),
    ],
)
def test_a_name_is_found_by_its_words_however_they_are_typed(typed, name):
    assert named(typed, name)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("bach", "Anna Halbach"),
        ("anna smith", "Anna Halbach"),
        ("学京", "北京光学有限公司"),
        ("北学", "北京光学有限公司"),
        ("%", "100 %"),
        ("_", "a_b"),
        ("*", "Star * Trek"),
        ("", "Acme"),
        ("؟", "Acme"),
        ("aaa", "Abbott"),
        ("Louis XVIII", "Louis XVI"),
        ("1112", "12"),
    ],
)
def test_what_stands_inside_a_word_or_is_no_word_finds_nothing(typed, name):
    assert not named(typed, name)


@pytest.mark.parametrize(
    ("number", "typed"),
    [
        ("0912 345 6789", ["6789", "3456789", "۶۷۸۹", "0912 345 6789", "345-6789", "0912345", "+98 912 345 6789"]),
        ("+98 (0)912-345-6789", ["09123456789", "00989123456789", "989123456789", "+98912", "9123456789", "٦٧٨٩"]),
        ("+49 221 3918 4420", ["39 18", "0221 3918", "+49 221 3918 4420", "221/3918", "39184420"]),
        ("+49 30 1234567", ["+49 (0)30 1234567", "030 1234567", "0049301234567", "1234567"]),
        ("138 0013 8000", ["13800138000", "138 0013", "8000", "+86 138 0013 8000"]),
        ("021 88776655 و ۰۹۱۲۱۱۱۲۲۳۳", ["88776655", "0912 111 2233", "2233"]),
        ("1888", ["1888"]),
    ],
)  # fmt: skip
def test_a_number_is_found_as_it_is_dialled_and_by_its_last_digits(number, typed):
    held = set(tokens.phone_tokens(number))

    assert [one for one in typed if not answers(one, *held)] == []
    assert not answers("9999", *held)


def test_an_address_is_found_whole_and_by_its_parts():
    mail = set(tokens.email_tokens("Anna.Maria@Mail.Halbach.example"))
    site = set(tokens.site_tokens("https://www.halbach-optik.example/de/Labor"))

    for typed in (
        "anna",
        "maria",
        "annamaria",
        "anna.maria@mail",
        "@mail.halbach",
        "halbach",
        "anna.maria@mail.halbach.example",
    ):
        assert answers(typed, *mail), typed
    for typed in ("halbach", "optik", "www.halbach-optik.example", "https://halbach-optik.example/en", "labor"):
        assert answers(typed, *site), typed
    assert not answers("anna@mail", *mail) and not answers("example", *mail)
    assert not set(tokens.email_tokens("")) - {""} and not set(tokens.site_tokens("")) - {""}


@pytest.mark.parametrize(
    "typed",
    ['"x" OR *', "a' | 'b", "x:* & !y", "{words} : NEAR(a b)", "a\0b", "^a + b", "\\", "-a NOT b", "\ue0001", "🎉 x"],
)
def test_signs_of_a_query_language_are_never_part_of_a_token(typed):
    asked = tokens.query(typed)

    for term in (term for group in asked.groups for terms in group for term in terms):
        assert term.token.isalnum(), term
    assert all(token.isalnum() for token in tokens.words(typed))


def test_a_long_text_is_asked_for_by_its_beginning():
    assert len(tokens.query("word " * 5_000).groups) <= 16
    assert len(tokens.query("王小明" * 5_000).groups) <= 16
    assert all(len(token) <= 64 for token in tokens.words("a" * 5_000 + "-b"))
    assert named("a" * 5_000, "a" * 5_000)


def test_tokens_that_are_no_words_cannot_be_typed():
    own = tokens.standing(7, is_binned=False), tokens.standing(None, is_binned=True)

    assert len(own) == 2
    for typed in (*own, "7", "acme"):
        assert not answers(typed, *own), typed


def test_a_number_that_begins_with_a_plus_is_one_number():
    """Its parts begin so many other numbers that looking for those too takes longer than all else."""
    assert [len(one) for (group,) in [tokens.query("+49 30 1234").groups] for one in group] == [1, 1, 1]
    assert len(tokens.query("30 1234").groups[0][-1]) == 2
