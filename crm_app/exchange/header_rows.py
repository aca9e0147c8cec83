"""Which row of a file names its columns, what each is called, and which last row only adds up those above."""

import re
from collections import Counter

from crm_app.web.text import latin_digits, match_key
from crm_app.web.texts import gettext as _

_LOOKS_LIKE_DATA = re.compile(r"[\s\d.,:/+\-%$€£¥]+|[^@\s]+@[^@\s]+\.\w+")
# Nothing before the first figure is one: else each of them would be tried as the first.
_NUMBER = re.compile(r"[-+(]?[\s.,٫٬/%$€£¥﷼]*\d[\s\d.,٫٬/%$€£¥﷼]*\)?")
_GUARDED = frozenset("=+-@")
_TOTALS = frozenset(
    map(match_key, ("total", "totals", "grand total", "sum", "جمع", "جمع کل", "مجموع", "合计", "总计", "总和"))
)


def header_row(rows: list[list[str]], known_names: frozenset[str]) -> int | None:
    """Which row names the columns: the one with most known names, else the first that looks like names; or none."""
    known = [sum(match_key(cell) in known_names for cell in cells if cell.strip()) for cells in rows]
    best = known.index(max(known, default=0)) if rows else 0
    if known[best] > 1 or (known[best] and not _is_below_its_like(rows, best)):
        return best
    usual = Counter(map(len, rows)).most_common(1)[0][0]
    # Titles of a report stand above its columns, one or two words to a row.
    start = next((place for place, cells in enumerate(rows) if len(_filled(cells)) >= usual / 2), 0)
    names = _filled(rows[start])
    return start if names and not any(_LOOKS_LIKE_DATA.fullmatch(name) for name in names) else None


def _filled(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell.strip()]


def _is_below_its_like(rows: list[list[str]], place: int) -> bool:
    """Whether a row above is as wide: then one known word is more likely a cell of the data than a column's name."""
    filled = [len(_filled(cells)) for cells in rows]
    return filled[place] > 1 and max(filled[:place], default=0) >= filled[place]


def usual_width(rows: list[list[str]]) -> int:
    return Counter(map(len, rows)).most_common(1)[0][0]


def distinct(header: list[str]) -> tuple[list[str], list[str]]:
    """Names for all columns, each once: unnamed ones are numbered, repeated ones too, with a warning."""
    header = [re.sub(r"\s+", " ", unguarded(name)).strip()[:120] for name in header]
    names: dict[str, None] = {}
    warnings: list[str] = []
    for position, name in enumerate(header, 1):
        wanted = name or _("Column %(number)s", number=position)
        if wanted in names:
            warnings.append(_("The column “%(name)s” appears more than once.", name=wanted))
        number = 2
        while wanted in names:
            wanted, number = f"{name or position} ({number})", number + 1
        names[wanted] = None
    return list(names), list(dict.fromkeys(warnings))


def only_adds_up(cells: list[str]) -> bool:
    """Whether a last row is the “Total” of a report: that word, then nothing but numbers."""
    filled = _filled(cells)
    if len(filled) < 2 or match_key(filled[0]) not in _TOTALS:
        return False
    return all(_NUMBER.fullmatch(latin_digits(cell)) for cell in filled[1:])


def unguarded(cell: str) -> str:
    """Without the apostrophe that exports put before what a spreadsheet would compute; those of Peyvand do too."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _GUARDED else cell
