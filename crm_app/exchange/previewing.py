"""What a person is shown of a plan before anything is written, as plain JSON, and why rows are refused."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from crm_app.exchange.kinds.kind import Problem, Row
from crm_app.exchange.notations import columns as notated
from crm_app.exchange.notations.columns import Asked
from crm_app.exchange.planning import Plan
from crm_app.exchange.rows import Matches
from crm_app.web.reader import reader
from crm_app.web.text import clean
from crm_app.web.texts import gettext as _

MOST_CHOICES = 300
_MOST_QUESTIONS = 200


def preview(
    plan: Plan, matches: Matches, asked: Sequence[Asked], alive: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    counts, columns = plan.counts, _worth_showing(plan)
    return {
        "counts": {name: counts[name] for name in ("create", "update", "unchanged", "skipped", "refused")},
        "fine": plan.fine,
        "columns": columns,
        "rows": [_shown(plan, columns, row) for row in plan.fine_rows],
        "refused": [_shown(plan, columns, row) for row in plan.refused_rows],
        "questions": _questions(plan, matches, alive),
        "choices": _choices(plan),
        "notes": plan.kind.notes,
        "warnings": plan.warnings,
        "digest": plan.digest,
        "language": reader.language,
        "notations": notated.preview(asked),
    }


def reason(row: Row) -> str:
    """Everything that is wrong with a row, each with its column."""
    return told(row.problems)


def told(problems: Sequence[Problem]) -> str:
    return reader.space.join(
        _("Column “%(column)s”: %(problem)s", column=problem.column, problem=problem.text)
        if problem.column
        else problem.text
        for problem in problems
    )


def _worth_showing(plan: Plan) -> list[str]:
    """All columns that are imported; of several for one field the first and those that a row to be shown fills."""
    rows = [*plan.fine_rows, *plan.refused_rows]
    left_out = {
        column.header
        for source in plan.sources
        for column in source.columns[1:]
        if not any(column.is_filled(row.cells) for row in rows)
    }
    return [header for header, _field in plan.columns if header not in left_out]


def _shown(plan: Plan, columns: Sequence[str], row: Row) -> dict[str, Any]:
    places = {header: position for position, header in enumerate(plan.sheet.header)}
    cells = [row.cells[places[header]][:200] if places[header] < len(row.cells) else "" for header in columns]
    return {
        "number": row.number,
        "cells": cells,
        "becomes": row.becomes,
        "reason": reason(row),
        "bad": [problem.column for problem in row.problems],
        "passed": [header for source in plan.sources for header in source.passed_over(row.cells)],
    }


def _questions(plan: Plan, matches: Matches, alive: Callable[[], None]) -> list[dict[str, Any]]:
    """Values that name nothing, with what they may mean; then those already answered, which may be changed."""
    asked = [
        {
            "field": question.field.key,
            "to": question.field.to,
            "column": question.column,
            "text": question.text,
            "rows": question.rows,
            "suggestion": question.suggestion.entry.name if question.suggestion else "",
            "answer": None,
        }
        for question in plan.questions[:_MOST_QUESTIONS]
    ]
    still_open = {(question["field"], question["text"]) for question in asked}
    for header, field in plan.columns:
        answers = matches.values.get(field.key, {}) if field.to else {}
        rows = _rows_of(plan, header, alive) if answers else Counter()
        for text, answer in answers.items():
            if (field.key, text) not in still_open and rows[text]:
                asked.append(
                    {
                        "field": field.key, "to": field.to, "column": header, "text": text, "rows": rows[text],
                        "suggestion": "", "answer": answer,
                    }
                )  # fmt: skip
    return asked


def _rows_of(plan: Plan, header: str, alive: Callable[[], None]) -> Counter[str]:
    """In how many rows each text of a column stands."""
    place = plan.sheet.header.index(header)
    return Counter(clean(line.cells[place]) for line in plan.sheet.lines.told(alive) if not line.problem)


def _choices(plan: Plan) -> dict[str, list[str]]:
    """For each list that has questions, all its names; none where there are too many to choose from."""
    wanted = {field.to for _header, field in plan.columns if field.to}
    return {name: plan.kind.lookups[name].choices(MOST_CHOICES) for name in wanted}
