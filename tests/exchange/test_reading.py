"""A file into rows: what is found out, what is refused, and that the row is named."""

import tracemalloc

import pytest

from crm_app.exchange import decoding, reading
from crm_app.exchange.decoding import LONGEST_LINE, UnreadableError
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.matching import known_headers
from crm_app.exchange.reading import reopened
from tests.exchange.hurrying import within_seconds
from tests.exchange.importing import read

pytestmark = pytest.mark.usefixtures("app")


def refusal(content):
    with pytest.raises(UnreadableError) as refused:
        read(content)
    return str(refused.value)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_separator_mark_and_line_ends_are_found_out(separator, mark, newline):
    lines = [separator.join(cells) for cells in (["name", "price"], ["GTX Pro", "4821"], ["MG, Special", "55"])]
    if separator == ",":
        lines[2] = '"MG, Special",55'

    sheet = read(mark + newline.join(lines).encode())

    assert sheet.header == ["name", "price"]
    assert [line.cells for line in sheet.lines] == [["GTX Pro", "4821"], ["MG, Special", "55"]]
    assert [line.number for line in sheet.lines] == [2, 3]


def test_the_line_that_names_the_separator_is_left_out():
    sheet = read(b"sep=;\nname;price\nA;1\n")

    assert (sheet.header, sheet.head[0].number) == (["name", "price"], 3)


def test_title_rows_above_the_header_are_passed_over():
    known = known_headers(KINDS["products"].fields)

    sheet = read(b"Price list 2026,,\n,,\nProduct,Series,Sales price\nA,B,1\n", known)

    assert sheet.header == ["Product", "Series", "Sales price"]
    assert sheet.head[0].number == 4


def test_a_file_without_header_gets_numbered_columns():
    sheet = read(b"Acme,1996,a@acme.example\nOther,1997,b@acme.example\n")

    assert sheet.header == ["Column 1", "Column 2", "Column 3"]
    assert len(sheet.lines) == 2


def test_equal_headers_are_told_apart_and_said():
    sheet = read(b"name,phone,phone\nA,1,2\n")

    assert sheet.header == ["name", "phone", "phone (2)"]
    assert "phone" in sheet.warnings[0]


def test_a_ragged_row_is_marked_and_trailing_empty_cells_are_not_minded():
    sheet = read(b"name,price\nA,1,,\nB\nC,1,2\n")

    assert [bool(line.problem) for line in sheet.lines] == [False, True, True]


def test_line_breaks_inside_quotes_belong_to_the_cell_and_rows_count_as_in_a_spreadsheet():
    sheet = read(b'name,note\n"A","one\ntwo"\n\nB,x\n')

    assert [line.number for line in sheet.lines] == [2, 4]
    assert sheet.head[0].cells[1] == "one\ntwo"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n  \n", b",,\n,,\n"])
def test_an_empty_file_is_refused(content):
    assert "empty" in refusal(content)


def test_a_header_alone_is_refused():
    assert "no rows" in refusal(b"name,price\n")


