"""A form field that names a record: typed as text, resolved among what the reader may see.

How to use it, for a company of a deal (people, products and users are alike)::

    company = RecordField(
        _l("Company"),
        find=lambda: contacts.queries.companies_visible_to(current_user),
        suggestions="contacts.company_suggestions",
    )

and in the template ``{% from "ui/pickers.html" import picker %}`` … ``{{ picker(form.company) }}``.

`form.company.data` is the record, or None where nothing was typed. `find` gives the `Select` of the records that may
be chosen; their model has `name` and `name_key`, and `found_by` if it is to be found by other words too. A name that
belongs to no record, or to several, is refused, and the nearest ones are offered as a choice under the field: it is
sent as `<field>_id`. With htmx the same choice comes while one types, from the view named by `suggestions`, which
answers with `suggested(select)` drawn by the macro `choices`.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Select, and_, or_
from wtforms import Field
from wtforms.widgets import TextInput

from crm_app.extensions import db
from crm_app.web import word_search
from crm_app.web.text import clean, fold, match_key, name_key
from crm_app.web.texts import gettext as _

_SHOWN = 6
_WEIGHED = 200
_KEY_LENGTH = 200


class RecordField(Field):
    """`nearest` holds what might have been meant, after a name that could not be resolved."""

    widget = TextInput()
    kind = "record"

    def __init__(
        self, label=None, validators=(), *, find: Callable[[], Select], suggestions: str | None = None, **kwargs
    ):
        super().__init__(label, validators, **kwargs)
        self.find, self.suggestions = find, suggestions
        self.nearest: Sequence[Any] = ()
        self.chosen_id: int | None = None

    def process(self, formdata, data=..., **kwargs):
        if formdata:
            self.chosen_id = _number(formdata.get(f"{self.name}_id", ""))
        if data is ...:
            super().process(formdata, **kwargs)
        else:
            super().process(formdata, data, **kwargs)

    def process_formdata(self, valuelist):
        typed = clean(valuelist[0]) if valuelist else ""
        self.data = None
        if not typed:
            return
        if self.chosen_id is not None:
            self.data = found_by_id(self.find(), self.chosen_id)
        if self.data is None:
            self.data = self._named(typed)

    def _named(self, typed: str):
        found = found_by_name(self.find(), typed)
        if len(found) == 1:
            return found[0]
        if self.object_data in found:
            # What stands there is meant by whoever leaves its name as it is.
            return self.object_data
        self.nearest = found[:_SHOWN] or nearest_to(self.find(), typed)
        if found:
            raise ValueError(_("Several records have this name. Choose the right one."))
        if self.nearest:
            raise ValueError(_("Nothing with this name was found. Did you mean one of these?"))
        raise ValueError(_("Nothing with this name was found."))

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else self.data.name


def found_by_id(rows: Select, record_id: int) -> Any | None:
    return db.session.scalar(rows.where(_model(rows).id == record_id))


def found_by_name(rows: Select, name: str) -> list[Any]:
    """The records whose name is the same to a reader; more than can be shown are not read."""
    model, key = _model(rows), name_key(name)
    same = model.name_key == key if key else model.name == name
    return list(db.session.scalars(rows.where(same).order_by(model.id).limit(_SHOWN + 1)).unique())


def nearest_to(rows: Select, text: str, limit: int = _SHOWN) -> list[Any]:
    """Those whose names look most like the text: all words in them first, else any beginning of a word."""
    from rapidfuzz import fuzz

    model, words = _model(rows), fold(text[:_KEY_LENGTH]).split()[:8]
    if not words:
        return []
    holding = word_search.holding if hasattr(model, "found_by") else _named_like
    found = _some(rows.where(holding(model, text[:_KEY_LENGTH])))
    if not found:
        found = _some(rows.where(or_(*(holding(model, word[:3]) for word in words))))
    key = match_key(text)
    return sorted(found, key=lambda one: (-fuzz.ratio(key, one.name_key), one.name_key, one.id))[:limit]


def suggested(rows: Select) -> dict[str, Any]:
    """What a suggestions view shows for the query string that the picker sends: `for`, and that field's text."""
    field = request.args.get("for", "")
    field = field if re.fullmatch(r"[a-z][a-z_]{0,40}", field) else "record"
    text = clean(request.args.get("q") or request.args.get(field))
    return {"field_name": field, "records": nearest_to(rows, text), "text": text}


def _named_like(model: Any, text: str) -> ColumnElement[bool]:
    return and_(*(model.name_key.contains(word, autoescape=True) for word in fold(text).split()))


def _some(rows: Select) -> list[Any]:
    return list(db.session.scalars(rows.order_by(_model(rows).name_key).limit(_WEIGHED)).unique())


def _model(rows: Select) -> Any:
    return rows.column_descriptions[0]["entity"]


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else None
