"""The names by which columns are recognised: for each field those of English, Persian and Chinese, surest first."""

from crm_app.exchange.headers.companies import COMPANIES
from crm_app.exchange.headers.deals import DEALS
from crm_app.exchange.headers.people import PEOPLE
from crm_app.exchange.headers.products import PRODUCTS
from crm_app.exchange.headers.users import USERS

__all__ = ["COMPANIES", "DEALS", "PEOPLE", "PRODUCTS", "USERS"]
