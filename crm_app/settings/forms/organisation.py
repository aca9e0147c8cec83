"""The form of what holds for the whole organisation."""

from babel.dates import get_day_names, get_month_names
from wtforms import BooleanField, SelectField, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from crm_app.accounts.forms import CALENDAR_CHOICES, currency_choices, time_zone_choices
from crm_app.accounts.models import Organisation
from crm_app.settings.organisation import untold_in
from crm_app.web import formats
from crm_app.web.fields import Required, TextField, options
from crm_app.web.formats import LATIN_MONTHS, PERSIAN_MONTHS
from crm_app.web.periods import JALALI
from crm_app.web.reader import reader
from crm_app.web.seen import SeenForm
from crm_app.web.texts import lazy_gettext as _l
from crm_app.web.texts import ngettext


class OrganisationForm(SeenForm):
    name = TextField(_l("Name"), [Required()])
    currency = SelectField(_l("Currency"))
    time_zone = SelectField(_l("Time zone"))
    calendar_name = SelectField(_l("Calendar for goals and reports"), choices=CALENDAR_CHOICES)
    fiscal_start = SelectField(_l("The year starts in"), coerce=int)
    weekend = SelectMultipleField(_l("Days off"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())
    reps_see_all = BooleanField(_l("Reps see everyone’s records"))
    shows_toman = BooleanField(_l("Show rials as tomans"))

    def __init__(self, *args, firm: Organisation, **kwargs):
        self.firm = firm
        super().__init__(*args, obj=firm, **kwargs)
        self.currency.choices = currency_choices()
        self.time_zone.choices = time_zone_choices()
        if firm.time_zone not in [zone.value for zone in self.time_zone.choices]:
            self.time_zone.choices += options([(firm.time_zone, firm.time_zone)])
        self.fiscal_start.choices = options(_months(firm.calendar_name))
        self.weekend.choices = options(_weekdays())
        if not self.is_submitted():
            self.weekend.data = list(firm.weekend)
        self.drawn_from(*(getattr(firm, name) for name in self._facts))

    @property
    def _facts(self) -> list[str]:
        return [field.name for field in self if field.name not in ("csrf_token", "seen")]

    def values(self) -> dict:
        return {name: self[name].data for name in self._facts} | {"weekend": "".join(sorted(self.weekend.data))}

    def validate_currency(self, field):
        lost = untold_in(field.data)
        if field.data != self.firm.currency and lost.since:
            text = ngettext(
                "%(count)s exchange rate would be lost because there is no rate for %(currency)s on %(day)s. "
                "Add a rate for that day first.",
                "%(count)s exchange rates would be lost because there is no rate for %(currency)s on %(day)s. "
                "Add a rate for that day first.",
                lost.number,
                count=formats.num(lost.number),
                currency=field.data,
                day=formats.day(lost.since),
            )
            raise ValidationError(text)


def _months(calendar: str) -> list[tuple[int, str]]:
    if calendar == JALALI:
        names = PERSIAN_MONTHS if reader.language == "fa" else LATIN_MONTHS
        return list(enumerate(names, 1))
    months = get_month_names("wide", "stand-alone", reader.locale)
    return [(number, months[number]) for number in range(1, 13)]


def _weekdays() -> list[tuple[str, str]]:
    """In the order of the reader's week."""
    names = get_day_names("wide", "stand-alone", reader.locale)
    first = reader.locale.first_week_day
    return [(str(day % 7), names[day % 7]) for day in range(first, first + 7)]
