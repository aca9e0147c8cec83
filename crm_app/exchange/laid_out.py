"""What a page shows of how a file was read: what was found out, a sample to judge it by, and what else it may be."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from crm_app.exchange.encodings import ENCODINGS
from crm_app.exchange.reading import Sheet
from crm_app.exchange.records import SEPARATORS
from crm_app.web.formats import num
from crm_app.web.text import clean
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

_SEPARATOR_LABELS = {",": _l("comma"), ";": _l("semicolon"), "\t": _l("tab"), "|": _l("vertical bar")}
_MOST_SAMPLES = 6
_LONGEST_SAMPLE = 40
_LONGEST_HEADER = 40


class Choice(NamedTuple):
    value: str
    label: Any
    is_chosen: bool


class Question(NamedTuple):
    """Something about the layout that may be otherwise: a list to choose from."""

    name: str
    label: Any
    choices: list[Choice]


class LaidOut(NamedTuple):
    """`sample` holds texts with letters beyond ASCII: whether they read rightly shows whether the encoding is right."""

    questions: list[Question]
    sample: list[str]


def of(sheet: Sheet) -> LaidOut:
    form = sheet.layout.get("form", "csv")
    questions = []
    if form == "xlsx" and len(sheet.layout["tables"]) > 1:
        questions.append(_asked("table", _("Sheet"), dict(enumerate(sheet.layout["tables"])), sheet.layout["table"]))
    if form != "xlsx":
        questions.append(_asked("encoding", _("Encoding"), ENCODINGS, sheet.layout["encoding"]))
    if form == "csv":
        separators = {one: _SEPARATOR_LABELS.get(one, one) for one in (*SEPARATORS, sheet.layout["separator"])}
        questions.append(_asked("separator", _("Separator"), separators, sheet.layout["separator"]))
    if form != "vcard":
        questions.append(_asked("header_row", _("Column names"), _headers(sheet), _said(sheet.layout)))
    return LaidOut(questions, _sample(sheet) if form != "xlsx" else [])


def _asked(name: str, label: str, choices: Mapping[Any, Any], chosen: Any) -> Question:
    return Question(name, label, [Choice(str(value), text, value == chosen) for value, text in choices.items()])


def _said(layout: Mapping[str, Any]) -> int:
    return layout["header_row"] or 0


def _headers(sheet: Sheet) -> dict[int, str]:
    """The rows in which the names may stand; nothing (0) for a file without."""
    shown = {
        number: _("Row %(row)s: %(cells)s", row=num(number), cells=_short(cells)) for number, cells in sheet.first_rows
    }
    return shown | {0: _("None: number the columns")}


def _short(cells: list[str]) -> str:
    """Kept apart from the words around it, whichever way either runs: a list takes no markup."""
    told = _(", ").join(clean(cell) for cell in cells if cell.strip())
    told = told if len(told) <= _LONGEST_HEADER else told[: _LONGEST_HEADER - 1] + "…"
    return f"\u2068{told}\u2069"


def _sample(sheet: Sheet) -> list[str]:
    found: dict[str, None] = {}
    for cells in (sheet.header, *(line.cells for line in sheet.head)):
        for cell in cells:
            if not cell.isascii() and len(found) < _MOST_SAMPLES:
                found.setdefault(cell.strip()[:_LONGEST_SAMPLE])
    return list(found)


def chosen(sent: Mapping[str, str], layout: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen, as far as it is among the choices."""
    answers: dict[str, Any] = {}
    if sent.get("encoding") in ENCODINGS:
        answers["encoding"] = sent["encoding"]
    separator = sent.get("separator", "")
    if separator in (*SEPARATORS, layout.get("separator")):
        answers["separator"] = separator
    for name in ("table", "header_row"):
        said = sent.get(name, "")
        if said.isascii() and said.isdigit() and len(said) < 9:
            answers[name] = int(said)
    if answers.get("table", layout.get("table")) != layout.get("table"):
        # The rows of another sheet are others.
        answers.pop("header_row", None)
    if answers.get("header_row") == 0:
        answers["header_row"] = None
    return answers
