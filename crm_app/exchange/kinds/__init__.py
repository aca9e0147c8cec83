"""The kinds of record that can be imported, in the order in which a business brings them."""

from crm_app.exchange.kinds.companies import Companies
from crm_app.exchange.kinds.deals import Deals
from crm_app.exchange.kinds.kind import Kind
from crm_app.exchange.kinds.people import People
from crm_app.exchange.kinds.products import Products
from crm_app.exchange.kinds.users import Users

KINDS: dict[str, type[Kind]] = {kind.key: kind for kind in (Users, Companies, People, Products, Deals)}
