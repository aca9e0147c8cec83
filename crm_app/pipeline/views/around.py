"""What the page of a deal and the deal beside the board show alike."""

from typing import NamedTuple

from flask import abort, request, url_for
from flask_login import current_user
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from crm_app.accounts.queries import once_for_each_scope
from crm_app.activity.forms import NoteForm
from crm_app.activity.timeline import history
from crm_app.catalog import queries as catalog
from crm_app.catalog.models import Product
from crm_app.contacts import queries as contacts
from crm_app.contacts.models import Company, Person
from crm_app.extensions import db
from crm_app.pipeline import paths, queries, rotting, undoing
from crm_app.pipeline.models import Deal, Pipeline
from crm_app.pipeline.views.showing import kept
from crm_app.web.texts import lazy_gettext as _l

WORDS = {
    "owner": _l("Owner"),
    "title": _l("Title"),
    "value": _l("Value"),
    "currency": _l("Currency"),
    "company": _l("Company"),
    "person": _l("Person"),
    "product": _l("Product"),
    "source": _l("Source"),
    "expected_close": _l("Expected close"),
    "code": _l("Code"),
    "lost_reason": _l("Lost reason"),
}


class WayBack(NamedTuple):
    """The move that can be taken back: its event, where that is sent, and where it leads (no page beside a board)."""

    event: int
    url: str
    next: str | None


def found(deal_id):
    """The deal with all that is told of it, if the reader sees it."""
    seen = db.session.scalars(_told_of(current_user), {"deal_id": deal_id}).unique().one_or_none()
    return seen or abort(404)


@once_for_each_scope
def _told_of(user):
    named = ((Deal.company, Company.name), (Deal.person, Person.name), (Deal.product, Product.name))
    shown = joinedload(Deal.owner), *(joinedload(one).load_only(name) for one, name in named)
    way = joinedload(Deal.pipeline).joinedload(Pipeline.stages)
    return queries.visible_to(user).where(Deal.id == bindparam("deal_id")).options(*shown, way)


def page_of(deal, **arguments):
    return url_for("pipeline.show", deal_id=deal.id, **arguments)


def around(deal, *, before=None, **more):
    """Its contacts are links only for whoever may open them. `beside` is the part of an address that tells which board
    it stands beside, empty on a page of its own.

    `here` is where plain forms come back to; None beside a board, which a script brings up to date.
    """
    is_beside = "beside" in request.args
    marked = {"beside": 1, **kept()} if is_beside else {}
    told, seen, been = history(deal, WORDS, before), _seen_of(deal), paths.stays(deal)
    return {
        "deal": deal,
        "beside": marked,
        "stays": been,
        "steps": paths.steps(deal, been),
        "clock": rotting.clock(deal),
        "company_is_seen": seen[0],
        "person_is_seen": seen[1],
        "product_is_seen": seen[2],
        "history": told,
        "older_url": page_of(deal, before=told.before, **marked) if told.before else None,
        "undo": _undo_of(deal, marked, None if before else told, been),
        "note_form": NoteForm(formdata=None),
        "form": None,
        "here": None if is_beside else page_of(deal),
    } | more


def _undo_of(deal, marked, told, been):
    event = undoing.last_move(deal, told, been) if current_user.can_edit else None
    url = url_for("pipeline.undo", deal_id=deal.id, **marked)
    return event and WayBack(event.id, url, None if marked else page_of(deal))


def _seen_of(deal):
    """Whether the reader may open its company, its person and its product, asked at once."""
    ids = {"company_id": deal.company_id, "person_id": deal.person_id, "product_id": deal.product_id}
    if not any(ids.values()):
        return False, False, False
    return db.session.connection().execute(_are_seen(current_user), ids).one()


@once_for_each_scope
def _are_seen(user):
    return select(
        contacts.companies_visible_to(user).where(Company.id == bindparam("company_id")).exists(),
        contacts.people_visible_to(user).where(Person.id == bindparam("person_id")).exists(),
        catalog.visible_to(user).where(Product.id == bindparam("product_id")).exists(),
    )
