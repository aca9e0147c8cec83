"""Years: kept as Gregorian, read and written as the reader counts them."""

from crm_app.web import formats
from crm_app.web.fields import NumberField
from crm_app.web.periods import JALALI
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _

# Where the year 1 of the Jalali calendar begins; most of a Jalali year lies in the Gregorian year so found.
_JALALI_EPOCH = 621
_JALALI_YEARS_END = 1500
# A later one would be written in the Jalali calendar as an earlier one is in the Gregorian.
LATEST = _JALALI_YEARS_END - 1 + _JALALI_EPOCH


class YearField(NumberField):
    """A year, kept as Gregorian. Jalali ones are understood, and shown to whoever reads in that calendar."""

    def __init__(self, label=None, validators=(), **kwargs):
        super().__init__(label, validators, whole=True, least=1, most=LATEST, **kwargs)

    def read(self, text):
        year = super().read(text)
        if reader.calendar == JALALI and year < _JALALI_YEARS_END:
            year += _JALALI_EPOCH
        # So written, 85 is the year of a century that is left out, in either calendar.
        if year < 1000:
            raise ValueError(_("Enter the year with four digits."))
        return year

    def write(self, value):
        return formats.as_typed(str(_year_read(value)))


def year(value: int) -> str:
    """A year as the reader counts them; never grouped like a number."""
    return formats.digits(str(_year_read(value)))


def _year_read(value: int) -> int:
    return value - _JALALI_EPOCH if reader.calendar == JALALI else value
