"""The form of a note, which every kind of record can take.

A view of another domain uses it with `record(subject, "noted", text=form.text.data)`; its template with
`{% from "ui/timeline.html" import composer, timeline %}`.
"""

from flask_wtf import FlaskForm

from crm_app.web.fields import LinesField, Required
from crm_app.web.texts import lazy_gettext as _l


class NoteForm(FlaskForm):
    text = LinesField(_l("Note"), [Required()], longest=10_000, id="note-text")
