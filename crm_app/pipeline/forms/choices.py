"""By whom and by what deals can be narrowed: people, teams and products, read in one statement."""

from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Select, literal, union_all

from crm_app.accounts.models import Team, User
from crm_app.accounts.queries import assignable_by, once_for_each_scope, teams_visible_to
from crm_app.catalog import queries as catalog
from crm_app.catalog.models import Product
from crm_app.extensions import db

Pairs = list[tuple[str, str]]


class Choices(NamedTuple):
    """Ids and names in the order of names, of what the user may see."""

    owners: Pairs
    teams: Pairs
    products: Pairs


def choices(user: User) -> Choices:
    found: dict[str, Pairs] = {kind: [] for kind in Choices._fields}
    rows = db.session.connection().execute(_all_of(user))
    for kind, id_, name, _sort in sorted(rows, key=itemgetter(3, 1)):
        found[kind].append((str(id_), name))
    return Choices(**found)


@once_for_each_scope
def _all_of(user: User) -> CompoundSelect[Any]:
    return union_all(
        _part(assignable_by(user), "owners", User.id, User.name, User.sort_key),
        _part(teams_visible_to(user), "teams", Team.id, Team.name, Team.name_key),
        _part(catalog.visible_to(user), "products", Product.id, Product.name, Product.sort_key),
    )


def _part(rows: Select[Any], kind: str, *columns: Any) -> Select[Any]:
    id_, name, sort = columns
    return rows.with_only_columns(
        literal(kind).label("kind"), id_.label("id"), name.label("name"), sort.label("sort")
    ).order_by(None)
