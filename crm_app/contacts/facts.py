"""How the facts of companies and people are called and written where their history is told."""

from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from crm_app.activity.timeline import Word
from crm_app.contacts.fields import countries, year
from crm_app.web import formats


def country_name(code: str) -> str:
    return countries().get(code, code)


def _phone(number: str) -> Markup:
    return Markup('<bdi class="nowrap" dir="ltr">{}</bdi>').format(formats.phone(number))


_BOTH = {"name": _l("Name"), "phone": Word(_l("Phone"), _phone), "tags": _l("Tags"), "owner": _l("Owner")}
COMPANY_WORDS = _BOTH | {
    "parent": _l("Parent company"),
    "industry": _l("Industry"),
    "founded": Word(_l("Founded"), lambda value: year(int(value))),
    "size": _l("Employees"),
    "revenue": _l("Revenue a year"),
    "country": Word(_l("Country"), country_name),
    "website": _l("Website"),
}
PERSON_WORDS = _BOTH | {"job_title": _l("Job title"), "company": _l("Company"), "email": _l("E-mail")}