@pytest.mark.parametrize("content", [b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n", b"\x1f\x8b\x08", bytes(range(1, 32)) * 9])
def test_other_files_are_refused(content):
    assert "not a table" in refusal(content)


def test_a_file_cut_inside_a_quoted_cell_is_refused_with_its_row_and_column():
    assert refusal(b'name,note\nA,"fine"\nB,"cut he').startswith("Row 3, column note:")


def test_a_fault_in_the_last_of_many_rows_is_named():
    assert refusal(b"name,note\n" + b"A,xxxxxxxxxxxxxxx\n" * 150_000 + b'B,"cut').startswith(
        "Row 150,002, column note:"
    )


def test_a_quotation_mark_out_of_place_is_refused_with_its_row():
    assert refusal(b'name,note\nA,"x"y\nB,z\n').startswith("Row 2:")


def test_a_row_with_nul_characters_is_refused_and_the_others_are_not():
    sheet = read(b"name,note\nA,x\nB\0C,y\nD,z\n")

    assert [(line.number, "NUL" in line.problem) for line in sheet.lines] == [(2, False), (3, True), (4, False)]
    assert "\0" not in sheet.head[1].cells[0]


def test_an_endless_line_is_refused():
    assert refusal(b"name\n" + b"x" * (LONGEST_LINE + 1)).startswith("Row 2:")
    assert refusal(b"name,note\nA," + b"x" * 200_000 + b"\n").startswith("Row 2:")


def test_a_row_that_goes_on_for_ever_over_many_lines_is_refused():
    assert refusal(b"name,note\n" + b'"x\n",' * 500_000).startswith("Row 2:")


def test_a_line_far_longer_than_any_row_is_refused_without_being_held(tmp_path):
    path = tmp_path / "endless"
    with path.open("wb") as file:
        file.write(b"name,note\n")
        file.truncate(300_000_000)
        file.seek(20)
        file.write(b"x" * 5_000_000)

    tracemalloc.start()
    with pytest.raises(UnreadableError, match="Row 2"):
        reading.read(path)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 30_000_000


def test_200_columns_are_read_and_5000_refused():
    sheet = read((",".join(f"c{n}" for n in range(200)) + "\n" + "x," * 199 + "x\n").encode())

    assert len(sheet.header) == 200
    assert "columns" in refusal(("c," * 5000 + "c\nx\n").encode())


def test_rows_are_read_again_and_again_and_counted_without_reading():
    sheet = read(b"name,price\n" + b"A,1\n" * 60_000)

    assert len(sheet.lines) == 60_000
    assert sum(1 for _line in sheet.lines) == sum(1 for _line in sheet.lines) == 60_000


def test_a_last_row_that_only_adds_up_is_left_out_and_said():
    report = b"Sales 2026,,\nAs of today,,\nTour,Group,Seats\nA,B,3\nC,D,4\n,,\nTotal,,7\n"

    sheet = read(report)

    assert sheet.header == ["Tour", "Group", "Seats"]
    assert [line.number for line in sheet.lines] == [4, 5] and len(sheet.lines) == 2
    assert "Row 7" in sheet.warnings[0]


def test_a_company_called_total_is_no_sum():
    assert len(read(b"name,country\nAcme,Spain\nTotal,France\n").lines) == 2
    assert len(read(b"name\nAcme\nTotal\n").lines) == 2


def test_a_last_row_that_almost_adds_up_is_told_from_a_sum_at_once():
    with within_seconds(5):
        sheet = read(f"name,size\nAcme,3\nTotal,{'1' * 100_000}x\n".encode())

    assert len(sheet.lines) == 2


def test_a_person_may_say_which_row_names_the_columns_and_what_parts_the_cells():
    content = b"a;b,c\nname;price,x\nA;1,2\n"

    assert read(content, chosen={"separator": ";", "header_row": 2}).header == ["name", "price,x"]
    assert read(content, chosen={"separator": ";", "header_row": None}).header == ["Column 1", "Column 2"]


def test_a_sheet_is_opened_again_by_its_layout_alone(tmp_path):
    path = tmp_path / "file"
    path.write_bytes("sep=;\nنام;شهر\nسارا;یزد\n".encode("utf-16"))
    first = reading.read(path)

    again = reopened(path, first.layout)

    assert (again.header, list(again.lines)) == (first.header, list(first.lines)) == (
        ["نام", "شهر"], [(3, ["سارا", "یزد"], "")],
    )  # fmt: skip


def test_a_cell_that_happens_to_be_a_known_word_makes_its_row_no_header():
    sheet = read(b"Mitarbeiter;Rolle;Ort\nAnna;Manager;Bonn\n", frozenset({"manager"}))

    assert sheet.header == ["Mitarbeiter", "Rolle", "Ort"]
    assert [line.cells for line in sheet.lines] == [["Anna", "Manager", "Bonn"]]


def test_the_apostrophe_that_guards_a_cell_in_an_export_is_left_out():
    sheet = read(b"name,phone,'=note\nO'Neil,'+49 30 123,'tis\n")

    assert sheet.header == ["name", "phone", "=note"]
    assert sheet.head[0].cells == ["O'Neil", "+49 30 123", "'tis"]


def test_whoever_waits_gets_a_turn_every_thousand_lines_of_a_long_file(monkeypatch):
    rows, turns = 5_500, []
    monkeypatch.setattr(decoding.time, "sleep", lambda seconds: turns.append(seconds))

    sheet = read("name,price\n" + "Lamp,1\n" * rows)
    turns.clear()

    assert len(list(sheet.lines)) == rows
    assert len(turns) == 6 and 0 < max(turns) < 0.001
