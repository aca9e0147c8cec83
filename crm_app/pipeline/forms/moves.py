"""Forms for moving a deal: to a stage, to won, to lost, and back."""

from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from flask import request
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm_app.extensions import db, utc_now
from crm_app.pipeline import queries
from crm_app.pipeline.carrying import Carrying
from crm_app.pipeline.models import Deal, Stage
from crm_app.web import formats
from crm_app.web.addresses import LARGEST_ID, whole_id
from crm_app.web.fields import DayField, MoneyField, Required, TextField
from crm_app.web.money import Rates
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

# So many deals are moved by one request at most.
MOST_TOGETHER = 200
_ID = NumberRange(min=1, max=LARGEST_ID)


def carrying_sent() -> Carrying | None:
    """What a card's own form sent; None for what no page would send. The token was checked before any view."""
    sent = {name: request.form.get(name, "") for name in Carrying._fields}
    read = {name: whole_id(text) for name, text in sent.items()}
    if read["stage"] is None or any(text and read[name] is None for name, text in sent.items()):
        return None
    return Carrying(**read)  # type: ignore[arg-type]


class MoveTogetherForm(FlaskForm):
    """Cards that were picked, each as its id and the version that was seen ("7.3"), and where they go."""

    stage = IntegerField(validators=[InputRequired(), _ID])
    after = IntegerField(validators=[Optional(), _ID])
    deal = SelectMultipleField(coerce=lambda text: picked(text), validate_choice=False)

    def validate_deal(self, field: SelectMultipleField) -> None:
        if not 0 < len(field.data or []) <= MOST_TOGETHER:
            raise ValidationError(
                _("Select at least one deal and at most %(count)s.", count=formats.num(MOST_TOGETHER))
            )

    @property
    def seen(self) -> dict[int, int | None]:
        """The version of each deal, by its id."""
        return dict(self.deal.data or [])


class UndoTogetherForm(FlaskForm):
    """`event` are the moves as the log numbers them."""

    event = SelectMultipleField(coerce=lambda text: picked(text)[0], validate_choice=False)

    def validate_event(self, field: SelectMultipleField) -> None:
        if not 0 < len(field.data or []) <= MOST_TOGETHER:
            raise ValidationError


class MonthForm(FlaskForm):
    """A card's own form on the forecast: the column it goes to, or the stage in which its way ends."""

    month = StringField(validators=[Length(max=10)])
    stage = IntegerField(validators=[Optional(), _ID])
    came_from = StringField(validators=[Length(max=10)])
    version = IntegerField(validators=[Optional(), _ID])


class ReopeningForm(FlaskForm):
    stage = IntegerField(validators=[Optional(), _ID])
    version = IntegerField(validators=[Optional(), _ID])


class SnoozeForm(FlaskForm):
    """Until when a deal sleeps, and why: a week unless another day is chosen."""

    until = DayField(_l("Until"), [Required()])
    reason = TextField(_l("Reason"), [Required()], longest=500)
    version = HiddenField()

    def __init__(self, deal: Deal):
        until = deal.snoozed_until if deal.is_snoozed(reader.today()) else reader.today() + timedelta(weeks=1)
        super().__init__(data={"until": until, "reason": deal.snooze_reason, "version": deal.version})

    @property
    def seen_version(self) -> int | None:
        return seen_version(self.version)

    def validate_until(self, field: DayField) -> None:
        if field.data and field.data <= reader.today():
            raise ValidationError(_("Choose a future date."))


class WakingForm(FlaskForm):
    version = IntegerField(validators=[Optional(), _ID])


class UndoForm(FlaskForm):
    """`event` is the move as the log numbers it."""

    event = IntegerField(validators=[InputRequired(), NumberRange(min=1, max=2**62)])


