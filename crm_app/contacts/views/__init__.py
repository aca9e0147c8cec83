"""The pages of companies and people."""

from flask import Blueprint

from crm_app.contacts.facts import country_name
from crm_app.contacts.fields import is_web_address

bp = Blueprint("contacts", __name__, url_prefix="/contacts")
bp.add_app_template_filter(country_name, "country")
bp.add_app_template_test(is_web_address, "web_address")

from crm_app.contacts.views import companies, deleted, people  # noqa: E402, F401
