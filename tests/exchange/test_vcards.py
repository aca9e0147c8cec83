"""Address cards of all three versions as people, folded, encoded and nested as they come."""

import pytest

from crm_app.exchange.decoding import UnreadableError
from tests.exchange.hurrying import within_seconds
from tests.exchange.importing import plan, read

pytestmark = pytest.mark.usefixtures("app")


def card(*lines, version="3.0"):
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))


def people(content):
    """Each card by the columns that hold something."""
    sheet = read(content if isinstance(content, bytes) else content.encode())
    assert sheet.layout["form"] == "vcard"
    return [
        {name: cell for name, cell in zip(sheet.header, line.cells, strict=True) if cell} for line in sheet.lines
    ]  # fmt: skip


def test_a_card_becomes_a_row_with_what_is_preferred_first():
    found = people(
        card(
            "N:Doe;John;Richter;Mr.;Sr.", "FN:John Doe", "ORG:IBM;Accounting", "TITLE:Money\\, Counter",
            "TEL;TYPE=FAX:1", "TEL;TYPE=HOME:2", "TEL;TYPE=CELL:3", "item1.EMAIL;TYPE=INTERNET:a@x.example",
            "EMAIL;TYPE=PREF:b@x.example", "CATEGORIES:vip,old", "PHOTO;VALUE=uri:http://127.0.0.1:9/x.jpg",
        )
    )  # fmt: skip

    assert found == [
        {
            "Full name": "John Doe", "First name": "John", "Last name": "Doe", "Company": "IBM",
            "Job title": "Money, Counter", "Phone": "3", "Phone 2": "2", "Phone 3": "1", "Email": "b@x.example",
            "Email 2": "a@x.example", "Tags": "vip; old",
        }
    ]  # fmt: skip


def test_quoted_printable_with_its_charset_and_soft_breaks_is_read():
    name = "=D9=85=D8=B1=DB=8C=D9=85"
    assert people(card(f"FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{name}=\r\n=20{name}", version="2.1")) == [
        {"Full name": "مریم مریم"}
    ]
    assert people(card("FN;QUOTED-PRINTABLE;CHARSET=windows-1256:=D3=C7=D1=C7", version="2.1")) == [
        {"Full name": "سارا"}
    ]


def test_raw_letters_in_another_encoding_are_read():
    assert people(card("FN:唐强", "ORG:澳柯玛", version="2.1").encode("gbk"))[0]["Full name"] == "唐强"
    assert people(card("FN:سارا رستگار").encode("utf-16"))[0]["Full name"] == "سارا رستگار"


def test_folded_lines_are_one_and_pictures_are_passed_over():
    picture = "PHOTO;ENCODING=b;TYPE=JPEG:" + "\r\n ".join(["A" * 74] * 30_000)

    found = people(card("FN:Long", "  Name", picture, "NOTE:Zürich\\nBern"))

    assert found == [{"Full name": "Long Name", "Note": "Zürich\nBern"}]
    assert people(card("FN:Long", " Name", version="2.1")) == [{"Full name": "Long Name"}]


def test_version_4_writes_numbers_as_addresses():
    tel = 'TEL;VALUE=uri;TYPE="work,voice";PREF=1:tel:+1-418-656-9254;ext=102'

    assert people(card("FN:Simon", tel, version="4.0")) == [{"Full name": "Simon", "Phone": "+1-418-656-9254 ext. 102"}]


def test_the_card_of_an_agent_is_not_a_person():
    text = card("FN:Boss", "AGENT:", "BEGIN:VCARD", "VERSION:2.1", "FN:Helper", "END:VCARD", "TEL:1", version="2.1")

    assert people(text) == [{"Full name": "Boss", "Phone": "1"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            card("FN:A") + "BEGIN:VCARD\r\nFN:cut he",
            "Row 5: the card that starts here has no end. The file may be cut off; export it again.",
        ),
        (card("FN:A", *["TEL:1"] * 5_001), "5,000 entries"),
        (card("NOTE;ENCODING=QUOTED-PRINTABLE:" + "=\r\n".join(["=41" * 25] * 2_000)), "Row 3"),
    ],
)
def test_what_goes_on_for_ever_or_has_no_end_is_refused_with_its_row(text, said):
    with pytest.raises(UnreadableError) as refused:
        people(text)

    assert said in str(refused.value)


@pytest.mark.parametrize("words", [";abcdefgh" * 40, ';"abc";"' * 40, ';"a"b"c"' * 40])
def test_a_line_of_many_words_without_a_value_is_passed_over_at_once(words):
    with within_seconds(5):
        assert people(card("FN:Sara", f"TEL{words}")) == [{"Full name": "Sara"}]


def test_cards_are_planned_as_people(olivia):
    text = card("FN:Sara Rastegar", "N:Rastegar;Sara", "EMAIL:sara@x.example", "TEL;CELL:0912") + card("N:Li;Wei")

    planned = plan("people", text, olivia)

    assert [row.facts for row in planned.rows] == [
        {"name": "Sara Rastegar", "email": "sara@x.example", "phone": "0912"}, {"name": "Wei Li"},
    ]  # fmt: skip
