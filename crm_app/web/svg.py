"""Tidying an SVG drawing: no script, style, id or comment is left; its class names are for our stylesheet."""

import re
from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

_DROPPED = frozenset({"script", "style", "title", "desc", "defs", ""})
_COORDINATES = ("d", "x", "y", "width", "height", "transform", "cx", "cy", "r", "rx", "ry")
_FINE = re.compile(r"(\.\d)\d+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def cleaned(root: Any, classes: str, title: str, summary: str, names: Sequence[str] = ()) -> Any:
    """Name the drawing for screen readers, strip all that a strict policy forbids. `names` are those of its series."""
    for series in root.iter("g"):
        number = re.search(r"\bserie-(\d+)", series.get("class", ""))
        if number:
            _keep_hints(series, names[int(number[1])] if int(number[1]) < len(names) else "")
    _strip(root)
    root.attrib.pop("id", None)
    root.attrib.update({"class": classes, "role": "img", "direction": "ltr", "aria-label": title})
    for index, (tag, text) in enumerate(part for part in (("title", title), ("desc", summary)) if part[1]):
        element = ElementTree.Element(tag)
        element.text = text
        root.insert(index, element)
    return root


def mark_last(root: Any, note: str) -> Any:
    """In the first line of a drawing: the area under it, its last point, and the instant of that point if named."""
    line = next((path for path in root.iter("path") if path.get("class", "").startswith("line reactive")), None)
    plot = next((group for group in root.iter("g") if group.get("class") == "plot"), None)
    if line is None or plot is None:
        return root
    numbers = [float(number) for number in _NUMBER.findall(line.get("d", ""))]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    if not points:
        return root
    floor = _floor(plot)
    around = " ".join(f"{x:.1f} {y:.1f}" for x, y in points)
    area = {"class": "area", "d": f"M{points[0][0]:.1f} {floor:.1f} L{around} L{points[-1][0]:.1f} {floor:.1f} Z"}
    series = next(group for group in plot if line in list(group))
    series.insert(0, ElementTree.Element("path", area))
    _mark_point(plot, points[-1], floor, note)
    return root


def with_whiskers(root: Any) -> Any:
    """A halo under each whisker, which would drown in its bar, and what a bar is worth above it."""
    tops = {}
    for whisker in [group for group in root.iter("g") if group.get("class") == "ci"]:
        numbers = [float(number) for number in _NUMBER.findall(whisker[0].get("d", ""))]
        tops[round(numbers[0], 1)] = min(numbers[1::2])
        whisker.insert(0, ElementTree.Element("path", {"class": "halo", "d": whisker[0].get("d", "")}))
    for text in (text for text in root.iter("text") if "value" in text.get("class", "").split()):
        top = tops.get(round(float(text.get("x", "0")), 1))
        if top is not None:
            text.set("y", f"{min(top - 5, float(text.get('y', '0'))):.1f}")
    return root


def leaning(root: Any) -> Any:
    """Names along the axis, each aslant with its end under its bars."""
    axis = next(group for group in root.iter("g") if group.get("class", "").startswith("axis x"))
    for text in axis.iter("text"):
        text.set("transform", f"rotate(-45 {text.get('x')} {text.get('y')})")
    return root


def mirrored(root: Any) -> Any:
    """Begun at the other side, for kinds that a right-to-left page lists that way; its texts still read as written."""
    for text in root.iter("text"):
        leaning = text.get("transform", "").replace("rotate(-", "rotate(")
        text.set("transform", f"translate({2 * float(text.get('x', '0')):.1f} 0) scale(-1 1) {leaning}".rstrip())
    width = root.get("viewBox").split()[2]
    turned = ElementTree.Element("g", {"transform": f"translate({width} 0) scale(-1 1)"})
    turned.extend(list(root))
    for child in list(root):
        root.remove(child)
    root.append(turned)
    return root


def _mark_point(plot: Any, point: tuple[float, float], floor: float, note: str) -> None:
    x, y = (f"{number:.1f}" for number in point)
    marks = ElementTree.SubElement(plot, "g", {"class": "marks color-0"})
    if note:
        width = float(plot[0].get("width", "0"))
        side = {"text-anchor": "end", "x": f"{point[0] - 6:.1f}"}
        if point[0] < width / 2:
            side = {"text-anchor": "start", "x": f"{point[0] + 6:.1f}"}
        ElementTree.SubElement(marks, "line", {"class": "today", "x1": x, "x2": x, "y1": "0", "y2": f"{floor:.1f}"})
        ElementTree.SubElement(marks, "text", {"class": "today-label", "y": "10", **side}).text = note
    ElementTree.SubElement(marks, "circle", {"class": "point", "cx": x, "cy": y, "r": "4"})


def _floor(plot: Any) -> float:
    """Where the axis of zero runs; the foot of the plot if there is none."""
    axis = next((group for group in plot if group.get("class", "").startswith("axis y")), ())
    for path in (path for guide in axis for path in guide.iter("path")):
        if "guide" not in path.get("class", "").split():
            return float(_NUMBER.findall(path.get("d", ""))[1])
    return float(plot[0].get("height", "0"))


def _keep_hints(series: Any, name: str) -> None:
    """What was told to a script about a bar becomes its title, which a mouse can rest on."""
    for group in series.iter("g"):
        told = {child.get("class"): child.text or "" for child in group if child.tag == "desc"}
        if "value" in told:
            texts = (told.get("x_label", ""), name, told["value"])
            hint = ElementTree.SubElement(group, "hint")
            hint.text = " · ".join(text for text in texts if text)


def _strip(element: Any) -> None:
    for child in list(element):
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag in _DROPPED or "tooltip-overlay" in child.get("class", ""):
            element.remove(child)
            continue
        for name in ("id", "style"):
            child.attrib.pop(name, None)
        if "class" in child.attrib:
            child.set("class", child.get("class").replace(" reactive", "").replace(" tooltip-trigger", ""))
        for name in _COORDINATES:
            if name in child.attrib:
                child.set(name, _FINE.sub(r"\1", child.get(name)))
        _strip(child)
        if tag == "hint":
            child.tag = "title"
        elif tag == "g" and not len(child):
            element.remove(child)
