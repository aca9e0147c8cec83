"""Rows to SVG. The only file that knows pygal, whose output is cleaned so that our stylesheet alone dresses it.

Each chart is drawn for a wide and for a narrow frame. Values are in the unit of their measure (minor units of money,
a share for a rate) and written for the reader. A chart always stands beside its table.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import wraps
from hashlib import blake2b
from threading import Lock
from typing import Any, NamedTuple

import pygal
from markupsafe import Markup
from pygal.etree import etree

from crm_app.web import scales, svg
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _

etree.to_etree()

_KEPT = 256
_FRAMES = (("chart--wide", 640, 240), ("chart--narrow", 328, 210))
# How many intervals the wide and the narrow frame have room for.
FIRST = (10, 5)
_BARE: dict[str, Any] = {
    "js": (),
    "css": (),
    "no_prefix": True,
    "disable_xml_declaration": True,
    "explicit_size": False,
    "show_legend": False,
    "show_x_guides": False,
    "margin": 2,
    "truncate_label": -1,
}


class _Quick:
    """A chart of pygal whose attributes are looked up once, not four times over: a fifth of its drawing."""

    def __getattribute__(self, name: str) -> Any:
        state = object.__getattribute__(self, "__dict__").get("state")
        if state is not None and name in state.__dict__ and name != "state" and not name.startswith("__"):
            return state.__dict__[name]
        return object.__getattribute__(self, name)


# Their names are those of classes in the drawing.
_Bar, _StackedBar, _Line, _XY = (
    type(kind.__name__, (_Quick, kind), {}) for kind in (pygal.Bar, pygal.StackedBar, pygal.Line, pygal.XY)
)
_drawn: OrderedDict[str, Markup] = OrderedDict()
_lock = Lock()
Point = tuple[float, float]


def _bare() -> dict[str, Any]:
    return _BARE | {"no_data_text": _("Nothing yet")}


class Series(NamedTuple):
    """One line, or one colour of bars: a value for each label; None leaves a gap."""

    name: str
    values: Sequence[float | None]


class Interval(NamedTuple):
    """A rate and how sure it is; `is_dim` where the sample is too small to lean on."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    is_dim: bool = False


_NO_BAR = Interval("", None, None, None)


def _remembered(draw: Callable[..., Markup]) -> Callable[..., Markup]:
    """Equal rows for equal readers are drawn once in this process: a drawing costs 15 to 25 ms."""

    @wraps(draw)
    def remembering(*args: Any, **options: Any) -> Markup:
        traits = (reader.language, reader.digits, reader.currency, reader.shows_toman)
        text = repr((draw.__name__, args, sorted(options.items()), traits))
        key = blake2b(text.encode(), digest_size=16).hexdigest()
        with _lock:
            if key in _drawn:
                _drawn.move_to_end(key)
                return _drawn[key]
        drawing = draw(*args, **options)
        with _lock:
            _drawn[key] = drawing
            while len(_drawn) > _KEPT:
                _drawn.popitem(last=False)
        return drawing

    return remembering


@_remembered
def pace(
    actual: Sequence[Point],
    projected: Sequence[Point],
    target: Sequence[Point],
    before: Sequence[Point],
    *,
    length: int,
    labels: Sequence[tuple[int, str]],
    unit: str,
    title: str,
    summary: str,
    today: str = "",
) -> Markup:
    """Day by day: what was reached, where it lands, what the target asks, last period behind. Points are (day, value).

    `today` names the day of the last actual point; it is empty when the period is over.
    """
    series = (actual, projected, target, before)
    top = max((value for points in series for _day, value in points), default=0)

    def drawing(width: int, height: int, step: int) -> Any:
        chart = _XY(**_bare(), width=width, height=height, show_dots=False, xrange=(0, length))
        chart.x_labels = [{"label": text, "value": day} for day, text in labels[::step]]
        _scale(chart, top, unit)
        for points in series:
            chart.add("", list(points))
        chart.xml_filters = [lambda root: svg.mark_last(root, today)] if actual else []
        return chart

    return _frames(drawing, "chart--pace", title, summary)


@_remembered
def bars(
    labels: Sequence[str], series: Sequence[Series], *, unit: str, title: str, summary: str, over_time: bool = True
) -> Markup:
    """Groups of bars side by side, a group for each label; time runs the same way in every language, kinds do not."""
    top = scales.highest([part.values for part in series])
    return _bars(_Bar, labels, series, top, unit, title, summary, are_kinds=not over_time)


@_remembered
def stacked(labels: Sequence[str], series: Sequence[Series], *, unit: str, title: str, summary: str) -> Markup:
    """Bars made of parts that add up to a whole, a bar for each label."""
    columns = zip(*[part.values for part in series], strict=True)
    top = max((sum(value or 0 for value in column) for column in columns), default=0)
    return _bars(_StackedBar, labels, series, top, unit, title, summary)


