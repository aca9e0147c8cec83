"""Forms that know what they were drawn from: saved over what somebody else changed since, they would take that back."""

from hashlib import sha256
from typing import Any

from flask import flash, redirect, request
from flask_wtf import FlaskForm
from sqlalchemy import Select
from werkzeug.wrappers import Response
from wtforms import HiddenField

from crm_app.extensions import SAFE_METHODS
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _


class SeenForm(FlaskForm):
    """For records without a version. The form says what it is `drawn_from` once it is made."""

    seen = HiddenField()

    def drawn_from(self, *facts: Any) -> None:
        """As the record stands now; plain values, in an order of their own."""
        self._stands = sha256(repr(facts).encode()).hexdigest()[:16]
        self.seen.data = self.seen.data or self._stands

    @property
    def is_overtaken(self) -> bool:
        """Whether whoever sent it saw something else. Who does not say what they saw means it as it stands."""
        return self.is_submitted() and self.seen.data != self._stands


def held(records: Select[Any]) -> Select[Any]:
    """Those that such a form is about, as they stand. Whoever sends it changes them alone, until they have.

    What points at them may be written meanwhile.
    """
    if request.method in SAFE_METHODS:
        return records
    model = records.column_descriptions[0]["entity"]
    return records.with_for_update(of=model, key_share=True).execution_options(populate_existing=True)


def look_again(address: str) -> Response:
    """Back to the form, as the record stands now."""
    said = (_("Someone changed this a moment ago."), _("Your changes were not saved. Look at the newer version first."))
    flash(reader.space.join(said), "danger")
    return redirect(address, 303)
