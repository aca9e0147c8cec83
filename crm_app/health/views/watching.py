"""`/healthz` and `/metrics`: for programs, in plain text, without a session."""

import hmac

from flask import Response, abort, current_app, request

from crm_app.health import exposition
from crm_app.health.answering import Asking
from crm_app.health.views import probes

_asking = Asking()
_TEXT = "text/plain; charset=utf-8"


@probes.get("/healthz")
def healthz():
    """Whether this process can answer people: it does itself, and its database does within a moment."""
    if _asking.answers():
        return _said("ok\n", 200)
    answer = _said("The database is not responding.\n", 503)
    answer.headers["Retry-After"] = "5"
    return answer


@probes.get("/metrics")
def metrics():
    token = current_app.config["METRICS_TOKEN"]
    if not token:
        abort(_said("There is nothing here.\n", 404))
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        answer = _said("The token of METRICS_TOKEN is asked for.\n", 401)
        answer.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        abort(answer)
    return _said(exposition.text(), 200, exposition.CONTENT_TYPE)


def _said(text, status, kind=_TEXT):
    answer = Response(text, status, content_type=kind)
    answer.headers["Cache-Control"] = "no-store"
    return answer
