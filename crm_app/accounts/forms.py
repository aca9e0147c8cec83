"""The forms of setting up, signing in, and one's own preferences."""

from zoneinfo import available_timezones

from babel.numbers import list_currencies
from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, ValidationError
from wtforms.validators import Optional

from crm_app.accounts import passwords
from crm_app.web.fields import Required, TextField, options
from crm_app.web.formats import currency_unit
from crm_app.web.money import COMMON_CURRENCIES
from crm_app.web.reader import LANGUAGES, reader
from crm_app.web.text import sign_in_address
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

CALENDAR_CHOICES = options([("gregorian", _l("Gregorian")), ("jalali", _l("Jalali"))])
DIGIT_CHOICES = options([("latin", _l("Latin (123)")), ("persian", _l("Persian (۱۲۳)"))])
THEME_CHOICES = options([("system", _l("System")), ("light", _l("Light")), ("dark", _l("Dark"))])
LANGUAGE_CHOICES = options(LANGUAGES.items())
_FOLLOWING = options([("", _l("Same as the language"))])


class EmailField(TextField):
    """An e-mail address, lower-cased; its domain is not looked up."""

    kind = "email"

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        self.data = sign_in_address(self.data)

    def pre_validate(self, form):
        if self.data:
            try:
                validate_email(self.data, check_deliverability=False, test_environment=True)
            except EmailNotValidError as error:
                raise ValidationError(_("This is not a valid email address.")) from error


class NewPasswordField(PasswordField):
    def pre_validate(self, form):
        if not self.data:
            return
        if len(self.data) < passwords.SHORTEST:
            raise ValidationError(_("At least %(count)s characters.", count=passwords.SHORTEST))
        if len(self.data) > passwords.LONGEST:
            raise ValidationError(_("No more than %(count)s characters.", count=passwords.LONGEST))
        if passwords.is_common(self.data):
            raise ValidationError(_("This password is too easy to guess. Choose another."))


class SetupForm(FlaskForm):
    """First run: the organisation and its first owner."""

    language = SelectField(_l("Language"), choices=LANGUAGE_CHOICES)
    organisation = TextField(_l("Name of your organisation"), [Required()])
    currency = SelectField(_l("Currency"))
    time_zone = SelectField(_l("Time zone"))
    calendar = SelectField(_l("Calendar"), choices=CALENDAR_CHOICES)
    name = TextField(_l("Your name"), [Required()])
    email = EmailField(_l("Your email"), [Required()], longest=254)
    password = NewPasswordField(_l("Password"), [Required()])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.currency.choices = currency_choices()
        self.time_zone.choices = time_zone_choices()


class SignInForm(FlaskForm):
    email = TextField(_l("Email"), [Required()], longest=254)
    password = PasswordField(_l("Password"), [Required()])
    remember = BooleanField(_l("Keep me signed in on this device"))


class CodeForm(FlaskForm):
    """A code of the authenticator app, or a recovery code."""

    code = TextField(_l("Sign-in code"), [Required()], longest=60)


class ConfirmForm(FlaskForm):
    password = PasswordField(_l("Password"), [Required()])


class PasskeyForm(FlaskForm):
    """What the browser answered, written by a script; whoever sends another thing is refused by what reads it."""

    answer = TextField(longest=20_000)
    remember = BooleanField()


class NewPasskeyForm(FlaskForm):
    name = TextField(_l("Name"), longest=100)
    answer = TextField(longest=200_000)


class EndSecondStepForm(FlaskForm):
    password = PasswordField(_l("Password"), [Required()])
    code = TextField(_l("Sign-in code"), [Required()], longest=60)


class ForgottenForm(FlaskForm):
    email = EmailField(_l("Email"), [Required()], longest=254)


class PreferencesForm(FlaskForm):
    """One's own way of reading; each part may be sent alone, from the menu."""

    language = SelectField(_l("Language"), [Optional()], choices=LANGUAGE_CHOICES)
    calendar = SelectField(_l("Calendar"), [Optional()], choices=_FOLLOWING + CALENDAR_CHOICES)
    digits = SelectField(_l("Digits"), [Optional()], choices=_FOLLOWING + DIGIT_CHOICES)
    theme = SelectField(_l("Appearance"), [Optional()], choices=THEME_CHOICES)


class PasswordForm(FlaskForm):
    current = PasswordField(_l("Current password"), [Required()])
    password = NewPasswordField(_l("New password"), [Required()])


class ChosenPasswordForm(FlaskForm):
    """By a link, without the old password."""

    password = NewPasswordField(_l("New password"), [Required()])


def currency_choices(*, beside_amount=False):
    """Often used ones first, then all others by code, also those that the reader's language has no name for.

    Beside an amount rials are called tomans where they are so typed.
    """
    names = dict(reader.locale.currencies)
    if beside_amount and reader.shows_toman:
        names["IRR"] = currency_unit("IRR")
    rest = sorted(set(list_currencies()) - set(COMMON_CURRENCIES))
    return options((code, f"{code} · {names[code]}" if code in names else code) for code in (*COMMON_CURRENCIES, *rest))


def time_zone_choices():
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return options([("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)])
