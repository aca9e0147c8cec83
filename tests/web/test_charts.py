"""Charts as they stand in a page: clean, named, written for the reader, drawn once."""

import xml.etree.ElementTree as ET

import pytest

from crm_app.web import charts, scales
from crm_app.web.charts import Interval, Series
from crm_app.web.reader import Reader, read_as

NAMED = {"unit": "money", "title": "Won value", "summary": "€400"}


@pytest.fixture(autouse=True)
def _reader(app):
    read_as(Reader(currency="EUR"))
    charts._drawn.clear()


def drawings():
    return [
        charts.pace(
            [(0, 0), (1, 100_00), (2, 400_00)],
            [(2, 400_00), (30, 900_00)],
            [(0, 0), (30, 800_00)],
            [(0, 0), (30, 700_00)],
            length=30,
            labels=[(0, "1 Nov"), (30, "30 Nov")],
            today="Today, 2 Nov",
            **NAMED,
        ),
        charts.bars(["New", "Proposal"], [Series("Value", [1, 2]), Series("Weighted", [1, None])], **NAMED),
        charts.stacked(["Jan", "Feb"], [Series("North", [1, 2]), Series("South", [3, 4])], **NAMED),
        charts.lines(["Jan", "Feb"], [Series("North", [1, None])], **NAMED),
        charts.with_intervals(
            [Interval("Mina", 0.6, 0.5, 0.7), Interval("Bo", None, None, None)], title="a", summary="b"
        ),
        charts.spark([1, None, 3], title="Last periods"),
    ]


def each_svg():
    for drawing in drawings():
        yield from ET.fromstring(f"<div>{drawing}</div>")


def test_a_chart_has_no_script_style_id_or_comment():
    for drawing in drawings():
        for forbidden in ("<script", "<style", "style=", " id=", "<!--", "http://www.w3.org/1999/xlink"):
            assert forbidden not in drawing


def test_a_chart_is_an_image_with_a_name():
    for svg in each_svg():
        assert svg.get("role") == "img"
        assert svg.get("aria-label")
        assert svg[0].tag.endswith("title") and svg[0].text == svg.get("aria-label")


def test_a_chart_runs_from_left_to_right_in_every_language():
    assert all(svg.get("direction") == "ltr" for svg in each_svg())


def test_charts_come_in_two_widths_but_a_spark_in_one():
    pace, *others, spark = drawings()
    for drawing in (pace, *others):
        assert "chart--wide" in drawing and "chart--narrow" in drawing
    assert spark.count("<svg") == 1


def test_the_series_of_the_pace_chart_keep_their_order():
    pace = drawings()[0]
    assert [pace.index(f"serie-{number}") for number in range(4)] == sorted(
        pace.index(f"serie-{number}") for number in range(4)
    )
    assert "Today, 2 Nov" in pace and 'class="today"' in pace and 'class="area"' in pace


def test_the_axis_is_written_in_the_readers_digits():
    read_as(Reader(language="fa", digits="persian", currency="EUR"))
    bars = charts.bars(["یک"], [Series("ارزش", [250_000_00])], **NAMED)
    assert "۲۵۰" in bars
    assert "250" not in bars


def test_a_bar_tells_its_value_when_pointed_at():
    bars = charts.bars(["New"], [Series("Value", [1234_00])], **NAMED)
    assert "<title>New · Value · €1,234</title>" in bars


def test_text_of_people_cannot_become_markup():
    bars = charts.bars(["<b>&"], [Series("</svg><script>", [1])], **NAMED)
    assert "<script" not in bars
    assert "&lt;b&gt;" in bars


def test_no_values_at_all_still_make_a_chart():
    assert "<svg" in charts.pace([], [], [], [], length=30, labels=[(0, "1"), (30, "30")], **NAMED)
    assert "<svg" in charts.bars([""], [Series("", [0])], **NAMED)
    assert "<svg" in charts.with_intervals([], title="a", summary="b")
    assert "<svg" in charts.spark([None], title="a")


def test_a_whisker_stands_over_an_interval():
    rows = [Interval("Mina", 0.6, 0.5, 0.7), Interval("Bo", 0.2, 0.0, 0.8, is_dim=True)]
    drawing = charts.with_intervals(rows, title="a", summary="b")
    assert 'class="ci"' in drawing
    assert 'class="rect dim"' in drawing


