"""Names as filters compare them: as readers do, whatever the forms of their letters."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select

from crm_app.lists.fields import Asking
from crm_app.web.text import match_key, sort_key


def asking_names(model: Any) -> dict[str, Asking]:
    """For the name of a record that keeps `name_key` and `sort_key`."""

    def has(values: Sequence[Any]) -> ColumnElement[bool]:
        return model.name_key.contains(match_key(values[0]), autoescape=True)

    def is_(values: Sequence[Any]) -> ColumnElement[bool]:
        return model.name_key == match_key(values[0])[:200]

    return {
        "has": has,
        "has_not": lambda values: ~has(values),
        "begins": lambda values: model.sort_key.startswith(sort_key(values[0]), autoescape=True),
        "is": is_,
        "is_not": lambda values: ~is_(values),
    }


def ids(rows: Select[Any]) -> Select[Any]:
    """The ids of records, to be asked for in a condition."""
    return rows.with_only_columns(rows.column_descriptions[0]["entity"].id)
