"""Rows and their mapping into a plan: what each row will become, or why it is refused. Nothing here writes."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from crm_app.exchange.checked import BATCH
from crm_app.exchange.fields import Field
from crm_app.exchange.firsts import Firsts
from crm_app.exchange.kinds.kind import Kind, Problem, Row
from crm_app.exchange.kinds.stored import looking
from crm_app.exchange.reading import Line, Sheet
from crm_app.exchange.rows import Matches, Question, RowReader
from crm_app.exchange.sources import Column, Source, sources_of
from crm_app.web import formats
from crm_app.web.texts import gettext as _

SHOWN_FINE = 20
SHOWN_REFUSED = 25


class MappingError(ValueError):
    """The columns cannot stand for what they are said to; the message says why."""


class Keep(Protocol):
    def __call__(self, rows: list[Row]) -> None:
        """Take a batch of planned rows, in the order of the file."""


@dataclass
class Plan:
    """What is to be said of all rows. `late` are those refused once all were read: number -> problem.

    `fine_rows` and `refused_rows` are the first of each. `digest` is equal for two plans that do the same to the same
    records: what was shown is what may be written. What an update writes over counts too: somebody else may have
    written it since.
    """

    kind: Kind
    sheet: Sheet
    columns: list[tuple[str, Field]]
    sources: list[Source]
    counts: Counter[str] = field(default_factory=Counter)
    late: dict[int, Problem] = field(default_factory=dict)
    fine_rows: list[Row] = field(default_factory=list)
    refused_rows: list[Row] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    digest: str = ""

    @property
    def rows(self) -> int:
        return self.counts.total()

    @property
    def fine(self) -> int:
        return self.rows - self.counts["refused"] - self.counts["skipped"]


def plan(
    kind: Kind, sheet: Sheet, mapping: Matches, keep: Keep, progress: Callable[[int], None] = lambda rows: None
) -> Plan:
    """Raises MappingError. `progress` is told now and then how many rows have been read.

    No transaction is open while rows are computed: what a batch needs is read in short ones.
    """
    columns = columns_of(kind.fields, sheet, mapping)
    sources = sources_of(columns, sheet.header)
    reader = RowReader(kind, mapping, sources)
    kind.header_of = {source.field.key: source.headers[0] for source in sources}
    kind.mapped = frozenset(kind.header_of)
    kind.meet(lambda key: reader.texts(sheet, key, lambda: progress(0)))
    planned = Plan(kind, sheet, [(header, field) for _position, header, field in columns], sources)
    tally, seen, whole, read = _Tally(planned, keep), _Seen(), [], 0
    for lines in _batches(sheet):
        rows = _read(kind, reader, lines, seen)
        if kind.is_whole:
            whole += rows
        else:
            tally.take(rows)
        read += len(lines)
        progress(read)
    planned.late = kind.finish(whole)
    if whole:
        tally.take(whole)
    tally.close(lambda: progress(read))
    planned.questions = reader.questions()
    planned.warnings = [*sheet.warnings, *reader.warnings()]
    return planned


def _batches(sheet: Sheet) -> Iterator[list[Line]]:
    lines = iter(sheet.lines)
    while batch := list(islice(lines, BATCH)):
        yield batch


def _read(kind: Kind, reader: RowReader, lines: list[Line], seen: "_Seen") -> list[Row]:
    with looking():
        reader.prime(lines)
    rows = [reader.row(line) for line in lines]
    for row in rows:
        if not row.problems:
            kind.settle(row)
    fine = [row for row in rows if not row.problems]
    with looking():
        kind.know(fine)
    for row in fine:
        kind.find(row)
        if not row.problems:
            seen.check(kind, row)
        if row.known and not row.problems:
            kind.meet_existing(row)
        if not row.problems:
            kind.note(row)
    return rows


class _Tally:
    """Passes rows on, counts them, remembers the first ones, and digests all."""

    def __init__(self, planned: Plan, keep: Keep):
        self._plan, self._keep, self._told = planned, keep, hashlib.sha256()

    def take(self, rows: list[Row]) -> None:
        for row in rows:
            becomes = row.becomes
            self._plan.counts[becomes] += 1
            shown, most = (
                (self._plan.refused_rows, SHOWN_REFUSED) if row.problems else (self._plan.fine_rows, SHOWN_FINE)
            )
            if len(shown) < most:
                shown.append(row)
            changes = sorted((name, str(before)) for name, (before, _after) in row.changes.items())
            self._told.update(repr((row.number, becomes, row.known and row.known["id"], changes)).encode())
            if becomes in ("create", "update"):
                self._told.update(repr(sorted((name, str(value)) for name, value in row.facts.items())).encode())
        self._keep(rows)

    def close(self, alive: Callable[[], None]) -> None:
        """Count those that were refused late among the refused; one more look at the file brings their cells."""
        planned = self._plan
        if planned.late:
            self._refuse_late(alive)
        self._told.update(repr((sorted(planned.late), planned.kind.notes)).encode())
        planned.digest = self._told.hexdigest()

    def _refuse_late(self, alive: Callable[[], None]) -> None:
        planned, late = self._plan, self._plan.late
        planned.counts["refused"] += len(late)
        for becomes, count in planned.kind.late_among(late).items():
            planned.counts[becomes] -= count
        planned.fine_rows = [row for row in planned.fine_rows if row.number not in late]
        wanted = set(sorted(late)[:SHOWN_REFUSED])
        found = (line for line in planned.sheet.lines.told(alive) if line.number in wanted)
        more = [Row(line.number, line.cells, problems=[late[line.number]]) for line in islice(found, len(wanted))]
        both = sorted([*planned.refused_rows, *more], key=lambda row: row.number)
        planned.refused_rows = both[:SHOWN_REFUSED]


def columns_of(fields: Sequence[Field], sheet: Sheet, mapping: Matches) -> list[Column]:
    """The columns that are imported, in the order of the file. Raises MappingError."""
    known = {field.key: field for field in fields}
    taken: dict[str, str] = {}
    columns = []
    for position, header in enumerate(sheet.header):
        key = mapping.columns.get(header, "")
        if key not in known:
            continue
        if key in taken and not known[key].may_repeat:
            both = {"field": known[key].label, "first": taken[key], "second": header}
            text = _("Two columns are matched to “%(field)s”: %(first)s and %(second)s. Skip one of them.", **both)
            raise MappingError(text)
        taken[key] = header
        columns.append(Column(position, header, known[key]))
    missing = [str(field.label) for field in fields if field.required and field.key not in taken]
    if missing or not columns:
        names = missing[0] if missing else str(fields[0].label)
        raise MappingError(_("No column in the file is matched to “%(field)s”, which is required.", field=names))
    return columns


class _Seen:
    """Which row spoke of which record first: the second one is refused."""

    def __init__(self) -> None:
        self._firsts = Firsts()

    def check(self, kind: Kind, row: Row) -> None:
        name = next((name for name in kind.identities if kind.identity(name, row.facts)), None)
        keys: list[Any] = [(name, kind.identity(name, row.facts))] if name else []
        keys += [("id", row.known["id"])] if row.known else []
        for key in keys:
            if (first := self._firsts.row(key, row.number)) != row.number:
                column = kind.header_in(row, (name or "").partition("_and_")[0])
                if key[0] in kind.header_of:
                    text = _("The same as in row %(row)s, but each row needs its own.", row=formats.num(first))
                else:
                    text = _("This is the same record as in row %(row)s.", row=formats.num(first))
                row.problems.append(Problem(column, text))
                return
