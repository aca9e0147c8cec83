"""An answer as a tree, read strictly: what a browser would mend in silence is told instead."""

import re
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import TreeBuilder

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_RAW = {"script", "style", "textarea", "title"}
_RAW_ENDS = {tag: re.compile(f"</{tag}", re.I) for tag in _RAW}
_NOT_INSIDE_ITSELF = {"a", "button", "form", "label", "option", "select"}
# What ends a paragraph by beginning.
_BLOCKS = {
    "address", "article", "aside", "blockquote", "details", "dialog", "div", "dl", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "main", "menu",
    "nav", "ol", "p", "pre", "search", "section", "table", "ul",
}  # fmt: skip
_CELLS = {"td", "th", "template"}
_ROWS = {"tr", "template"}
# Whatever else stands there is put outside by a browser, or dropped.
_ONLY = {
    "table": {"caption", "colgroup", "thead", "tbody", "tfoot", "template", "tr"},
    "thead": _ROWS,
    "tbody": _ROWS,
    "tfoot": _ROWS,
    "tr": _CELLS,
    "select": {"option", "optgroup", "hr"},
}
_ATTRIBUTE = r"""[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?"""
_TAG = re.compile(rf"<!--.*?-->|<!doctype html>|<(/?)([a-z][a-z0-9-]*)((?:\s+{_ATTRIBUTE})*)\s*(/?)>", re.S | re.I)
_PARTS = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")


def read(html: str, *, is_page: bool):
    """The root, and sentences about what a browser would have had to mend."""
    reader = _Reader(html)
    if not is_page:
        reader.tree.start("html", {})
        reader.tree.start("body", {})
    reader.read()
    if not is_page:
        reader.tree.end("body")
        reader.tree.end("html")
    return reader.tree.close(), reader.found


@lru_cache(maxsize=20_000)
def _attributes(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Values by name, and the names that stand there twice; kept, as most tags stand on many pages."""
    values: dict[str, str] = {}
    twice = []
    for name, double, single, bare in _PARTS.findall(text):
        name = name.lower()
        if name in values:
            twice.append(name)
            continue
        value = double or single or bare
        values[name] = unescape(value) if "&" in value else value
    return values, tuple(twice)


class _Reader:
    def __init__(self, html):
        self.html, self.tree, self.open, self.found = html, TreeBuilder(), [], []

    def read(self):
        place = 0
        while token := _TAG.search(self.html, place):
            start, end = token.span()
            if start > place:
                self._text(place, start)
            place = end
            closing, tag, attributes, itself = token.groups()
            if not tag:
                continue
            tag = tag.lower()
            if closing:
                self._end(tag, start)
            else:
                self._start(tag, attributes, itself)
                if tag in _RAW and not itself:
                    place = self._raw(tag, place)
        if place < len(self.html):
            self._text(place, len(self.html))
        while self.open:
            self.found.append(f"<{self.open[-1]}> is never closed")
            self.tree.end(self.open.pop())

    def _text(self, start, end):
        text = self.html[start:end]
        if "<" in text:
            self.found.append(f"a < that begins nothing at line {self._line(start)}: {text.strip()[:60]}")
        inside = self.open[-1] if self.open else None
        if inside in _ONLY and not text.isspace():
            self.found.append(f"text in <{inside}> at line {self._line(start)}")
        if self.open or not text.isspace():
            self.tree.data(unescape(text) if "&" in text else text)

    def _start(self, tag, attributes, itself):
        values, twice = _attributes(attributes)
        self.found += [f"{name} twice on <{tag}>" for name in twice]
        self._fits(tag)
        self.tree.start(tag, values.copy())
        if itself or tag in _VOID:
            self.tree.end(tag)
        else:
            self.open.append(tag)

    def _fits(self, tag):
        inside = self.open[-1] if self.open else None
        if inside in _ONLY and tag not in _ONLY[inside]:
            self.found.append(f"<{tag}> in <{inside}>")
        if tag in _NOT_INSIDE_ITSELF and tag in self.open:
            self.found.append(f"<{tag}> in <{tag}>")
        if tag in _BLOCKS and "p" in self.open:
            self.found.append(f"<{tag}> in <p>")

    def _raw(self, tag, start):
        closing = _RAW_ENDS[tag].search(self.html, start)
        end = closing.start() if closing else len(self.html)
        text = self.html[start:end]
        if tag == "textarea":
            text = text.removeprefix("\n")
        self.tree.data(text if tag in ("script", "style") else unescape(text))
        return end

    def _end(self, tag, place):
        if tag in _VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.found.append(f"</{tag}> closes {self.open[-1:]} at line {self._line(place)}")
        if tag in self.open:
            while self.open:
                last = self.open.pop()
                self.tree.end(last)
                if last == tag:
                    break

    def _line(self, place):
        return self.html.count("\n", 0, place) + 1
