"""Signing in and out, and what somebody sets for themselves."""

from flask import Blueprint

bp = Blueprint("accounts", __name__, url_prefix="/accounts")

from crm_app.accounts.views import (  # noqa: E402, F401
    access,
    confirming,
    passkeys,
    passwords,
    preferences,
    second_step,
    signing_in,
)
