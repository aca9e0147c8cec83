"""`docs/performance.md`: between its marks the figures of the last run on each database, written by `--write`."""

from pathlib import Path

from tests.bench import figures
from tests.bench.figures import Run

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def write(run: Run, page: Path = PAGE) -> None:
    """Only what stands between the marks of its database is replaced; words around it are people's own."""
    begin, end = (f"<!-- {name} of {run.title.split(':')[0]} -->" for name in ("figures", "end"))
    text = page.read_text()
    before, found, rest = text.partition(begin)
    _old, ended, after = rest.partition(end)
    if not found or not ended:
        raise ValueError(f"{page.name} has no place for {begin}")
    page.write_text(f"{before}{begin}\n{figured(run)}\n{end}{after}")


def figured(run: Run) -> str:
    parts = [f"{run.title}; floor {run.floor:.2f} ms of CPU.", figures.in_markdown(figures.pages_of(run))]
    if run.whole:
        parts.append(figures.in_markdown(figures.whole_of(run)))
    if run.growth:
        parts.append(figures.in_markdown(figures.growth_of(run)))
    excesses = run.excesses()
    parts.append("Over budget:" if excesses else "No budget is exceeded.")
    parts += ["\n".join(f"- {sentence}" for sentence in excesses)] if excesses else []
    return "\n\n".join(parts)
