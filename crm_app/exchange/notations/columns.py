"""How the columns of a file write their days and amounts: proven by all cells or told by a person, never guessed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from crm_app.exchange import cells
from crm_app.exchange.fields import Field
from crm_app.exchange.notations import days, numbers
from crm_app.exchange.reading import Sheet

_OF = {"day": days.NOTATIONS, "number": numbers.NOTATIONS, "": ()}
NOTATIONS = (*days.NOTATIONS, *numbers.NOTATIONS)
_MOST_REMEMBERED = 50_000
_SEEN: dict[str, Callable[[], Any]] = {"day": days.Seen, "number": numbers.Seen}


class Asked(NamedTuple):
    """A column whose cells can be read in several ways: those ways, some of its cells, and the one that counts.

    `chosen` is empty while nobody has said and nothing proves it.
    """

    column: str
    what: str
    choices: list[str]
    samples: list[str]
    chosen: str


def what_of(field: Field) -> str:
    """`day`, `number`, or nothing for fields that are written in one way only."""
    if field.read is cells.day:
        return "day"
    return "number" if field.read is cells.amount else ""


def asked_of(
    fields: Sequence[Field],
    sheet: Sheet,
    columns: Mapping[str, str],
    told: Mapping[str, str],
    alive: Callable[[], None] = lambda: None,
    recalled: Collection[str] = (),
) -> list[Asked]:
    """Look through the columns of days and amounts, all in one reading; those that need no word left out.

    What was told of an earlier file counts for the `recalled` columns, unless the cells of this one prove otherwise.
    """
    by_key = {field.key: field for field in fields}
    looked_at = []
    for place, header in enumerate(sheet.header):
        field = by_key.get(columns.get(header, ""))
        if field and (what := what_of(field)):
            looked_at.append((place, header, what, _SEEN[what](), set[str]()))
    if looked_at:
        for line in sheet.lines.told(alive):
            for place, _header, _what, seen, known in looked_at:
                text = line.cells[place].strip() if not line.problem else ""
                if text and text not in known:
                    seen.take(text)
                    if len(known) < _MOST_REMEMBERED:
                        known.add(text)
    return [
        Asked(header, what, seen.choices, seen.samples, _chosen(told.get(header, ""), seen, header in recalled))
        for _place, header, what, seen, _known in looked_at
        if seen.samples or header in recalled
    ]


def _chosen(told: str, seen: Any, is_recalled: bool) -> str:
    is_disproved = is_recalled and seen.proven
    return told if told in seen.choices and not is_disproved else seen.proven


def settled(asked: Sequence[Asked]) -> dict[str, str]:
    """Header -> notation, of the columns that have one."""
    return {one.column: one.chosen for one in asked if one.chosen}


def read(field: Field, text: str, notation: str) -> Any:
    """A cell as its column is written, as far as that was said of a field of this kind. Raises CellError."""
    assert field.read is not None
    if notation in _OF[what_of(field)]:
        return field.read(text, notation)
    return field.read(text)


def preview(asked: Sequence[Asked]) -> list[dict[str, Any]]:
    """What a person is asked, as plain JSON: each way with what some cells come to in it."""
    tell: dict[str, Any] = {"day": days, "number": numbers}
    return [
        {
            "column": one.column,
            "what": one.what,
            "chosen": one.chosen,
            "choices": [
                {
                    "value": notation,
                    "label": str(tell[one.what].LABELS[notation]),
                    "examples": [[text, tell[one.what].told(text, notation)] for text in one.samples],
                }
                for notation in one.choices
            ],
        }
        for one in asked
        if one.samples
    ]
