"""Names and numbers as filters compare them: as readers do, whatever the forms of their letters and digits."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_

from crm_app.lists.fields import Asking
from crm_app.web.formats import phone_key
from crm_app.web.text import latin_digits, match_key, name_key, sort_key


def asking_names(model: Any) -> dict[str, Asking]:
    """For the name of a record that keeps `name_key` and `sort_key`."""

    def has(values: Sequence[Any]) -> ColumnElement[bool]:
        return model.name_key.contains(match_key(values[0]), autoescape=True)

    def is_(values: Sequence[Any]) -> ColumnElement[bool]:
        return model.name_key == name_key(values[0])

    return {
        "has": has,
        "has_not": lambda values: ~has(values),
        "begins": lambda values: model.sort_key.startswith(sort_key(values[0]), autoescape=True),
        "is": is_,
        "is_not": lambda values: ~is_(values),
    }


def asking_phones(model: Any) -> dict[str, Asking]:
    """For the number of a record that keeps `phone_key`: by its digits, or by what else is written in it."""

    def has(values: Sequence[Any]) -> ColumnElement[bool]:
        written = model.phone.icontains(values[0], autoescape=True)
        digits = _dialled(values[0])
        return or_(written, model.phone_key.contains(digits, autoescape=True)) if digits else written

    def begins(values: Sequence[Any]) -> ColumnElement[bool]:
        written = model.phone.istartswith(values[0], autoescape=True)
        digits = _dialled(values[0])
        return or_(written, model.phone_key.startswith(digits, autoescape=True)) if digits else written

    def is_(values: Sequence[Any]) -> ColumnElement[bool]:
        key = phone_key(values[0])[:32]
        return model.phone_key == key if key else model.phone == values[0]

    return {
        "has": has,
        "has_not": lambda values: ~has(values),
        "begins": begins,
        "is": is_,
        "is_not": lambda values: ~is_(values),
    }


def _dialled(text: str) -> str:
    """The digits of a number, or of a part of one; empty for other words."""
    plain = latin_digits(text)
    return re.sub(r"[^+\d]", "", plain) if re.fullmatch(r"[+\d\s()./-]+", plain, re.ASCII) else ""


def ids(rows: Select[Any]) -> Select[Any]:
    """The ids of records, to be asked for in a condition."""
    return rows.with_only_columns(rows.column_descriptions[0]["entity"].id)
