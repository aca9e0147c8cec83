"""The way to all settings: each person sees what they may change."""

from typing import NamedTuple

from flask import url_for
from flask_login import current_user, login_required

from crm_app.settings.views import bp
from crm_app.web.htmx import page
from crm_app.web.texts import gettext as _


class Place(NamedTuple):
    title: str
    note: str
    icon: str
    url: str


@bp.get("/")
@login_required
def index():
    return page("settings/index.html", own=_own(), common=_common() if current_user.is_owner else [])


def _own():
    places = [
        Place(
            _("Your preferences"),
            _("Language, calendar, digits, appearance"),
            "sliders-horizontal",
            url_for("accounts.edit_preferences"),
        ),
        Place(
            _("Sign-in and security"),
            _("Password, two-step sign-in, passkeys and devices"),
            "key-round",
            url_for("accounts.access"),
        ),
    ]
    if current_user.can_edit:
        places.append(
            Place(_("Import"), _("Import companies, people, products and deals"), "upload", url_for("exchange.index"))
        )
    return places


def _common():
    return [
        Place(
            _("Organisation"),
            _("Name, currency, time zone, calendar, what reps see"),
            "building",
            url_for(".organisation"),
        ),
        Place(_("Users"), _("Users, their roles and passwords"), "users", url_for(".people")),
        Place(_("Teams"), _("Managers, regions and members"), "briefcase-business", url_for(".teams")),
        Place(_("Pipelines"), _("Stages, their probabilities and order"), "square-kanban", url_for(".pipelines")),
        Place(_("Exchange rates"), _("What other currencies are worth, by date"), "globe", url_for(".rates")),
        Place(_("Backups"), _("Nightly copies of everything"), "history", url_for("backups.index")),
        Place(_("Health"), _("What works, what does not, and what to do"), "life-buoy", url_for("health.index")),
        Place(_("Audit log"), _("Who signed in, exported data or changed permissions"), "shield", url_for(".audit")),
        Place(
            _("Demo company"),
            _("Try Peyvand with the data of a fictional company, then remove it"),
            "eye",
            url_for("demo.index"),
        ),
    ]