@_remembered
def lines(labels: Sequence[str], series: Sequence[Series], *, unit: str, title: str, summary: str) -> Markup:
    def drawing(width: int, height: int, step: int) -> Any:
        chart = _Line(**_bare(), width=width, height=height, show_dots=len(labels) < 25, dots_size=2)
        chart.x_labels = scales.thinned(labels, width)
        _scale(chart, scales.highest([part.values for part in series]), unit)
        for line in series:
            chart.add(line.name, list(line.values))
        return chart

    return _frames(drawing, "chart--lines", title, summary, [line.name for line in series])


@_remembered
def with_intervals(rows: Sequence[Interval], *, title: str, summary: str, are_people: bool = False) -> Markup:
    """A bar for each row with a whisker over its interval; each frame has room for the FIRST few."""
    top = max((row.value or 0 if row.high is None else row.high for row in rows), default=0)

    def drawing(width: int, height: int, step: int) -> Any:
        shown = rows[: FIRST[step - 1]]
        # A bar alone would fill the whole frame.
        shown = [_NO_BAR, *shown, _NO_BAR] if len(shown) == 1 else shown
        options = _bare() | {"print_values": True, "print_values_position": "top"}
        chart = _Bar(**options, width=width, height=height, rounded_bars=2)
        chart.x_labels = scales.in_one_form([row.label for row in shown], width, are_people=are_people)
        chart.value_formatter = lambda value: scales.written(value, "rate", 1)
        _scale(chart, top, "rate")
        chart.add("", [_interval(row) for row in shown])
        chart.xml_filters = [svg.with_whiskers, *([svg.mirrored] if reader.direction == "rtl" else [])]
        return chart

    return _frames(drawing, _side("chart--intervals", reader.direction == "rtl"), title, summary)


@_remembered
def spark(values: Sequence[float | None], *, title: str) -> Markup:
    """A small line without axes; its last point is marked."""
    options = _BARE | {"margin": 4, "spacing": 0, "show_x_labels": False, "show_y_labels": False}
    chart = _Line(**options, width=120, height=36, show_dots=False, show_y_guides=False)
    known = [value for value in values if value is not None]
    chart.range = (0, max(known, default=0) or 1)
    chart.add("", list(values))
    chart.xml_filters = [lambda root: svg.mark_last(root, "")]
    return _rendered(chart, "chart chart--spark", title, "")


def _side(kind: str, is_mirrored: bool) -> str:
    return f"{kind} chart--mirrored" if is_mirrored else kind


def _bars(kind: Any, labels, series, top, unit, title, summary, are_kinds: bool = False) -> Markup:
    is_mirrored = are_kinds and reader.direction == "rtl"

    def drawing(width: int, height: int, step: int) -> Any:
        # The months between two names go without saying, a kind between two others does not.
        leans = are_kinds and scales.thinned(labels, width) != list(labels)
        chart = kind(**_bare(), margin_bottom=52 if leans else 2, width=width, height=height, rounded_bars=2)
        chart.x_labels = scales.leaning(labels, width) if leans else scales.thinned(labels, width)
        chart.value_formatter = lambda value: scales.written(value, unit)
        _scale(chart, top, unit)
        for part in series:
            chart.add(part.name, list(part.values) if top else [])
        chart.xml_filters = [svg.leaning] * leans + [svg.mirrored] * is_mirrored
        return chart

    return _frames(drawing, _side("chart--bars", is_mirrored), title, summary, [part.name for part in series])


def _interval(row: Interval) -> dict[str, Any] | None:
    if row.value is None:
        return None
    known = {"ci": {"low": row.low, "high": row.high}} if row.low is not None else {}
    return {"value": row.value, "node": {"class": "rect dim" if row.is_dim else "rect"}, **known}


def _frames(drawing, kind: str, title: str, summary: str, names: Sequence[str] = ()) -> Markup:
    """The same rows for both frames; the stylesheet shows the one that fits."""
    return Markup("").join(
        _rendered(drawing(width, height, step), f"chart {kind} {frame}", title, summary, names)
        for step, (frame, width, height) in enumerate(_FRAMES, 1)
    )


def _rendered(chart: Any, classes: str, title: str, summary: str, names: Sequence[str] = ()) -> Markup:
    chart.xml_filters = [
        *(chart.xml_filters or []),
        lambda root: svg.cleaned(root, classes, title, summary, names),
    ]
    return Markup(chart.render(is_unicode=True))  # noqa: S704 - a tree of our own, its texts escaped


def _scale(chart: Any, top: float, unit: str) -> None:
    guides = scales.guides(top, unit)
    chart.range = (0, guides[-1] or 1)
    chart.y_labels = [{"label": scales.written(value, unit), "value": value} for value in guides]
