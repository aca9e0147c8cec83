"""Which encoding a file is in, found out from its bytes alone."""

import pytest

from crm_app.exchange.encodings import detected
from tests.exchange.importing import read

pytestmark = pytest.mark.usefixtures("app")

PERSIAN = "نام,شهر,یادداشت\nسارا رستگار,تهران,پیش‌فاکتور فرستاده شد\nژاله گودرزی,چالوس,از او بپرس\nمهران,قم,۱۲\n"
ARABIC = "الاسم,المدينة\nمحمد علي,القاهرة\nفاطمة الزهراء,دمشق\nيوسف و أخوه,بيروت\n"
CHINESE = "姓名,公司,备注\n唐强,澳柯玛,一直很好喝\n朱娜丽,新能泰山,饼的味道还不错，但是太贵\n"
GERMAN = "Name;Ort;Notiz\nJürgen Groß;München;„Später“ – anrufen\nÉloïse;Orléans;\nAnna;Bonn;5 €\n"
# Windows-1256 has neither the Persian yeh nor Persian digits; files in it carry the Arabic ones.
OLD_PERSIAN = PERSIAN.replace("ی", "ي").replace("۱۲", "12").replace("ک", "ك")


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (PERSIAN, "utf-8", "utf-8"), (PERSIAN, "utf-8-sig", "utf-8"), ("name\nA\n", "ascii", "utf-8"),
        (CHINESE, "utf-16", "utf-16-le"), (PERSIAN, "utf-16-le", "utf-16-le"), (CHINESE, "utf-16-be", "utf-16-be"),
        (GERMAN, "utf-16-be", "utf-16-be"), (GERMAN, "cp1252", "cp1252"), (OLD_PERSIAN, "cp1256", "cp1256"),
        (ARABIC, "cp1256", "cp1256"), (ARABIC, "iso8859-6", "iso8859-6"), (CHINESE, "gbk", "gb18030"),
        (CHINESE + "𠮷野家,日本,㐀\n", "gb18030", "gb18030"), ("name,note\nA,it’s fine\n", "cp1252", "cp1252"),
        ("name,city\nÀ,\nB,Málaga\n", "cp1252", "cp1252"),
    ],
)  # fmt: skip
def test_the_encoding_is_found_out(tmp_path, text, encoding, found):
    path = tmp_path / "file"
    path.write_bytes(text.encode(encoding))

    assert detected(path) == found


def test_each_word_alone_is_enough_for_most(tmp_path):
    path = tmp_path / "file"
    for word, encoding, found in (
        ("München", "cp1252", "cp1252"),
        ("تهران", "cp1256", "cp1256"),
        ("北京", "gbk", "gb18030"),
    ):
        path.write_bytes(f"name\n{word}\n".encode(encoding))

        assert detected(path) == found


def test_the_letters_of_an_old_persian_file_become_persian_ones(olivia):
    from tests.exchange.importing import plan

    planned = plan("people", OLD_PERSIAN.encode("cp1256"), olivia, columns={"نام": "name"})

    assert [row.facts["name"] for row in planned.rows] == ["سارا رستگار", "ژاله گودرزی", "مهران"]


def test_a_row_in_another_encoding_is_refused_by_itself():
    content = "name,city\nسارا رستگار,تهران\nژاله,یزد\n".encode() + "علي,قم\n".encode("cp1256") + b"B,x\n"

    sheet = read(content)

    assert sheet.layout["encoding"] == "utf-8"
    assert [bool(line.problem) for line in sheet.lines] == [False, False, True, False]
    assert "UTF-8" in [line.problem for line in sheet.lines][2]


def test_a_person_may_choose_another_encoding():
    sheet = read("name\nМосква\n".encode("cp1251"), chosen={"encoding": "cp1251"})

    assert sheet.first_values(0) == ["Москва"]
