"""One text in every place where people write something, for whoever asks what becomes of it on the pages."""

from crm_app.accounts.models import Organisation
from crm_app.activity import record
from crm_app.activity.recording import acting_as
from crm_app.catalog.models import Product
from crm_app.contacts.models import Company, Person, Tag
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.saved_views.models import SavedView
from tests import make


def everywhere(text, alice, olivia, arguments):
    """Longer texts are cut to what a place holds."""
    make.lost(alice, reason=text)
    company = db.session.get(Company, arguments["company_id"])
    person = db.session.get(Person, arguments["person_id"])
    deal = db.session.get(Deal, arguments["deal_id"])
    with acting_as(alice):
        company.change(name=text, industry=text[:100], website="https://x.example/" + text, phone=text[:50])
        person.change(name=text, job_title=text, phone=text[:50])
        deal.change(title=text, source=text[:100], code=text[:50])
        record(deal, "noted", text=text)
        record(company, "noted", text=text)
    for stage in deal.pipeline.stages:
        stage.name = text[:100]
    deal.pipeline.name = text[:100]
    company.tags.append(Tag(name=text[:60]))
    db.session.get(Product, arguments["product_id"]).name = text[:100]
    db.session.get(SavedView, arguments["view_id"]).name = text[:60]
    db.session.get(Organisation, 1).name = text
    alice.rename(text)
    olivia.rename(text)
    db.session.commit()
