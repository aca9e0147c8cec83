"""The first run: the organisation and its first owner."""

from crm_app.accounts import passwords, queries
from crm_app.accounts.forms import SetupForm
from crm_app.accounts.models import Organisation, User
from crm_app.extensions import db
from crm_app.web.reader import reader

_SUGGESTED = {
    "en": ("USD", "Europe/London", "gregorian", ""),
    "fa": ("IRR", "Asia/Tehran", "jalali", "IR"),
    "zh": ("CNY", "Asia/Shanghai", "gregorian", "CN"),
}
# Days of the week as Python counts them: Monday is 0.
_WEEKENDS = {"en": "56", "fa": "4", "zh": "56"}


def suggested() -> dict[str, str]:
    """What a business that reads this language most likely uses."""
    language = reader.language
    currency, zone, calendar, _country = _SUGGESTED[language]
    return {"language": language, "currency": currency, "time_zone": zone, "calendar": calendar}


def found(form: SetupForm) -> User:
    """Write the organisation and its first owner."""
    language = form.language.data
    organisation = Organisation(
        name=form.organisation.data,
        currency=form.currency.data,
        time_zone=form.time_zone.data,
        calendar_name=form.calendar.data,
        weekend=_WEEKENDS[language],
        country=_SUGGESTED[language][3],
    )
    owner = User(email=form.email.data, role="owner", language=language)
    owner.rename(form.name.data)
    owner.password_hash = passwords.hashed(form.password.data)
    db.session.add_all([organisation, owner])
    db.session.flush()
    queries.forget_organisation()
    return owner
