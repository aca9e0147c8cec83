"""What every kind of record that can be imported has in common: rows, what is known already, how to tell."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select

from crm_app.accounts.models import User
from crm_app.exchange.fields import Field
from crm_app.exchange.kinds.stored import StoredLookup
from crm_app.exchange.matching import Lookup
from crm_app.web import text as keys
from crm_app.web.texts import gettext as _

# Names come back in row after row, and folding one costs more than remembering it.
name_key = lru_cache(maxsize=100_000)(keys.name_key)
code_key = lru_cache(maxsize=100_000)(keys.code_key)
# What becomes of records that are here already: the file's values count, fill only what is empty, or are not taken.
EXISTING = ("overwrite", "fill", "skip")
# What stands for an existing record: its columns by name, with `id` among them.
Known = Mapping[str, Any]


class ChangedMeanwhileError(Exception):
    """The records are not as the plan found them; nothing is written."""

    def __str__(self) -> str:
        return _("Someone changed the same records in the meantime. Nothing was imported; check the rows again.")


@dataclass(frozen=True)
class Setting:
    """Who imports, and what the organisation and the person decided beside the columns.

    `base` is the organisation's currency; `unit` the one of amounts that say none, perhaps the toman, and `currency`
    the one in which those are kept; `existing` one of EXISTING.
    """

    user: User
    base: str
    currency: str
    unit: str
    zone: ZoneInfo
    today: date
    pipeline_id: int | None = None
    new_pipeline: str = ""
    existing: str = "overwrite"


class Problem(NamedTuple):
    """Why a row is refused. `column` is the header as the file has it; empty where the whole row is meant."""

    column: str
    text: str


@dataclass
class Row:
    """One row of the file: `values` by field as read, `facts` by column of the table as they will stand.

    `headers`: field -> header of the column that counts in this row, of fields to which several go.
    """

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    known: Known | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    is_skipped: bool = False
    id: int | None = None
    columns: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def becomes(self) -> str:
        if self.problems:
            return "refused"
        if self.known is None:
            return "create"
        if self.is_skipped:
            return "skipped"
        return "update" if self.changes else "unchanged"


class Kind:
    """A kind of record. An object of it serves one plan, or the writing of one.

    Rows come in batches: `prime` and `know` read from the database what a batch needs, everything else computes.
    """

    key: ClassVar[str]
    model: ClassVar[Any]
    # Written in one transaction, everything or nothing; any other kind batch by batch.
    is_whole: ClassVar[bool] = False
    # Whether several batches have something left to settle in the end.
    concludes: ClassVar[bool] = False
    # What writing needs of a row besides its facts.
    kept_values: ClassVar[tuple[str, ...]] = ()
    fields: ClassVar[tuple[Field, ...]]
    # The columns that tell one record from another; a later one counts where the record lacks an earlier one.
    identities: ClassVar[tuple[str, ...]]
    # Columns of amounts and the one of the currency that they share.
    money: ClassVar[tuple[tuple[str, ...], str] | None] = None

    def __init__(self, setting: Setting):
        self.setting = setting
        self.lookups: dict[str, Lookup] = {}
        self.notes: list[str] = []
        self.mapped: frozenset[str] = frozenset()
        self.header_of: dict[str, str] = {}
        self._index: dict[tuple[str, Any], list[Known]] = {}
        self.load()

    @property
    def visible(self) -> Select[Any]:
        """The records that the importing person may see, and so change."""
        raise AssertionError("each kind has its own")

    def load(self) -> None:
        """Read from the database what does not depend on the rows."""
        raise AssertionError("each kind loads its own")

    def prime(self, texts: Mapping[str, set[str]]) -> None:
        """Know what the texts of a batch name; `texts` are those looked up in each of `lookups`."""
        for name, wanted in texts.items():
            lookup = self.lookups[name]
            if isinstance(lookup, StoredLookup):
                lookup.prime(wanted)

    def refresh(self) -> None:
        """Read anew what `load` read of existing records."""

    def know(self, rows: Iterable[Row]) -> None:
        """Know the records that the rows may speak of, once their facts are settled."""

    def remember(self, records: Iterable[Known]) -> None:
        for record in records:
            for name in self.identities:
                if key := self.identity(name, record):
                    self._index.setdefault((name, key), []).append(record)

    def meet(self, texts_of: Callable[[str], Iterator[str]]) -> None:
        """Look through whole columns before the rows are read: `texts_of(field)` gives the cells of its column."""

    def identity(self, name: str, facts: Mapping[str, Any]) -> Any:
        """The value by which `facts` (or an existing record) is told apart in the identity `name`; None without."""
        return facts.get(name) or None

    def settle(self, row: Row) -> None:
        """Fill `row.facts` from its values; add problems that only several cells together show."""
        row.facts.update({name: value for name, value in row.values.items() if value is not None})

    def find(self, row: Row) -> None:
        """Set `row.known` to the record that the row speaks of, if there is one."""
        names = [name for name in self.identities if self.identity(name, row.facts)]
        for name in names:
            found = self._index.get((name, self.identity(name, row.facts)), [])
            if name != names[0]:
                found = [known for known in found if not self.identity(names[0], known)]
            if len(found) > 1:
                row.problems.append(Problem("", self.say_ambiguous(len(found))))
            if found:
                row.known = found[0]
                return

    def compare(self, row: Row) -> None:
        """Fill `row.changes`. Empty cells change nothing."""
        known = row.known or {}
        row.changes = {
            name: (known[name], value)
            for name, value in row.facts.items()
            if name in known and value not in (None, "") and known[name] != value
        }

    def meet_existing(self, row: Row) -> None:
        """Compare the row with the record that it speaks of, and keep what the rule for existing records allows."""
        if self.setting.existing == "skip":
            row.is_skipped = True
            return
        self.compare(row)
        if self.setting.existing == "fill":
            self.fill(row)

    def fill(self, row: Row) -> None:
        """Leave of `row.changes` those that fill what is empty. Tags are added: that takes nothing away."""
        assert row.known is not None
        known, changes = row.known, row.changes
        row.changes = {name: change for name, change in changes.items() if name == "tags" or change[0] in (None, "")}
        if self.money is None:
            return
        amounts, currency = self.money
        if all(known[amount] is None for amount in amounts):
            if currency in changes and any(amount in row.changes for amount in amounts):
                row.changes[currency] = changes[currency]
        elif row.facts.get(currency) not in (None, known[currency]):
            # An amount in another currency than the one beside it fills nothing.
            for name in amounts:
                row.changes.pop(name, None)

    def note(self, row: Row) -> None:
        """Remember of a row what `finish` will ask for; rows themselves are kept only of kinds written whole."""

    def finish(self, rows: list[Row]) -> dict[int, Problem]:
        """Look at all rows together; by their numbers, those refused only now. `rows` are there for a whole kind."""
        return {}

    def late_among(self, late: Mapping[int, Problem]) -> dict[str, int]:
        """How many of the rows refused late were counted as each thing before."""
        return {}

    def state(self) -> dict[str, Any]:
        """What writing needs to know of the whole plan, as plain JSON; `take_up` gets it back."""
        return {}

    def take_up(self, state: Mapping[str, Any]) -> None:
        """Go on with what `state` gave, before anything is written."""

    def columns_of(self, row: Row) -> dict[str, Any]:
        """The columns of a new record."""
        raise AssertionError("each kind makes its own")

    def tie(self, rows: list[Row], pen: Any) -> None:
        """Once all records are there: write what refers to others of the same file."""

    def conclude(self, pen: Any) -> None:
        """After several batches: settle what only all of them together can, where the kind `concludes`."""

    def write(self, rows: list[Row], pen: Any) -> None:
        """Put what the rows say into the database, through the pen."""
        raise AssertionError("each kind writes its own")

    def say_unknown(self, field: Field, text: str) -> str:
        return _("“%(text)s” is not recognised.", text=text)

    def say_ambiguous(self, count: int) -> str:
        return _("%(count)s records have this name. Enter something that tells them apart.", count=count)

    def refuse(self, row: Row, field_key: str, text: str) -> None:
        row.problems.append(Problem(self.header_in(row, field_key), text))

    def header_in(self, row: Row, field_key: str) -> str:
        """The header of the column from which a row has its value of a field; empty where none goes to it."""
        return row.headers.get(field_key) or self.header_of.get(field_key, "")
