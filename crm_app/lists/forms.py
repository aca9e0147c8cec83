"""What people fill in about a filter: how a field is to be asked for, and what it is held against."""

from collections.abc import Sequence
from typing import Any

from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from crm_app.lists import days
from crm_app.lists.conditions import GROUPS, Condition, written
from crm_app.lists.fields import Field
from crm_app.lists.kinds import KINDS, LONGEST, OPERATORS, needs_value
from crm_app.web.fields import DayField, MoneyField, NumberField, TextField, options
from crm_app.web.pickers import RecordField, found_by_id
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l
from crm_app.web.years import YearField

# Beside the symbols of chips, a form has room for words.
_WORDS = {
    "least": _l("is at least"),
    "most": _l("is at most"),
    "from": _l("is on or after"),
    "until": _l("is on or before"),
    "within": _l("is in"),
    "is": _l("is"),
}


class _BoxesField(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ConditionForm(FlaskForm):
    """A GET form for one field: made by `form_of`, which adds what its kind is held against.

    `replaces` is the condition that is changed, `stood_in` the group in which it stands.
    """

    class Meta:
        csrf = False

    field = HiddenField()
    group = SelectField(_l("Combine with"), validate_choice=False)
    replaces = HiddenField()
    stood_in = HiddenField()
    query = HiddenField()
    at = HiddenField()
    operator = SelectField()
    asked: Field

    @property
    def condition(self) -> str:
        """As an address writes it, once the form is valid."""
        return written(self.asked, self.operator.data, self._values())

    def validate(self, extra_validators: Any = None) -> bool:
        """Only what the chosen operator uses must be right."""
        operator = self.operator.data or ""
        unused = [] if operator == "within" else ["word"]
        if operator == "within" or not needs_value(operator):
            unused.append("value")
        for name in unused:
            if name in self:
                self[name].validators, self[name].process_errors = (), []
        if operator == "has" and self.asked.kind == "record":
            self["value"].process_errors = []
        is_valid = super().validate(extra_validators) and not any(
            self[n].process_errors for n in ("value",) if n in self
        )
        if is_valid and needs_value(operator) and not any(self._values()):
            used = self["word" if operator == "within" else "value"]
            used.errors = [_("Choose at least one.") if isinstance(used, _BoxesField) else _("Fill this in.")]
            return False
        return is_valid

    def _values(self) -> Sequence[str]:
        operator = self.operator.data
        if not needs_value(operator):
            return ()
        if operator == "within":
            return (self["word"].data,)
        data = self["value"].data
        if self.asked.kind == "record":
            typed = self["value"].raw_data or [""]
            return (str(data.id) if data else "",) if operator == "is" else (typed[0].strip(),)
        if isinstance(self["value"], _BoxesField):
            return data or ()
        if self.asked.kind == "money":
            return (f"{data.units:f}" if data else "",)
        return ("" if data is None else str(data),)


def form_of(field: Field, given: Any, condition: Condition, groups: Sequence[tuple[str, str]]) -> ConditionForm:
    """The form for a field, filled with the query string `given` or with a condition that is to be replaced.

    `groups` are the groups that the condition may join, by name and words.
    """
    kind = KINDS[field.kind]
    parts = {"value": _value_field(field)}
    if "within" in kind.operators:
        parts["word"] = SelectField(_("Days"), choices=options((word, days.said(word)) for word in days.WORDS))
    form_class = type("ConditionOfField", (ConditionForm,), parts)
    form: Any = form_class(given if "operator" in given else None, data=_begun(field, given, condition))
    form.asked, form.operator.label.text = field, str(field.label)
    if "operator" not in given and field.kind == "record" and condition.field is field and condition.operator == "has":
        form.value.raw_data = list(condition.values)
    form.group.choices = options(groups)
    form.operator.choices = options((name, _WORDS.get(name, OPERATORS[name])) for name in kind.operators)
    if field.options is not None:
        form.value.choices = options((value, str(words)) for value, words in field.options())
    return form


def _value_field(field: Field) -> Any:
    label = str(field.label)
    if field.kind in ("choice", "tags"):
        return _BoxesField(label, validate_choice=False)
    if field.kind == "record":
        assert field.records is not None
        return RecordField(label, find=lambda: field.records(current_user), suggestions=field.suggestions)  # type: ignore[misc]
    if field.kind == "number":
        return NumberField(label, whole=True, least=-(2**31) + 1, most=2**31 - 1)
    made = {"year": YearField, "money": MoneyField, "day": DayField, "instant": DayField}.get(field.kind)
    return made(label) if made else TextField(label, longest=LONGEST)


def _record_of(field: Field, condition: Condition) -> Any:
    """The record that a condition names, as far as the reader sees it."""
    if condition.operator != "is" or field.records is None:
        return None
    return found_by_id(field.records(current_user), condition.meant[0])


def _begun(field: Field, given: Any, condition: Condition) -> dict[str, Any]:
    group = given.get("group", "")
    kept = {
        "field": field.key,
        "group": group if group in GROUPS else GROUPS[0],
        "stood_in": group,
        "query": given.get("query", ""),
        "at": given.get("at", ""),
        "replaces": given.get("replaces", ""),
    }
    if condition.field is not field:
        return kept
    value: Any = condition.values if condition.operator in KINDS[field.kind].many else next(iter(condition.meant), None)
    if condition.operator == "within":
        return kept | {"operator": "within", "word": value}
    if field.kind == "record":
        return kept | {"operator": condition.operator, "value": _record_of(field, condition)}
    return kept | {"operator": condition.operator, "value": value}
