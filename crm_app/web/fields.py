"""Form fields that read what people type in three scripts: numbers, money, days, text without traps."""

from datetime import date

from wtforms import Field, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from crm_app.web import formats
from crm_app.web.money import Money
from crm_app.web.periods import JALALI
from crm_app.web.reader import reader
from crm_app.web.text import clean
from crm_app.web.texts import gettext as _


class Required:
    """Says in the reader's language that a field wants an answer; marks it for the browser too."""

    field_flags = {"required": True}

    def __call__(self, form, field):
        if field.data is None or field.data == "" or field.data == []:
            raise StopValidation(_("Fill this in.") if not field.errors else "")


class _AtMost:
    """Says in the reader's language and digits how long a text may be; marks it for the browser too."""

    def __init__(self, longest: int):
        self.longest = longest
        self.field_flags = {"maxlength": longest}

    def __call__(self, form, field):
        if len(field.data or "") > self.longest:
            raise ValidationError(_("No more than %(count)s characters.", count=formats.num(self.longest)))


class TextField(StringField):
    """One line of text, cleaned, at most `longest` characters."""

    def __init__(self, label=None, validators=(), *, longest: int = 200, **kwargs):
        super().__init__(label, [*validators, _AtMost(longest)], **kwargs)

    def process_formdata(self, valuelist):
        self.data = clean(valuelist[0]) if valuelist else ""


class LinesField(TextAreaField):
    """Several lines of text, cleaned."""

    def __init__(self, label=None, validators=(), *, longest: int = 10_000, **kwargs):
        super().__init__(label, [*validators, _AtMost(longest)], **kwargs)

    def process_formdata(self, valuelist):
        self.data = clean(valuelist[0], lines=True) if valuelist else ""


class _ReadField(Field):
    """A text input whose text is read by `read` and written by `write`; keeps what was typed on an error."""

    widget = TextInput()

    def process_formdata(self, valuelist):
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if self.typed:
            self.data = self.read(self.typed)

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else self.write(self.data)


class NumberField(_ReadField):
    """A Decimal, or a whole number with `whole=True`, between `least` and `most`."""

    kind = "number"

    def __init__(self, label=None, validators=(), *, least=None, most=10**15, whole=False, places=6, **kwargs):
        super().__init__(label, validators, **kwargs)
        self.least, self.most, self.whole, self.places = least, most, whole, places

    def read(self, text):
        try:
            number = formats.parse_number(text)
        except ValueError as error:
            raise ValueError(_("Enter a number, such as %(example)s.", example=formats.num(1250))) from error
        if self.whole and number != number.to_integral_value():
            raise ValueError(_("Enter a whole number."))
        if self.least is not None and number < self.least:
            raise ValueError(_("Must be at least %(least)s.", least=formats.num(self.least)))
        if number > self.most:
            raise ValueError(_("Must be at most %(most)s.", most=formats.num(self.most)))
        return int(number) if self.whole else number

    def write(self, value):
        text = f"{value:f}" if not isinstance(value, int) else str(value)
        return formats.as_typed(text.rstrip("0").rstrip(".") if "." in text else text)


class MoneyField(_ReadField):
    """A Money that is not negative. Its currency comes from the form's field named `currency_from`, or `currency`."""

    kind = "money"

    def __init__(self, label=None, validators=(), *, currency_from: str | None = None, **kwargs):
        super().__init__(label, validators, **kwargs)
        self.currency = reader.currency
        self.currency_from = currency_from
        self.form = None

    def process(self, formdata, data=..., **kwargs):
        from wtforms.utils import unset_value

        if formdata and self.currency_from:
            chosen = formdata.get(self.currency_from, "")
            self.currency = chosen if len(chosen) == 3 and chosen.isalpha() else self.currency
        super().process(formdata, unset_value if data is ... else data, **kwargs)
        if isinstance(self.data, Money):
            self.currency = self.data.currency

    def read(self, text):
        try:
            amount = formats.parse_money(text, self.currency)
        except (ValueError, ArithmeticError) as error:
            raise ValueError(_("Enter an amount, such as %(example)s.", example=formats.num(1250))) from error
        if amount.amount < 0:
            raise ValueError(_("An amount cannot be negative."))
        return amount

    def write(self, value):
        return formats.as_typed(formats.money_input(value))


class DayField(_ReadField):
    """A date, typed year first in the reader's calendar; either calendar is understood."""

    kind = "day"

    def __init__(self, label=None, validators=(), *, earliest=date(1900, 1, 1), latest=date(2200, 1, 1), **kwargs):
        super().__init__(label, validators, **kwargs)
        self.earliest, self.latest = earliest, latest

    def read(self, text):
        try:
            day = formats.parse_day(text)
        except ValueError as error:
            example = formats.day(reader.today(), "numeric")
            raise ValueError(_("Enter a date with the year first, such as %(example)s.", example=example)) from error
        if not self.earliest <= day < self.latest:
            raise ValueError(_("This date is out of range."))
        return day

    def write(self, value):
        return formats.day(value, "numeric")

    @property
    def calendar(self):
        return "jalali" if reader.calendar == JALALI else "gregorian"


def options(pairs) -> list[SelectChoice]:
    """Pairs of value and label as a SelectField takes them."""
    return [SelectChoice(value, label) for value, label in pairs]
