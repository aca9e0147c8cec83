"""Countries in the order of their names, as the reader writes them."""

from functools import lru_cache

from sqlalchemy import ColumnElement, Integer, func

from crm_app.contacts.fields import countries
from crm_app.contacts.models import Company
from crm_app.lists.fields import Pairs
from crm_app.web.ordering import written_out
from crm_app.web.text import sort_key


def countries_by_name() -> Pairs:
    return sorted(countries().items(), key=lambda pair: sort_key(pair[1]))


@lru_cache
def by_country(_language: str, for_sqlite: bool) -> ColumnElement[int]:
    """Companies by the position of their country among all country names of the language; those without come first."""
    codes = written_out("|" + "".join(f"|{code}" for code, _name in countries_by_name()))
    place = func.instr if for_sqlite else func.strpos
    return place(codes, written_out("|") + Company.country, type_=Integer)
