"""What the steps of an import send: a file, where its columns go, what its values mean."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import ValidationError

from crm_app.exchange import currencies, preparing, uploads
from crm_app.exchange.decoding import UnreadableError
from crm_app.exchange.fields import UNITS
from crm_app.exchange.kinds.kind import EXISTING
from crm_app.exchange.reading import Sheet
from crm_app.web.fields import Required
from crm_app.web.text import clean
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

EXISTING_LABELS = {
    "overwrite": _l("Update them from the file"),
    "fill": _l("Fill in empty fields only"),
    "skip": _l("Keep them as they are"),
}
UNIT_LABELS = {1: _l("as they are"), 1_000: _l("thousands"), 1_000_000: _l("millions")}


class UploadForm(FlaskForm):
    """A file, stored and looked through at once so that what is wrong with it is said beside the field."""

    file = FileField(_l("File"), [Required()])

    def __init__(self, kind: str):
        super().__init__()
        self.kind = kind
        self.stored_name = ""
        self.sheet: Sheet | None = None

    def validate_file(self, field):
        self.stored_name = uploads.store(field.data, is_awaited=True)
        try:
            self.sheet = preparing.sheet_of(self.kind, uploads.path_of(self.stored_name))
        except BaseException as error:
            uploads.remove(self.stored_name)
            if isinstance(error, UnreadableError):
                raise ValidationError(str(error)) from error
            raise

    @property
    def file_name(self) -> str:
        return clean(self.file.data.filename or "")[-255:] or _("file")


class MatchForm:
    """The columns of a sheet and where they go: `column-3` and `unit-3` are sent for the fourth column."""

    def __init__(self, sent: Any, header: list[str], field_keys: set[str]):
        self.columns: dict[str, str] = {}
        self.units: dict[str, int] = {}
        for position, name in enumerate(header):
            if (key := sent.get(f"column-{position}", "")) in field_keys:
                self.columns[name] = key
                unit = sent.get(f"unit-{position}", type=int)
                if unit in UNITS and unit != 1:
                    self.units[name] = unit
        self._sent = sent

    def options(self, pipeline_ids: list[int]) -> dict[str, Any]:
        options: dict[str, Any] = {"units": self.units}
        if self._sent.get("existing") in EXISTING:
            options["existing"] = self._sent["existing"]
        currency = currencies.code_of(self._sent.get("currency", ""))
        if currency:
            options["currency"] = currency
        chosen = self._sent.get("pipeline", type=int)
        if chosen in pipeline_ids:
            options["pipeline_id"] = chosen
        elif "pipeline" in self._sent:
            options["new_pipeline"] = clean(self._sent.get("new_pipeline", ""))[:100] or _("Imported deals")
        return options


def meanings(sent: Any, questions: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """The answers to the questions of a preview: `value-3` for the fourth; none leaves it open."""
    values: dict[str, dict[str, str]] = {}
    for number, question in enumerate(questions):
        answer = sent.get(f"value-{number}", "?")
        if answer == "-":
            values.setdefault(question["field"], {})[question["text"]] = ""
        elif answer not in ("?", ""):
            values.setdefault(question["field"], {})[question["text"]] = clean(answer)[:200]
    return values


def notations_told(sent: Any, asked: list[dict[str, Any]]) -> dict[str, str]:
    """How columns are written, by their headers: `notation-0` for the first that a preview asks about."""
    told = {}
    for number, question in enumerate(asked):
        answer = sent.get(f"notation-{number}", "")
        if answer in [choice["value"] for choice in question["choices"]]:
            told[question["column"]] = answer
    return told