class _ClosingForm(FlaskForm):
    """`stage` is where the deal goes, if its pipeline has several stages of the kind."""

    kind: ClassVar[str]
    version = HiddenField()
    came_from = HiddenField()
    stage = HiddenField()

    def __init__(self, deal: Deal, facts: dict[str, Any], **kwargs: Any):
        self.deal = deal
        super().__init__(data={"version": deal.version, "came_from": deal.stage_id, **facts}, **kwargs)

    @property
    def seen_version(self) -> int | None:
        return seen_version(self.version)

    @property
    def seen_in(self) -> int | None:
        return whole_id(self.came_from.data)

    @property
    def chosen_stage(self) -> Stage:
        return next((stage for stage in self._stages if stage.id == whole_id(self.stage.data)), self._stages[0])

    @property
    def _stages(self) -> list[Stage]:
        return [stage for stage in self.deal.pipeline.stages if stage.kind == self.kind]

    def validate_stage(self, field):
        """Where one of several was chosen that is gone, what is sent again goes to the first of those left."""
        wanted = self.chosen_stage
        if field.data and whole_id(field.data) != wanted.id and len(self._stages) > 1:
            field.data = str(wanted.id)
            text = _(
                "The stage you chose no longer exists. Save again to put the deal in %(stage)s.", stage=wanted.name
            )
            raise ValidationError(text)


class WonForm(_ClosingForm):
    kind = "won"
    amount = MoneyField(_l("Amount"), [Required()], currency_from="currency")
    currency = SelectField(_l("Currency"))
    day = DayField(_l("Won on"), [Required()])

    def __init__(self, deal: Deal, rates: Rates, **kwargs: Any):
        facts = {"amount": deal.value, "currency": deal.currency, "day": reader.today()}
        super().__init__(deal, facts, **kwargs)
        codes = sorted({deal.currency, rates.base, *rates.currencies})
        shown = {"IRR": f"IRR · {formats.currency_unit('IRR')}"} if reader.shows_toman else {}
        self.currency.choices = [(code, shown.get(code, code)) for code in codes]

    def validate_day(self, field):
        if field.data and field.data > reader.today():
            raise ValidationError(_("This date is in the future. Choose today or an earlier day."))
        began = reader.local(self.deal.created_at).date()
        if field.data and self.deal.created_is_known and field.data < began:
            raise ValidationError(
                _("The deal was created on %(day)s. Choose that day or a later one.", day=formats.day(began))
            )

    def close(self, rates: Rates) -> None:
        self.deal.win(self.amount.data, self._closed_at(), rates, self.chosen_stage)

    def _closed_at(self) -> datetime:
        """Now, or noon of an earlier day: an instant in the organisation's zone, whose day decides the rate."""
        now = reader.local(utc_now())
        return now if self.day.data == now.date() else datetime.combine(self.day.data, time(12), reader.zone)


class LostForm(_ClosingForm):
    kind = "lost"
    reason = TextField(_l("Lost reason"), [Required()], longest=500)

    def __init__(self, deal: Deal, rates: Rates, **kwargs: Any):
        super().__init__(deal, {}, **kwargs)
        known = queries.reasons_for_losing(queries.visible_to(current_user))
        self.earlier_reasons = list(db.session.scalars(known))

    def close(self, rates: Rates) -> None:
        self.deal.lose(self.reason.data, reader.local(utc_now()), rates, self.chosen_stage)


def picked(text: str) -> tuple[int, int | None]:
    """An id and perhaps a version, as a box to tick sends them. Raises ValueError for anything else."""
    number, _point, version = str(text).partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (number, version or "0")):
        raise ValueError(text)
    return int(number), int(version) if version else None


def seen_version(field: HiddenField) -> int | None:
    """None where none was sent, 0 for what no version can be."""
    return (whole_id(field.data) or 0) if field.data else None


def outcome_form(deal: Deal, kind: str, rates: Rates, **kwargs: Any) -> WonForm | LostForm:
    return {"won": WonForm, "lost": LostForm}[kind](deal, rates, **kwargs)
