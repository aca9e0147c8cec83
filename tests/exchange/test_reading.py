"""A file's bytes into rows: what is found out, what is refused, and that the row is named."""

import io
import zipfile

import pytest

from crm_app.exchange.decoding import LONGEST_LINE, UnreadableError
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.matching import known_headers
from crm_app.exchange.reading import read

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

    assert (sheet.header, sheet.lines[0].number) == (["name", "price"], 3)


def test_title_rows_above_the_header_are_passed_over():
    known = known_headers(KINDS["products"].fields)

    sheet = read(b"Price list 2026,,\n,,\nProduct,Series,Sales price\nA,B,1\n", known)

    assert sheet.header == ["Product", "Series", "Sales price"]
    assert sheet.lines[0].number == 4


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
    assert sheet.lines[0].cells[1] == "one\ntwo"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n  \n", b",,\n,,\n"])
def test_an_empty_file_is_refused(content):
    assert "empty" in refusal(content)


def test_a_header_alone_is_refused():
    assert "no rows" in refusal(b"name,price\n")


def test_a_zip_named_csv_is_refused_with_advice():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")

    said = refusal(stream.getvalue())

    assert "ZIP" in said and "CSV UTF-8" in said


@pytest.mark.parametrize("content", [b"%PDF-1.7 x", b"\x89PNG\r\n\x1a\n", b"\x1f\x8b\x08"])
def test_other_files_are_refused(content):
    assert "no CSV" in refusal(content)


def test_a_file_cut_inside_a_quoted_cell_is_refused_with_its_row_and_column():
    assert refusal(b'name,note\nA,"fine"\nB,"cut he').startswith("Row 3, column note:")


def test_a_quotation_mark_out_of_place_is_refused_with_its_row():
    assert refusal(b'name,note\nA,"x"y\nB,z\n').startswith("Row 2:")


def test_another_encoding_is_refused_with_its_row():
    assert refusal("name\nمحمد\n".encode() + "علي\n".encode("cp1256")).startswith("Row 3:")
    assert "UTF-16" in refusal("name,price\nA,1\n".encode("utf-16"))


def test_nul_characters_are_refused_with_their_row():
    assert refusal(b"name\nA\nB\0C\n").startswith("Row 3:")


def test_an_endless_line_is_refused():
    assert refusal(b"name\n" + b"x" * (LONGEST_LINE + 1)).startswith("Row 2:")
    assert refusal(b"name,note\nA," + b"x" * 200_000 + b"\n").startswith("Row 2:")


def test_200_columns_are_read_and_5000_refused():
    sheet = read((",".join(f"c{n}" for n in range(200)) + "\n" + "x," * 199 + "x\n").encode())

    assert len(sheet.header) == 200
    assert "columns" in refusal(("c," * 5000 + "c\nx\n").encode())


def test_too_many_rows_are_refused():
    assert "50,000" in refusal(b"name,price\n" + b"A,1\n" * 50_100)


def test_a_cell_that_happens_to_be_a_known_word_makes_its_row_no_header():
    sheet = read(b"Mitarbeiter;Rolle;Ort\nAnna;Manager;Bonn\n", frozenset({"manager"}))

    assert sheet.header == ["Mitarbeiter", "Rolle", "Ort"]
    assert [line.cells for line in sheet.lines] == [["Anna", "Manager", "Bonn"]]


def test_the_apostrophe_that_guards_a_cell_in_an_export_is_left_out():
    sheet = read(b"name,phone,'=note\nO'Neil,'+49 30 123,'tis\n")

    assert sheet.header == ["name", "phone", "=note"]
    assert sheet.lines[0].cells == ["O'Neil", "+49 30 123", "'tis"]
