"""What the measuring says of its figures: what is over budget, and where it is written down."""

import pytest

from tests.bench import figures, written
from tests.bench.figures import Asked, Run
from tests.bench.pages import FORMS, PAGES


def test_what_keeps_to_its_budget_is_not_named():
    run = Run("SQLite: few", 1.0, {"companies": Asked(3.0, 3.0, statements=12)}, {"later visit": 25.0})

    assert run.excesses() == []


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if page.budget] + list(FORMS))
def test_every_budget_can_be_exceeded(name):
    run = Run("SQLite: few", 1.0, {name: Asked(99.0, 99.0)})

    assert [sentence.rpartition(":")[0] for sentence in run.excesses()] == [name]


def test_statements_visits_and_growth_have_budgets_too():
    run = Run(
        "SQLite: few", 1.0, {"today": Asked(1.0, 1.0, statements=13)}, {"cold start": 3.1}, {"people": [1.0, 1.6]}
    )

    assert run.excesses() == [
        "today: 13 statements, of 12",
        "cold start: 3.1 s, of 3",
        "people: grew 1.60 times, of 1.5",
    ]


def test_the_tables_mark_what_is_over():
    run = Run("SQLite: few", 1.0, {"companies": Asked(4.0, 4.0), "board": Asked(4.0, 4.0)})

    lines = figures.printed(figures.pages_of(run)).splitlines()

    assert ["OVER" in line for line in lines] == [False, True, False]


def test_writing_replaces_the_figures_of_one_database_alone(tmp_path):
    page = tmp_path / "performance.md"
    marks = "<!-- figures of {0} -->\nold of {0}\n<!-- end of {0} -->\n"
    page.write_text("Words.\n" + marks.format("SQLite") + marks.format("PostgreSQL"))

    written.write(Run("SQLite: few", 1.5, {"companies": Asked(3.0, 2.0)}), page)

    text = page.read_text()
    assert "old of SQLite" not in text
    assert "| companies | 3.00 | 2.0 |" in text
    assert "old of PostgreSQL" in text
    assert text.startswith("Words.\n")


def test_a_page_without_a_place_for_figures_is_refused(tmp_path):
    page = tmp_path / "performance.md"
    page.write_text("Words.\n")

    with pytest.raises(ValueError, match="no place"):
        written.write(Run("SQLite: few", 1.0), page)
