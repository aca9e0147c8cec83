"""Workbooks that no spreadsheet writes: refused or read, and never at the cost of those who use the same process."""

import tracemalloc
from contextlib import contextmanager

import pytest

from crm_app.exchange.decoding import UnreadableError
from crm_app.exchange.workbooks import sheets, values, write_out
from tests.exchange.hurrying import within_seconds
from tests.exchange.importing import read
from tests.exchange.workbooks import cell, row, texts, workbook

pytestmark = pytest.mark.usefixtures("app")

_NAMED = texts(1, "name") + texts(2, "A")


@contextmanager
def within(most):
    """What is done inside takes no more memory."""
    tracemalloc.start()
    try:
        yield
        _now, highest = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert highest < most


def test_a_shared_text_that_never_ends_is_refused_before_it_is_held():
    book = workbook(_NAMED, shared=(f"<t>{'a' * 10_000_000}</t>",))

    with within(3_000_000), pytest.raises(UnreadableError, match="damaged"):
        read(book)


def test_a_shared_text_may_not_grow_by_its_runs():
    run = f"<r><t>{'a' * 40_000}</t></r>"

    assert read(workbook(_NAMED, shared=(run * 2, run * 2))).head[0].cells == ["A"]
    with pytest.raises(UnreadableError, match="damaged"):
        read(workbook(_NAMED, shared=(run * 3,)))


def test_more_shared_texts_than_a_spreadsheet_has_are_refused(monkeypatch):
    monkeypatch.setattr(values, "_MOST_TEXTS", 100)

    assert read(workbook(_NAMED, shared=("",) * 100)).head[0].cells == ["A"]
    with pytest.raises(UnreadableError, match="damaged"):
        read(workbook(_NAMED, shared=("",) * 101))


def test_long_texts_and_numbers_are_not_remembered(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "_TEXTS_IN_MEMORY", 1 << 16)
    count, long = 80, "a" * 90_000
    rows = (
        row(number, cell(f"A{number}", number - 1, "s"), cell(f"B{number}", f"{number}{long}"))
        for number in range(1, count + 1)
    )
    path, out = tmp_path / "long.xlsx", tmp_path / "long.csv"
    path.write_bytes(workbook("".join(rows), shared=[f"<t>{place}{long}</t>" for place in range(count)]))

    with within(4_000_000):
        write_out(path, 0, out)

    assert out.read_text().splitlines()[-1] == f"{count - 1}{long},{count}{long}"


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("Smile _xD83D__xDE00_", "Smile 😀"), ("_xD83D_ alone", "\ufffd alone"), ("_xDE00__xD83D_", "\ufffd\ufffd"),
        ("_x005F_xD83D_", "_xD83D_"), ("😀 _x000A_", "😀 \n"),
    ],
)  # fmt: skip
def test_halves_of_letters_are_joined_and_those_alone_marked(written, becomes):
    shared = read(workbook(texts(1, "name") + row(2, cell("A2", 0, "s")), shared=(f"<t>{written}</t>",)))
    own = read(workbook(texts(1, "name") + row(2, cell("A2", written, "inlineStr"))))

    assert shared.head[0].cells == own.head[0].cells == [becomes]


@pytest.mark.parametrize("place", ["$B$2", "b2", "Ω2", "@2", "2", "", "R2C2", "-1"])
def test_a_cell_whose_place_nobody_can_read_comes_after_the_one_before(place):
    rows = texts(1, "name", "note") + row(2, cell("A2", "A", "inlineStr"), cell(place, "B", "inlineStr"))

    assert read(workbook(rows)).head[0].cells == ["A", "B"]


@pytest.mark.parametrize("code", ["[" * 1_000_000, "0" * 255 + "yyyy"], ids=["brackets", "noughts"])
def test_a_format_that_goes_on_for_ever_is_looked_at_no_further_than_spreadsheets_write(code):
    styles = f'<s><numFmts><numFmt numFmtId="170" formatCode="{code}"/></numFmts>'
    styles += '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></s>'
    cells = cell("A2", 42794, style=1), cell("B2", 42794, style=2)

    with within_seconds(5):
        sheet = read(workbook(texts(1, "name", "note") + row(2, *cells), parts={"xl/styles.xml": styles}))

    assert sheet.head[0].cells == ["2017-02-28", "42794"]


_AFTER_THE_LAST_DAY = row(1, cell("A1", 2_958_465, "n", 1)) + row(2, cell("A2", "1"))


@pytest.mark.parametrize(
    "book",
    [
        workbook(_AFTER_THE_LAST_DAY, properties='<workbookPr date1904="1"/>'),
        workbook(_NAMED, parts={"xl/styles.xml": '<s><cellXfs><xf numFmtId="²"/></cellXfs></s>'}),
    ],
    ids=["a day after the last one", "a format of no number"],
)  # fmt: skip
def test_what_nobody_can_make_sense_of_is_damaged(book):
    with pytest.raises(UnreadableError, match="damaged"):
        read(book)
