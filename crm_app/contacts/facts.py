"""How the facts of companies and people are called and written where their history is told."""

from flask_login import current_user
from markupsafe import Markup

from crm_app.accounts.queries import sees_everything
from crm_app.activity.timeline import Word
from crm_app.contacts.fields import countries
from crm_app.contacts.models import Company
from crm_app.contacts.queries import companies_visible_to
from crm_app.extensions import db
from crm_app.web import formats
from crm_app.web.texts import lazy_gettext as _l
from crm_app.web.years import year


def country_name(code: str) -> str:
    return countries().get(code, code)


def _phone(number: str) -> Markup:
    return Markup('<bdi class="nowrap" dir="ltr">{}</bdi>').format(formats.phone(number))


def _companies_known(names: set[str]) -> set[str]:
    """To whoever sees all companies, the names of those that were renamed or went, too."""
    if current_user.role == "agent" or sees_everything(current_user):
        return names
    seen = companies_visible_to(current_user).with_only_columns(Company.name).where(Company.name.in_(names))
    return set(db.session.scalars(seen))


_BOTH = {"name": _l("Name"), "phone": Word(_l("Phone"), _phone), "tags": _l("Tags"), "owner": _l("Owner")}
COMPANY_WORDS = _BOTH | {
    "parent": Word(_l("Parent company"), known=_companies_known),
    "industry": _l("Industry"),
    "founded": Word(_l("Founded"), lambda value: year(int(value))),
    "size": _l("Employees"),
    "revenue": _l("Annual revenue"),
    "country": Word(_l("Country"), country_name),
    "website": _l("Website"),
}
PERSON_WORDS = _BOTH | {
    "job_title": _l("Job title"),
    "company": Word(_l("Company"), known=_companies_known),
    "email": _l("Email"),
}
