"""The names and the order of owners, teams, regions, products, industries and stages beside their figures."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from sqlalchemy import select

from crm_app.accounts.models import Team, User
from crm_app.catalog.models import Product
from crm_app.extensions import db
from crm_app.measures.figures import Group
from crm_app.pipeline.models import Pipeline, Stage
from crm_app.web.text import sort_key
from crm_app.web.texts import gettext as _

Key = int | str | None


def labels_of(dimension: str, keys: Collection[Key]) -> list[tuple[Key, str]]:
    """Each key with its name: stages in their order, others by name, what belongs to none last."""
    known = [key for key in keys if key is not None]
    if dimension in ("region", "industry"):
        named: list[tuple[Key, str]] = sorted(((key, str(key)) for key in known), key=lambda pair: sort_key(pair[1]))
    else:
        named = _named(dimension, known)
    return named + ([(None, nobody(dimension))] if None in keys else [])


def nobody(dimension: str) -> str:
    """What the deals are called that have no owner, team, ... at all."""
    return _("Unassigned") if dimension in ("owner", "team", "region") else _("None")


def unseen(dimension: str) -> str:
    """What an owner or a team is called of whom no name is at hand: out of the reader's sight, or gone."""
    return {"owner": _("Former colleague"), "team": _("Another team")}.get(dimension, "")


def in_order(groups: list[Group], dimension: str) -> list[Group]:
    """Stages as they stand in the pipeline; else the greatest first, rates by what they are at least."""
    if dimension == "stage":
        return groups
    return sorted(groups, key=lambda group: (group.key is None, -_weight(group)))


def _weight(group: Group) -> Decimal:
    figure = group.figure
    if figure.value is None:
        return Decimal("-Infinity")
    return figure.low if figure.low is not None else Decimal(figure.value)


def _named(dimension: str, keys: Iterable[Key]) -> list[tuple[Key, str]]:
    query = {
        "owner": select(User.id, User.name).order_by(User.sort_key, User.id),
        "team": select(Team.id, Team.name).order_by(Team.name_key, Team.id),
        "product": select(Product.id, Product.name).order_by(Product.sort_key, Product.id),
        "stage": select(Stage.id, Stage.name)
        .join(Pipeline)
        .order_by(Pipeline.position, Pipeline.id, Stage.position, Stage.id),
    }[dimension]
    wanted = set(keys)
    return [(key, name) for key, name in db.session.execute(query) if key in wanted]
