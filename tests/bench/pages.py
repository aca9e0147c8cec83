"""What is asked for, and what it may cost: ratios to the floor, and the budgets of the whole."""

from typing import NamedTuple


class Page(NamedTuple):
    """`budget` is None for what has none of its own; `is_kept` where a page is drawn anew only after a change.

    `{place}` in a path is how far the board has read in the log.
    """

    path: str
    budget: float | None = None
    is_kept: bool = False


PAGES = {
    "companies": Page("/contacts/companies", 3),
    "people": Page("/contacts/people", 3),
    "people, newest first": Page("/contacts/people?sort=-created", 3),
    "people, by company": Page("/contacts/people?sort=company"),
    "people, search": Page("/contacts/people?q=person%2071", 3),
    "a company": Page("/contacts/companies/7", 3),
    "a person": Page("/contacts/people/7", 3),
    "board": Page("/pipeline/board", 5),
    "board of one owner": Page("/pipeline/board?owner=2", 5),
    "forecast": Page("/pipeline/forecast", 5),
    "board, nothing new": Page("/pipeline/board/news?since={place}"),
    "deals": Page("/pipeline/deals", 3),
    "deals of one owner": Page("/pipeline/deals?owner=2"),
    "a deal": Page("/pipeline/deals/1", 3),
    "goals": Page("/goals/", 4, is_kept=True),
    "goals, open value": Page("/goals/?measure=open_value", 4, is_kept=True),
    "reports": Page("/reports/", 4, is_kept=True),
    "report: won": Page("/reports/won", 4, is_kept=True),
    "report: pipeline": Page("/reports/pipeline", 4, is_kept=True),
    "search": Page("/search/?q=deal", 3),
    "palette": Page("/search/palette?opened=deals:7%20people:9%20companies:3"),
    "palette, a name": Page("/search/palette?q=person%2071&opened=deals:7%20people:9"),
    "palette, a letter": Page("/search/palette?q=p"),
    "palette, two letters": Page("/search/palette?q=pe"),
    "today": Page("/"),
}
FORMS = {"move a deal": 2, "create a person": 2}
GROWING = ("companies", "people", "people, search", "deals")
STATEMENTS = 12
# Of the whole: its unit, and the most there may be.
WHOLE = {
    "first visit": ("kB", 120),
    "requests of a first visit": ("", 12),
    "later visit": ("kB", 25),
    "memory of web and worker (PSS)": ("MB", 200),
    "cold start": ("s", 3),
}
GROWTH = 1.5
# Each is so many times what budgets are for.
SCALES = {"1,000": 0.01, "10,000": 0.1, "100,000": 1.0}
