"""The bin: deleted companies and people, to be brought back."""

from flask import request
from flask_login import current_user

from crm_app.accounts.access import editor_required
from crm_app.contacts import queries
from crm_app.contacts.models import Company, Person
from crm_app.contacts.views import bp
from crm_app.web.htmx import page
from crm_app.web.tables import listing


@bp.get("/bin")
@editor_required
def deleted():
    is_people = request.args.get("kind") == "people"
    model = Person if is_people else Company
    found = queries.people_in_bin_of(current_user) if is_people else queries.companies_in_bin_of(current_user)
    sorts = {"name": model.sort_key, "deleted": model.deleted_at}
    table = listing(found, key=model.id, sorts=sorts, default="-deleted")
    return page("contacts/deleted.html", part="contacts/deleted/_rows.html", table=table, is_people=is_people)
