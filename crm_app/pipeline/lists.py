"""Deals as a list: their columns, what they can be filtered by, and how they are sorted."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import url_for
from sqlalchemy import Select, and_, select
from sqlalchemy.orm import joinedload

from crm_app.accounts.models import User
from crm_app.accounts.queries import once_for_each_scope, teams_visible_to
from crm_app.catalog import queries as catalog
from crm_app.catalog.models import Product
from crm_app.contacts.lists import asking_companies
from crm_app.contacts.models import Company, Person
from crm_app.contacts.owning import owner_id, owners
from crm_app.contacts.queries import companies_visible_to, people_visible_to
from crm_app.contacts.queries import matching as contacts_matching
from crm_app.extensions import db
from crm_app.lists.fields import Asking, Badge, Field, Link, Pairs, Point
from crm_app.lists.kinds import KINDS as KINDS_OF_FIELDS
from crm_app.lists.kinds import record_id
from crm_app.lists.listables import Editing, Listable, Narrowing
from crm_app.lists.names import ids
from crm_app.pipeline import queries
from crm_app.pipeline.models import KINDS, Deal, Pipeline, Stage
from crm_app.pipeline.sorting import sorts
from crm_app.web.money import Rates
from crm_app.web.ordering import Order
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext


def listable(
    user: User,
    rates: Rates,
    narrow: Narrowing | None = None,
    editing: Editing | None = None,
    actions: Sequence[Any] = (),
) -> Listable:
    """`narrow` is what the list asks in its own way, beside the conditions of any field."""
    orders = sorts(rates)
    return Listable(
        "deals",
        "pipeline.deals",
        _("Deals"),
        Deal,
        _rows(user),
        fields(user, orders),
        lambda number, written: ngettext("%(count)s deal", "%(count)s deals", number, count=written),
        queries.matching,
        default_sort="-created",
        more_sorts={"next": orders["next"]},
        narrow=narrow,
        editing=editing,
        actions=actions,
        draws=_DRAWN,
    )


def _of(model: Any, id_: Any, name: str = "name") -> Any:
    """What stands in the record of which a deal holds the id."""
    return select(getattr(model, name)).where(model.id == id_).correlate(Deal).scalar_subquery()


_DRAWN = (
    _of(Company, Deal.company_id),
    _of(Person, Deal.person_id),
    _of(Product, Deal.product_id),
    _of(User, Deal.owner_id),
    *(_of(Stage, Deal.stage_id, name) for name in ("name", "position", "retired_at")),
    _of(Pipeline, Deal.pipeline_id),
)


@once_for_each_scope
def _rows(user: User) -> Select[Any]:
    return queries.visible_to(user).options(
        joinedload(Deal.company).load_only(Company.name),
        joinedload(Deal.person).load_only(Person.name),
        joinedload(Deal.product).load_only(Product.name),
        joinedload(Deal.owner).load_only(User.name),
        joinedload(Deal.stage).joinedload(Stage.pipeline),
    )


def fields(user: User, orders: dict[str, Order] | None = None) -> list[Field]:
    """Without orders, as filters alone need them."""
    in_order = (orders or {}).get
    return [
        Field(
            "title", _("Title"), "text", _link_to_deal, Deal.title, order=in_order("title"), cell="titled", width=12,
        ),
        Field(
            "company", _("Company"), "record", lambda deal: deal.company and Link(deal.company.name), Deal.company_id,
            order=in_order("company"), records=companies_visible_to, suggestions="contacts.company_suggestions",
            asking=asking_companies(Deal.company_id, user), width=8, place="under",
        ),
        Field(
            "value", _("Value"), "money", lambda deal: deal.value, Deal.value_amount, currency=Deal.currency,
            order=in_order("value"), width=6.5, place="end",
        ),
        Field(
            "stage", _("Stage"), "choice", _state, Deal.stage_id, order=in_order("stage"), options=_stages,
            coerce=record_id, cell="state", width=7, place="under", taken=lambda deal: deal.stage.name,
        ),
        Field(
            "owner", _("Owner"), "choice", lambda deal: deal.owner, Deal.owner_id, order=in_order("owner"),
            options=partial(owners, queries.visible_to), coerce=owner_id, cell="owner", width=8.5,
        ),
        Field(
            "close", _("Expected close"), "day", lambda deal: deal.expected_close, Deal.expected_close,
            fact="expected_close", order=in_order("close"), width=6.5,
        ),
        Field(
            "created", _("Created"), "instant", lambda deal: deal.created_at if deal.created_is_known else None,
            Deal.created_at, order=in_order("created"), asking=_where_created_is_known(), width=6.5,
        ),
        *_more_fields(user),
    ]  # fmt: skip


def _more_fields(user: User) -> list[Field]:
    """What is not among the standard columns."""
    return [
        Field(
            "status", _("Status"), "choice", lambda deal: str(KINDS[deal.status]), Deal.status,
            options=lambda: list(KINDS.items()), cell="text", width=5, is_standard=False,
        ),
        Field(
            "pipeline", _("Pipeline"), "choice", lambda deal: deal.stage.pipeline.name, Deal.pipeline_id,
            options=lambda: [(str(one.id), one.name) for one in queries.all_pipelines()], coerce=record_id, cell="text",
            is_standard=False,
        ),
        Field(
            "person", _("Person"), "record", lambda deal: deal.person and Link(deal.person.name), Deal.person_id,
            records=people_visible_to, suggestions="contacts.person_suggestions",
            asking=_by_person(user), is_standard=False,
        ),
        Field(
            "product", _("Product"), "choice", lambda deal: deal.product and deal.product.name, Deal.product_id,
            options=lambda: _named(catalog.by_name(catalog.visible_to(user))), coerce=record_id, cell="text",
            is_standard=False,
        ),
        Field(
            "team", _("Team"), "choice", None, select(User.team_id).where(User.id == Deal.owner_id).scalar_subquery(),
            options=lambda: _named(teams_visible_to(user)), coerce=record_id,
        ),
        *_facts_alone(),
    ]  # fmt: skip


def _facts_alone() -> list[Field]:
    """What a deal says of itself, without another record."""
    return [
        Field("source", _("Source"), "text", lambda deal: deal.source, Deal.source, is_standard=False),
        Field("code", _("Code"), "text", lambda deal: deal.code, Deal.code, is_standard=False, width=7),
        Field(
            "entered", _("In this stage since"), "instant", lambda deal: deal.entered_stage_at, Deal.entered_stage_at,
            is_standard=False, width=8,
        ),
        Field(
            "closed", _("Closed on"), "instant", lambda deal: deal.closed_at, Deal.closed_at, is_standard=False,
            width=7.5,
        ),
        Field(
            "reason", _("Lost reason"), "text", lambda deal: deal.lost_reason, Deal.lost_reason, fact="lost_reason",
            is_standard=False,
        ),
    ]  # fmt: skip


def _where_created_is_known() -> dict[str, Asking]:
    """As the column shows it: a deal that was brought in without its first day was created on none."""
    instants, known = KINDS_OF_FIELDS["instant"], Deal.created_is_known
    plain = Field("created", "", "instant", column=Deal.created_at)

    def held(operator: str) -> Asking:
        return lambda values: and_(known, instants.holds(plain, operator, values))

    dated = {operator: held(operator) for operator in instants.operators}
    return dated | {"empty": lambda _values: ~known, "filled": lambda _values: known}


def _by_person(user: User) -> dict[str, Asking]:
    seen = people_visible_to(user)
    return {
        "is": lambda values: Deal.person_id.in_(ids(seen.where(Person.id.in_(values)))),
        "has": lambda values: Deal.person_id.in_(ids(contacts_matching(seen, values[0]))),
    }


def _state(deal: Deal) -> Point | Badge:
    """Where an open deal stands; of a closed one, how it ended."""
    if deal.is_open:
        return Point(deal.stage.name, deal.stage.hue)
    is_won = deal.status == "won"
    return Badge(str(KINDS[deal.status]), "ok" if is_won else "danger", "trophy" if is_won else "thumbs-down")


def _stages() -> Pairs:
    found = queries.all_pipelines()
    several = len(found) > 1
    return [
        (str(stage.id), f"{one.name} · {stage.name}" if several else stage.name)
        for one in found
        for stage in one.stages
    ]


def _named(rows: Any) -> Pairs:
    return [(str(one.id), one.name) for one in db.session.scalars(rows)]


def _link_to_deal(deal: Deal) -> Link:
    return Link(deal.title, url_for("pipeline.show", deal_id=deal.id))
