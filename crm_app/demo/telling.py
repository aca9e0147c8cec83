"""What goes and what stays of the demo company, counted in words."""

from collections.abc import Mapping, Sized

from babel.lists import format_list

from crm_app.web import formats
from crm_app.web.reader import reader
from crm_app.web.texts import ngettext

# In this order; what is not among them belongs to one of these.
_NAMED = ("companies", "people", "products", "deals", "users", "teams", "pipelines", "goals", "tags", "rates")


def counted(records: Mapping[str, Sized]) -> str:
    """Such as “400 companies, 1,200 people and 2,500 deals”; what there is none of is not named."""
    said = [_of(name, len(records[name])) for name in _NAMED if records.get(name)]
    return format_list(said, "standard", reader.locale)


def _of(name: str, count: int) -> str:
    number = formats.num(count)
    words = {
        "companies": lambda: ngettext("%(count)s company", "%(count)s companies", count, count=number),
        "people": lambda: ngettext("%(count)s person", "%(count)s people", count, count=number),
        "deals": lambda: ngettext("%(count)s deal", "%(count)s deals", count, count=number),
        "products": lambda: ngettext("%(count)s product", "%(count)s products", count, count=number),
        "users": lambda: ngettext("%(count)s user", "%(count)s users", count, count=number),
        "teams": lambda: ngettext("%(count)s team", "%(count)s teams", count, count=number),
        "pipelines": lambda: ngettext("%(count)s pipeline", "%(count)s pipelines", count, count=number),
        "goals": lambda: ngettext("%(count)s goal", "%(count)s goals", count, count=number),
        "tags": lambda: ngettext("%(count)s tag", "%(count)s tags", count, count=number),
        "rates": lambda: ngettext("%(count)s rate", "%(count)s rates", count, count=number),
    }
    return words[name]()
