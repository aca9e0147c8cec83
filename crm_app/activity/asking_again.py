"""A form whose record is newer than its writer saw: what was typed stays, beside how the fact is now."""

from typing import Any

from wtforms import SelectField

from crm_app.activity.sentences import put_in
from crm_app.web import formats
from crm_app.web.pickers import RecordField, found_by_id
from crm_app.web.texts import gettext as _


def ask_again(form: Any, record: Any) -> None:
    """After a Conflict, rolled back. `form` is of one fact (`fields`, `version`); sent once more, it is meant."""
    now = " ".join(filter(None, (_written(field, getattr(record, field.name)) for field in form.fields)))
    form.version.raw_data, form.version.data = None, record.version
    told = put_in(_("It now reads %(value)s. Save again to replace it."), value=formats.isolate(now or "–"))
    form.fields[0].errors = [told]
    for field in form.fields:
        if isinstance(field, RecordField) and field.chosen_id is not None and field.data:
            field.nearest = [field.data]


def _written(field: Any, value: Any) -> str:
    """A value as the field would show it; of records only what the reader may see."""
    if isinstance(field, RecordField) and value and not found_by_id(field.find(), value.id):
        return ""
    typed = field.raw_data, field.data
    field.raw_data = None
    field.process_data(value)
    if isinstance(field, SelectField):
        written = next((label for _value, label, is_chosen, *_rest in field.iter_choices() if is_chosen), "")
    else:
        written = field._value()
    field.raw_data, field.data = typed
    return str(written)
