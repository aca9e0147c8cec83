"""What the owner fills in about the rates of currencies."""

from decimal import Decimal

from sqlalchemy import select
from wtforms import SelectField, ValidationError

from crm_app.accounts.forms import currency_choices
from crm_app.extensions import db
from crm_app.web import formats
from crm_app.web.fields import DayField, NumberField, Required
from crm_app.web.money import Rate
from crm_app.web.reader import reader
from crm_app.web.seen import SeenForm
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

_SMALLEST = Decimal("0.0000000001")


class RateForm(SeenForm):
    """From a day on, one unit of a currency is worth so many of the organisation's."""

    currency = SelectField(_l("Currency"))
    day = DayField(_l("Valid from"), [Required()])
    rate = NumberField(_l("Exchange rate"), [Required()], most=10**9 - 1)

    def __init__(self, rate: Rate | None = None):
        self.kept = rate
        super().__init__(obj=rate, data=None if rate else {"day": reader.today()})
        if rate:
            self.drawn_from(rate.currency, rate.day, rate.rate)
        # A rate that stands keeps its currency, also where that has become the organisation's.
        left_out = {reader.currency} - ({rate.currency} if rate else set())
        self.currency.choices = [one for one in currency_choices() if one.value not in left_out]

    def facts(self) -> dict:
        return {"currency": self.currency.data, "day": self.day.data, "rate": self.rate.data}

    def validate_rate(self, field):
        if field.data is not None and field.data < _SMALLEST:
            raise ValidationError(_("A rate must be greater than zero."))

    def validate_day(self, field):
        same = select(Rate).where(Rate.currency == self.currency.data, Rate.day == field.data)
        twin = db.session.scalar(same) if field.data else None
        if twin and twin is not self.kept:
            text = _(
                "There is already a rate for this day: %(rate)s. Change that one.", rate=formats.num(twin.rate, 20)
            )
            raise ValidationError(text)
