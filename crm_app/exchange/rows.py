"""Lines of a file into rows, by what its columns and values are said to mean; and what could not be looked up."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_app.exchange import cells
from crm_app.exchange.cells import CellError
from crm_app.exchange.fields import Field
from crm_app.exchange.kinds.kind import Kind, Problem, Row
from crm_app.exchange.matching import Suggestion
from crm_app.exchange.notations import columns as notated
from crm_app.exchange.reading import Line, Sheet
from crm_app.exchange.sources import Source
from crm_app.web import formats
from crm_app.web.reader import reader
from crm_app.web.text import clean
from crm_app.web.texts import gettext as _

_MOST_WARNINGS = 20
# No name that a text could stand for is longer.
_LONGEST_ASKED = 200
# What spreadsheets show, and write into files, where a formula has no result.
_NO_RESULTS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#ERROR!"}
# What is remembered of a file has its limits: the file has none.
_MOST_ASKED = 2_000
_MOST_REMEMBERED = 50_000


@dataclass(frozen=True)
class Matches:
    """`columns`: header -> field; `units`: header -> what one unit counts; `values`: field -> text -> its meaning.

    The meaning of a text is the name of a record or word; an empty one leaves the cell out. `notations`: header -> how
    its days or amounts are written.
    """

    columns: Mapping[str, str]
    units: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notations: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Question:
    """A text that names nothing exactly, in how many rows it stands, and what it may mean."""

    field: Field
    column: str
    text: str
    rows: int
    suggestion: Suggestion | None


class RowReader:
    """Reads lines into rows and collects what it could not look up."""

    def __init__(self, kind: Kind, mapping: Matches, sources: Sequence[Source]):
        self._kind, self._mapping, self._sources = kind, mapping, sources
        self._asked: dict[tuple[str, str], Question] = {}
        self._formulas: list[tuple[int, str]] = []
        # A file says the same few things thousands of times; each is read once, as its column writes it.
        self._read: dict[tuple[str, str], Any] = {}

    def prime(self, lines: Sequence[Line]) -> None:
        """Let the kind know what the texts of these lines name."""
        if len(self._read) > _MOST_REMEMBERED:
            self._read.clear()
        texts: dict[str, set[str]] = {}
        for position, header, column in (one for source in self._sources for one in source.columns):
            if column.to:
                found = {line.cells[position].strip() for line in lines if not line.problem}
                meant = self._mapping.values.get(column.key, {})
                wanted = {meant.get(text := clean(cell), text) for cell in found if (header, cell) not in self._read}
                texts.setdefault(column.to, set()).update(wanted - {""})
        self._kind.prime(texts)

    def row(self, line: Line) -> Row:
        row = Row(line.number, line.cells)
        if line.problem:
            row.problems.append(Problem("", line.problem))
            return row
        for source in self._sources:
            position, header, column = source.column_in(line.cells)
            if source.has_several:
                row.headers[column.key] = header
            text = line.cells[position].strip()
            if text and cells.is_formula(text) and len(self._formulas) <= _MOST_WARNINGS:
                self._formulas.append((line.number, header))
            key = (header, text)
            try:
                if key not in self._read:
                    self._read[key] = self._value(column, header, text)
                row.values[column.key] = self._read[key]
            except CellError as error:
                row.problems.append(Problem(header, str(error)))
        return row

    def texts(self, sheet: Sheet, key: str, alive: Callable[[], None]) -> Iterator[str]:
        """The cells that count for a field, as they are meant; rows that do not fit left out."""
        for source in self._sources:
            if source.field.key == key:
                meant = self._mapping.values.get(key, {})
                for line in sheet.lines.told(alive):
                    if not line.problem:
                        text = clean(line.cells[source.column_in(line.cells).position])
                        yield meant.get(text, text)

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
        return [_("Cells that look like formulas are kept as text: %(places)s.", places="; ".join(places))]

    def _value(self, column: Field, header: str, text: str) -> Any:
        if column.to:
            return self._looked_up(column, header, clean(text))
        if not text:
            return self._nothing(column)
        if text.upper() in _NO_RESULTS:
            raise CellError(
                _("“%(text)s” is the error of a formula. Correct or empty the cell in the spreadsheet.", text=text)
            )
        value = notated.read(column, text, self._mapping.notations.get(header, ""))
        if value == "":
            # Marks that nobody sees are no text either.
            return self._nothing(column)
        return value.times(self._mapping.units.get(header, 1)) if column.is_money else value

    def _looked_up(self, column: Field, header: str, text: str) -> Any:
        meaning = self._mapping.values.get(column.key, {}).get(text, text)
        if not meaning:
            return self._nothing(column)
        lookup = self._kind.lookups[column.to]
        entry = lookup.find(meaning)
        if entry is not None:
            return entry
        if lookup.all_named(meaning):
            raise CellError(_("More than one record is called “%(text)s”.", text=cells.short(meaning)))
        said = self._kind.say_unknown(column, cells.short(meaning))
        suggestion = self._asked_about(column, header, text, meaning) if len(text) <= _LONGEST_ASKED else None
        if suggestion:
            said += reader.space + _("Did you mean “%(name)s”?", name=suggestion.entry.name)
        raise CellError(said)

    def _asked_about(self, column: Field, header: str, text: str, meaning: str) -> Suggestion | None:
        """The suggestion for a text; looked for once, however many rows hold it."""
        asked = self._asked.get((column.key, text))
        if asked is None:
            if len(self._asked) >= _MOST_ASKED:
                return None
            asked = Question(column, header, text, 0, self._kind.lookups[column.to].suggest(meaning))
            self._asked[column.key, text] = asked
        asked.rows += 1
        return asked.suggestion

    @staticmethod
    def _nothing(column: Field) -> None:
        if column.required:
            raise CellError(_("The cell is empty, but “%(field)s” is required.", field=column.label))
