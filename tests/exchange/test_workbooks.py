"""Workbooks as tables: cells as their types say, the right sheet, and nothing that unpacks to harm."""

import io
import time
import tracemalloc
import zipfile

import pytest

from crm_app.exchange.decoding import UnreadableError
from tests.exchange.importing import read
from tests.exchange.workbooks import cell, row, texts, workbook

pytestmark = pytest.mark.usefixtures("app")


def refusal(content):
    with pytest.raises(UnreadableError) as refused:
        read(content)
    return str(refused.value)


def values(*cells, **options):
    """What the cells of a row come to, each in a column of its own."""
    letters = "ABCDEFGHIJ"[: len(cells)]
    placed = (cell(f"{letter}2", *one) for letter, one in zip(letters, cells, strict=True))
    sheet = read(workbook(texts(1, *(f"name {letter}" for letter in letters)) + row(2, *placed), **options))
    return sheet.head[0].cells


def test_numbers_days_and_texts_are_as_their_cells_say():
    assert values(("1.0",), ("0123", "inlineStr"), (43466, "n", 1), ("43466.5", "n", 2), (2.5, "n", 3)) == [
        "1", "0123", "2019-01-01", "2019-01-01 12:00:00", "2.5",
    ]  # fmt: skip
    assert values(("1.1000000000000001",), ("1E+15",), ("-3E-05",), ("989121234567",), ("0.5", "n", 1)) == [
        "1.1", "1000000000000000", "-0.00003", "989121234567", "12:00:00",
    ]  # fmt: skip
    assert values(("1", "b"), ("#N/A", "e"), ("2019-01-01T00:00:00", "d"), ("سلام", "str")) == [
        "TRUE", "#N/A", "2019-01-01", "سلام",
    ]  # fmt: skip


def test_a_decimal_number_is_never_taken_for_a_grouped_one():
    assert values(("1.234",), ("1234.567",)) == ["1.2340", "1234.567"]


def test_days_count_from_1904_where_the_workbook_says_so():
    assert values((42004, "n", 1), properties='<workbookPr date1904="1"/>') == ["2019-01-01"]


def test_shared_texts_come_whole_and_without_their_pronunciation():
    shared = (
        "<t>plain</t>",
        "<r><t>two </t></r><r><t>runs</t></r>",
        "<t>唐</t><rPh><t>tang</t></rPh>",
        "<t>a_x000A_b</t>",
    )

    assert values((0, "s"), (1, "s"), (2, "s"), (3, "s"), (99, "s"), shared=shared) == [
        "plain", "two runs", "唐", "a\nb", "",
    ]  # fmt: skip


def test_rows_keep_their_numbers_and_missing_cells_are_empty():
    rows = texts(2, "name", "price", "note") + texts(4, "A", "1") + row(9, cell("C9", "x", "inlineStr"))

    sheet = read(workbook(rows))

    assert [(line.number, line.cells, line.problem) for line in sheet.lines] == [
        (4, ["A", "1", ""], ""), (9, ["", "", "x"], ""),
    ]  # fmt: skip


def test_the_first_sheet_in_sight_with_rows_is_read_and_another_may_be_chosen():
    book = workbook(
        ("Secret", texts(1, "name") + texts(2, "S")), ("Cover", texts(1, "Report")),
        ("Deals", texts(1, "name") + texts(2, "A")), ("Old", texts(1, "name") + texts(2, "B")), hidden=("Secret",),
    )  # fmt: skip

    sheet = read(book)

    assert (sheet.layout["tables"], sheet.layout["table"]) == (["Cover", "Deals", "Old", "Secret"], 1)
    assert sheet.first_values(0) == ["A"]
    assert read(book, chosen={"table": 2}).first_values(0) == ["B"]


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE worksheet SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_what_asks_for_things_from_outside_is_refused(prolog):
    assert "external content" in refusal(workbook(texts(1, "name") + texts(2, "&x;"), prolog=prolog))


def test_a_bomb_is_refused_at_once_and_without_unpacking_it():
    bomb = workbook(texts(1, "name"), parts={"xl/media/image1.png": b"\0" * 70_000_000})
    assert len(bomb) < 100_000

    begun = time.process_time()
    tracemalloc.start()
    said = refusal(bomb)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "66 MB" in said
    assert time.process_time() - begun < 1 and most < 10_000_000


def test_ten_thousand_entries_are_refused():
    assert "unpacks" in refusal(workbook(texts(1, "name"), parts={f"x/{number}": b"" for number in range(2_001)}))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (texts(1, "name") + row(2, cell("A2", "x" * 120_000, "inlineStr")), "Row 2"),
        (texts(1, "name") + row(2, cell("ZZZ2", "x", "inlineStr")), "Row 2"),
        (texts(1, "name") + row(9_000_000, cell("A9000000", "x", "inlineStr")), "damaged"),
        (texts(1, "name") + f'<row r="2"><c r="A2" x="{"y" * 6_000_000}"/></row>', "damaged"),
        (texts(1, "name") + "<row", "damaged"),
        (texts(1, "name") + row(2, "<c/>" * 16_385), "Row 2"),
        ("", "empty"),
    ],
)
def test_what_no_spreadsheet_writes_is_refused(rows, said):
    assert said in refusal(workbook(rows))


def test_a_cut_off_file_and_other_zip_files_are_refused_with_advice():
    whole = workbook(texts(1, "name") + texts(2, "A"))
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("readme.txt", "x")

    assert "damaged" in refusal(whole[: len(whole) // 2])
    assert "XLSX" in refusal(other.getvalue()) and "ZIP" in refusal(other.getvalue())
    assert "password" in refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)


def test_a_price_list_in_a_workbook_is_planned_like_any_file(olivia):
    from tests.exchange.importing import plan

    book = workbook(texts(1, "product", "price") + row(2, cell("A2", "GTX", "inlineStr"), cell("B2", "1.5")))

    assert plan("products", book, olivia).rows[0].facts["price_amount"] == 150
