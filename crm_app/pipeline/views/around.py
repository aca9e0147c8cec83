"""What the page of a deal and the deal beside the board show alike."""

from flask import request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload, selectinload

from crm_app.activity.forms import NoteForm
from crm_app.activity.timeline import history
from crm_app.catalog import queries as catalog
from crm_app.contacts import queries as contacts
from crm_app.extensions import db
from crm_app.pipeline import paths, queries, rotting, undoing
from crm_app.pipeline.models import Deal, Pipeline, Stay
from crm_app.pipeline.views.showing import kept
from crm_app.web.pickers import found_by_id
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
    "lost_reason": _l("Lost because"),
}


def found(deal_id):
    """The deal with all that is told of it, if the reader sees it."""
    seen = queries.visible_to(current_user).where(Deal.id == deal_id)
    return db.one_or_404(
        seen.options(
            joinedload(Deal.owner),
            joinedload(Deal.company),
            joinedload(Deal.person),
            joinedload(Deal.product),
            joinedload(Deal.pipeline).selectinload(Pipeline.stages),
            selectinload(Deal.stays).joinedload(Stay.stage),
        )
    )


def page_of(deal, **arguments):
    return url_for("pipeline.show", deal_id=deal.id, **arguments)


def around(deal, *, before=None, **more):
    """Its contacts are links only for whoever may open them. `beside` is the part of an address that tells which board
    it stands beside, empty on a page of its own.

    `here` is where plain forms come back to; None beside a board, which a script brings up to date.
    """
    is_beside = "beside" in request.args
    marked = {"beside": 1, **kept()} if is_beside else {}
    told = history(deal, WORDS, before)
    return {
        "deal": deal,
        "beside": marked,
        "steps": paths.steps(deal),
        "clock": rotting.clock(deal),
        "company_is_seen": _is_seen(contacts.companies_visible_to(current_user), deal.company_id),
        "person_is_seen": _is_seen(contacts.people_visible_to(current_user), deal.person_id),
        "product_is_seen": _is_seen(catalog.visible_to(current_user), deal.product_id),
        "history": told,
        "older_url": page_of(deal, before=told.before, **marked) if told.before else None,
        "undo": _undo_of(deal, marked),
        "note_form": NoteForm(formdata=None),
        "form": None,
        "here": None if is_beside else page_of(deal),
        "facts_url": page_of(deal, **marked),
    } | more


def _undo_of(deal, marked):
    event = undoing.last_move(deal) if current_user.can_edit else None
    url = url_for("pipeline.undo", deal_id=deal.id, **marked)
    return event and {"event": event.id, "url": url, "next": None if marked else page_of(deal)}


def _is_seen(rows, record_id):
    return record_id is not None and found_by_id(rows, record_id) is not None
