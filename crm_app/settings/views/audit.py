"""The audit log: who let themselves in, took data along, or changed what others may do."""

from flask import abort
from flask_login import current_user

from crm_app.accounts.access import role_required
from crm_app.lists import showing
from crm_app.settings import audit as log
from crm_app.settings.views import bp


@bp.get("/audit")
@role_required("owner")
def audit():
    return showing.page(
        "settings/audit.html", log.entries(current_user) or abort(403), empty_of="settings/_no_audit.html"
    )