def test_equal_rows_are_drawn_once_for_equal_readers():
    first = charts.spark([1, 2], title="a")
    assert charts.spark([1, 2], title="a") is first
    assert charts.spark([1, 3], title="a") is not first
    read_as(Reader(language="fa", digits="persian"))
    assert charts.spark([1, 2], title="a") is not first


def test_only_the_latest_drawings_are_kept():
    for number in range(charts._KEPT + 5):
        charts.spark([number, 1], title="a")
    assert len(charts._drawn) == charts._KEPT


@pytest.mark.parametrize(("top", "unit"), [(0, "money"), (7, "count"), (0.4, "rate"), (1, "rate"), (10**15, "money")])
def test_guides_stand_at_round_values_and_hold_the_highest(top, unit):
    drawing = charts.bars(["a"], [Series("", [top])], **NAMED | {"unit": unit})
    assert 2 <= drawing.split("chart--narrow")[0].count('class="guides"') <= 8


def test_people_stand_on_an_axis_in_one_form():
    long = ["Maureen Marcano", "Hayden Neloms", "Jonathan Berthelot"]
    assert scales.in_one_form(long, 640, are_people=True) == long
    assert scales.in_one_form(long, 328, are_people=True) == ["Maureen M.", "Hayden N.", "Jonathan B."]
    assert scales.in_one_form(long * 3, 640, are_people=True)[:3] == ["Maureen", "Hayden", "Jonathan"]


def test_what_is_no_person_is_not_written_like_one():
    assert scales.in_one_form(["Summer Sewald’s team", "South"], 280) == ["Summer Sewald’…", "South"]
    assert scales.in_one_form(["Summer Sewald’s team"] * 6, 640)[0] == "Summer Sewal…"


def test_periods_named_with_their_years_are_left_out_rather_than_cut():
    months = [f"{month} 2025" for month in ("Jul", "Aug", "Sep", "Oct", "Nov", "Dec")]
    assert scales.thinned(months, 640) == months
    assert scales.thinned(months, 328) == ["Jul 2025", "", "Sep 2025", "", "Nov 2025", ""]


def test_chinese_labels_take_twice_the_room_of_latin_ones():
    quarters = [f"202{number // 4}年第{number % 4 + 1}季度" for number in range(24)]

    shown = [label for label in scales.thinned(quarters, 328) if label]

    assert len(shown) == 3
    assert scales.thinned(quarters[:5], 328).count("") == 2


def test_a_bar_with_an_interval_has_its_rate_above_and_a_halo_under_its_whisker():
    drawing = charts.with_intervals(
        [Interval("Mina", 0.625, 0.5, 0.7), Interval("Bo", 0.2, 0, 0.8)], title="", summary=""
    )
    assert drawing.count("62.5%</text>") == 2
    assert drawing.count('class="halo"') == 4


def test_kinds_begin_where_the_reader_begins_but_time_runs_one_way():
    read_as(Reader(language="fa", currency="EUR"))
    values = [Series("", [1, 2])]
    assert "chart--mirrored" in charts.bars(["a", "b"], values, over_time=False, **NAMED)
    assert "chart--mirrored" in charts.with_intervals([Interval("a", 0.5, 0.4, 0.6)], title="", summary="")
    assert "chart--mirrored" not in charts.bars(["a", "b"], values, **NAMED)
    assert "chart--mirrored" not in charts.stacked(["a", "b"], values, **NAMED)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_each_kind_is_named_at_its_bars_however_many_there_are_and_time_now_and_then(language):
    read_as(Reader(language, currency="EUR"))
    labels = [f"Stage {letter}" for letter in "ABCDEFGHIJKL"]
    values = [Series("", [1] * 12)]

    kinds, times = (charts.bars(labels, values, over_time=time, **NAMED) for time in (False, True))

    for frame in ET.fromstring(f"<div>{kinds}</div>"):
        texts = [element.text for element in frame.iter() if element.tag.endswith("text")]
        assert [text for text in texts if text in labels] == labels
    assert 0 < sum(f">{label}<" in times for label in labels) < 12
