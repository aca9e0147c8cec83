"""The first run: the organisation and its first owner."""

from collections.abc import Mapping

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


def suggested(language: str = "") -> dict[str, str]:
    """What a business that reads this language, else the reader's, most likely uses."""
    language = language or reader.language
    currency, zone, calendar, _country = _SUGGESTED[language]
    return {"language": language, "currency": currency, "time_zone": zone, "calendar": calendar}


def found(form: SetupForm) -> User:
    """Write the organisation and its first owner."""
    chosen = {name: form[name].data for name in ("language", "currency", "time_zone", "calendar")}
    return begin(form.organisation.data, form.name.data, form.email.data, form.password.data, chosen)


def begin(organisation: str, name: str, email: str, password: str, chosen: Mapping[str, str]) -> User:
    """The same of plain values; `chosen` holds what is `suggested`."""
    language = chosen["language"]
    firm = Organisation(
        name=organisation,
        currency=chosen["currency"],
        time_zone=chosen["time_zone"],
        calendar_name=chosen["calendar"],
        weekend=_WEEKENDS[language],
        country=_SUGGESTED[language][3],
    )
    owner = User(email=email, role="owner", language=language)
    owner.rename(name)
    owner.password_hash = passwords.hashed(password)
    db.session.add_all([firm, owner])
    db.session.flush()
    queries.forget_organisation()
    return owner
