"""The security headers of every answer, and the refusal of changes another site sends and of endless addresses."""

from flask import Flask, abort, current_app, request
from flask_login import current_user

from crm_app.extensions import SAFE_METHODS

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
STATIC_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGE_HEADERS = STATIC_HEADERS | {
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

# A page writes its address into its own links. No filter that is offered comes near; web servers take as much.
LONGEST_ADDRESS = 16 * 1024


def init_app(app: Flask) -> None:
    app.before_request(_refuse_endless_addresses)
    app.before_request(_refuse_other_sites)
    app.after_request(_add_headers)


def _refuse_endless_addresses():
    if len(request.query_string) > LONGEST_ADDRESS:
        abort(414)


def _refuse_other_sites():
    if request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        abort(403)


def _add_headers(response):
    # Asked for one by one, each that is missing raises an error and catches it.
    given = {name.lower() for name, _value in response.headers}
    response.headers.extend({name: value for name, value in PAGE_HEADERS.items() if name.lower() not in given})
    # A web server in front speaks https and passes requests on without it; then only BASE_URL knows.
    if request.is_secure or current_app.config["BASE_URL"].startswith("https:"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if "cache-control" not in given:
        response.headers["Cache-Control"] = "no-store" if current_user.is_authenticated else "no-cache"
    return response
