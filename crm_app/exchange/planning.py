"""Rows and their mapping into a plan: what each row will become, or why it is refused. Nothing here writes."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from crm_app.exchange import cells
from crm_app.exchange.cells import CellError
from crm_app.exchange.fields import Field
from crm_app.exchange.kinds.kind import Kind, Problem, Row
from crm_app.exchange.matching import Suggestion
from crm_app.exchange.reading import Line, Sheet
from crm_app.web import formats
from crm_app.web.reader import reader
from crm_app.web.text import clean

_MOST_WARNINGS = 20
# No name that a text could stand for is longer.
_LONGEST_ASKED = 200


class MappingError(ValueError):
    """The columns cannot stand for what they are said to; the message says why."""


@dataclass(frozen=True)
class Matches:
    """`columns`: header -> field; `units`: header -> what one unit counts; `values`: field -> text -> its meaning.

    The meaning of a text is the name of a record or word; an empty one leaves the cell out.
    """

    columns: Mapping[str, str]
    units: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass
class Question:
    """A text that names nothing exactly, in how many rows it stands, and what it may mean."""

    field: Field
    column: str
    text: str
    rows: int
    suggestion: Suggestion | None


@dataclass
class Plan:
    kind: Kind
    sheet: Sheet
    rows: list[Row]
    columns: list[tuple[str, Field]]
    questions: list[Question]
    warnings: list[str]

    @property
    def counts(self) -> Counter[str]:
        return Counter(row.becomes for row in self.rows)

    @property
    def fine(self) -> int:
        return len(self.rows) - self.counts["refused"] - self.counts["skipped"]

    @property
    def refused(self) -> list[Row]:
        return [row for row in self.rows if row.problems]

    @property
    def digest(self) -> str:
        """Equal for two plans that do the same to the same records: what was shown is what may be written.

        What an update writes over counts too: somebody else may have written it since.
        """
        told = hashlib.sha256()
        for row in self.rows:
            changes = sorted((name, str(before)) for name, (before, _after) in row.changes.items())
            told.update(repr((row.number, row.becomes, row.known and row.known["id"], changes)).encode())
            if row.becomes in ("create", "update"):
                told.update(repr(sorted((name, str(value)) for name, value in row.facts.items())).encode())
        told.update(repr(self.kind.notes).encode())
        return told.hexdigest()


def plan(kind: Kind, sheet: Sheet, mapping: Matches, progress: Callable[[int], None] = lambda rows: None) -> Plan:
    """Raises MappingError. `progress` is told now and then how many rows have been read."""
    columns = columns_of(kind.fields, sheet, mapping)
    reader = _Reader(kind, mapping, columns)
    kind.mapped = frozenset(field.key for _position, _header, field in columns)
    kind.header_of = {field.key: header for _position, header, field in columns}
    kind.meet(lambda key: reader.texts(sheet, key))
    rows, seen = [], _Seen()
    for count, line in enumerate(sheet.lines, 1):
        row = reader.row(line)
        if not row.problems:
            kind.settle(row)
        if not row.problems:
            kind.find(row)
            seen.check(kind, row)
        if row.known and not row.problems:
            kind.meet_existing(row)
        rows.append(row)
        if count % 500 == 0:
            progress(count)
    kind.finish(rows)
    shown = [(header, field) for _position, header, field in columns]
    return Plan(kind, sheet, rows, shown, reader.questions(), [*sheet.warnings, *reader.warnings()])


def columns_of(fields: Sequence[Field], sheet: Sheet, mapping: Matches) -> list[tuple[int, str, Field]]:
    """Position, header and field of each column that is imported. Raises MappingError."""
    known = {field.key: field for field in fields}
    taken: dict[str, str] = {}
    columns = []
    for position, header in enumerate(sheet.header):
        key = mapping.columns.get(header, "")
        if key not in known:
            continue
        if key in taken:
            both = {"field": known[key].label, "first": taken[key], "second": header}
            text = _("Two columns go to “%(field)s”: %(first)s and %(second)s. Leave one of them out.", **both)
            raise MappingError(text)
        taken[key] = header
        columns.append((position, header, known[key]))
    missing = [str(field.label) for field in fields if field.required and field.key not in taken]
    if missing or not columns:
        names = missing[0] if missing else str(fields[0].label)
        raise MappingError(_("No column of the file goes to “%(field)s”; it is needed.", field=names))
    return columns


class _Reader:
    """Reads lines into rows and collects what it could not look up."""

    def __init__(self, kind: Kind, mapping: Matches, columns: list[tuple[int, str, Field]]):
        self._kind, self._mapping, self._columns = kind, mapping, columns
        self._asked: dict[tuple[str, str], Question] = {}
        self._formulas: list[tuple[int, str]] = []
        # A file says the same few things thousands of times; each is read once.
        self._read: dict[tuple[str, str], Any] = {}

    def row(self, line: Line) -> Row:
        row = Row(line.number, line.cells)
        if line.problem:
            row.problems.append(Problem("", line.problem))
            return row
        for position, header, column in self._columns:
            text = line.cells[position].strip()
            if text and cells.is_formula(text):
                self._formulas.append((line.number, header))
            key = (column.key, text)
            try:
                if key not in self._read:
                    self._read[key] = self._value(column, header, text)
                row.values[column.key] = self._read[key]
            except CellError as error:
                row.problems.append(Problem(header, str(error)))
        return row

    def texts(self, sheet: Sheet, key: str) -> list[str]:
        """The cells of the column that goes to a field, as they are meant; rows that do not fit left out."""
        for position, _header, column in self._columns:
            if column.key == key:
                meant = self._mapping.values.get(key, {})
                texts = (clean(line.cells[position]) for line in sheet.lines if not line.problem)
                return [meant.get(text, text) for text in texts]
        return []

    def questions(self) -> list[Question]:
        return sorted(self._asked.values(), key=lambda asked: (asked.column, -asked.rows, asked.text))

    def warnings(self) -> list[str]:
        if not self._formulas:
            return []
        places = [
            _("row %(row)s, column %(column)s", row=formats.num(row), column=column)
            for row, column in self._formulas[:_MOST_WARNINGS]
        ]
        places += ["…"] if len(self._formulas) > _MOST_WARNINGS else []
        return [_("Cells that begin like a formula are kept as text: %(places)s.", places="; ".join(places))]

    def _value(self, column: Field, header: str, text: str) -> Any:
        if column.to:
            return self._looked_up(column, header, clean(text))
        if not text:
            return self._nothing(column)
        assert column.read is not None
        value = column.read(text)
        if value == "":
            # Marks that nobody sees are no text either.
            return self._nothing(column)
        return value * self._mapping.units.get(header, 1) if column.is_money else value

    def _looked_up(self, column: Field, header: str, text: str) -> Any:
        meaning = self._mapping.values.get(column.key, {}).get(text, text)
        if not meaning:
            return self._nothing(column)
        lookup = self._kind.lookups[column.to]
        entry = lookup.find(meaning)
        if entry is not None:
            return entry
        if lookup.all_named(meaning):
            raise CellError(_("More than one here is called “%(text)s”.", text=cells.short(meaning)))
        said = self._kind.say_unknown(column, cells.short(meaning))
        suggestion = self._asked_about(column, header, text, meaning) if len(text) <= _LONGEST_ASKED else None
        if suggestion:
            said += reader.space + _("Perhaps “%(name)s” is meant.", name=suggestion.entry.name)
        raise CellError(said)

    def _asked_about(self, column: Field, header: str, text: str, meaning: str) -> Suggestion | None:
        """The suggestion for a text; looked for once, however many rows hold it."""
        asked = self._asked.get((column.key, text))
        if asked is None:
            asked = Question(column, header, text, 0, self._kind.lookups[column.to].suggest(meaning))
            self._asked[column.key, text] = asked
        asked.rows += 1
        return asked.suggestion

    @staticmethod
    def _nothing(column: Field) -> None:
        if column.required:
            raise CellError(_("The cell is empty; “%(field)s” is needed.", field=column.label))


class _Seen:
    """Which row spoke of which record first: the second one is refused."""

    def __init__(self) -> None:
        self._rows: dict[Any, int] = {}

    def check(self, kind: Kind, row: Row) -> None:
        name = next((name for name in kind.identities if kind.identity(name, row.facts)), None)
        keys: list[Any] = [(name, kind.identity(name, row.facts))] if name else []
        keys += [("id", row.known["id"])] if row.known else []
        for key in keys:
            if (first := self._rows.setdefault(key, row.number)) != row.number:
                column = kind.header_of.get((name or "").partition("_and_")[0], "")
                if key[0] in kind.header_of:
                    text = _("The same as in row %(row)s; each row needs its own.", row=formats.num(first))
                else:
                    text = _("The same as in row %(row)s, by what tells them apart.", row=formats.num(first))
                row.problems.append(Problem(column, text))
                return
