"""The figures of a run: which are over budget, and how they are told on a terminal and in the documentation."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.bench.pages import FORMS, GROWTH, PAGES, SCALES, STATEMENTS, WHOLE
from tests.bench.server import Waited

NO_WAIT = Waited(0, 0)
Table = list[tuple[str, ...]]


@dataclass(frozen=True)
class Asked:
    """`spent` are CPU milliseconds; `anew` where the page was drawn anew each time, for pages that are kept."""

    spent: float
    ratio: float
    statements: int = 0
    length: int = 0
    wire: int = 0
    alone: Waited = NO_WAIT
    together: Waited = NO_WAIT
    anew: float | None = None


@dataclass
class Run:
    title: str
    floor: float
    asked: dict[str, Asked] = field(default_factory=dict)
    whole: dict[str, float] = field(default_factory=dict)
    growth: dict[str, list[float]] = field(default_factory=dict)

    def excesses(self) -> list[str]:
        """A sentence for each budget that is exceeded."""
        return [*self._dear(), *self._of_whole(), *self._grown()]

    def _dear(self) -> Iterable[str]:
        for name, asked in self.asked.items():
            budget = budget_of(name)
            if budget is not None and asked.ratio > budget:
                yield f"{name}: {asked.ratio:.1f} times the floor, of {budget:g}"
            if asked.statements > STATEMENTS:
                yield f"{name}: {asked.statements} statements, of {STATEMENTS}"

    def _of_whole(self) -> Iterable[str]:
        for name, value in self.whole.items():
            unit, most = WHOLE[name]
            if value > most:
                yield f"{name}: {f'{value:.1f} {unit}'.strip()}, of {most}"

    def _grown(self) -> Iterable[str]:
        for name, ratios in self.growth.items():
            if ratios[-1] > GROWTH * ratios[0]:
                yield f"{name}: grew {ratios[-1] / ratios[0]:.2f} times, of {GROWTH}"


def budget_of(name: str) -> float | None:
    return FORMS[name] if name in FORMS else PAGES[name].budget


def pages_of(run: Run) -> Table:
    head = ("page", "CPU ms", "ratio", "budget", "", "anew", "SQL", "bytes", "wire", "p50", "p95", "4: p50", "p95")
    return [head, *(_line(name, asked) for name, asked in run.asked.items())]


def whole_of(run: Run) -> Table:
    rows: Table = [("whole", "value", "budget", "")]
    for name, value in run.whole.items():
        unit, most = WHOLE[name]
        rows.append((name, f"{value:.1f} {unit}".strip(), f"{most:g}", _mark(value, most)))
    return rows


def growth_of(run: Run) -> Table:
    rows: Table = [("ratio with this many people", *SCALES, "growth", "budget", "")]
    for name, ratios in run.growth.items():
        grown = ratios[-1] / ratios[0]
        rows.append((name, *(f"{ratio:.2f}" for ratio in ratios), f"{grown:.2f}", f"{GROWTH:g}", _mark(grown, GROWTH)))
    return rows


def printed(table: Table) -> str:
    """In columns: names to the left, numbers to the right."""
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = []
    for row in table:
        cells = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        lines.append("  ".join((row[0].ljust(widths[0]), *cells)).rstrip())
    return "\n".join(lines)


def in_markdown(table: Table) -> str:
    head, *rows = table
    lines = [head, ("---", *("--:" for _ in head[1:])), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _line(name: str, asked: Asked) -> tuple[str, ...]:
    budget = budget_of(name)
    return (
        name,
        f"{asked.spent:.2f}",
        f"{asked.ratio:.1f}",
        "" if budget is None else f"{budget:g}",
        "" if budget is None else _mark(asked.ratio, budget),
        "" if asked.anew is None else f"{asked.anew:.1f}",
        f"{asked.statements}" if asked.statements else "",
        f"{asked.length:,}" if asked.length else "",
        f"{asked.wire:,}" if asked.wire else "",
        *(f"{number:.0f}" if number else "" for number in (*asked.alone, *asked.together)),
    )


def _mark(value: float, most: float) -> str:
    return "OVER" if value > most else "ok"
