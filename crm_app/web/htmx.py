"""Page or part, decided in one place: nothing else knows a header of htmx."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, g, get_flashed_messages, make_response, redirect, render_template, request

from crm_app.web import unchanged
from crm_app.web.templating import rendered_alone

_VARY = "HX-Request, HX-Request-Type"


def page(template: str, *, part: str | None = None, status: int = 200, **context) -> Response:
    """Render a page, or only the named part of it when htmx asked for that."""
    chosen = part if part and wants_part() else template
    return _answer(render_template(chosen, **context), status)


def steady_page(template: str, draw: Callable[[], str], **context: Any) -> Response:
    """A page whose part is read from the database alone, drawn anew only once something has changed (`unchanged`).

    `draw` gives the part, which stands in the template as `body`; `context` is for what is around it.
    """
    body = unchanged.drawn(template, draw)
    return _answer(body if wants_part() else render_template(template, body=body, **context), 200)


def changed(part: str, *, otherwise: str, status: int = 200, **context) -> Response:
    """Answer a change: the new HTML (and what there is to say) for htmx, a redirect for a plain form.

    A refusal (status 4xx) to a plain form is the redirect too; its reason was flashed.
    """
    if not wants_part():
        return _redirect(otherwise)
    html = render_template(part, **context)
    return _answer(html + toasts(), status)


def gone_to(url: str) -> Response:
    """Send the reader to another page, whether htmx or a plain form asked."""
    if not wants_part():
        return _redirect(url)
    response = _answer("", 200)
    response.headers["HX-Redirect"] = url
    return response


def said_alone(otherwise: str, status: int) -> Response:
    """Nothing changes on the page but what was flashed; for a plain form a redirect."""
    return _answer(toasts(), status) if wants_part() else _redirect(otherwise)


def said_in_toast(text: str, status: int) -> Response:
    """An error for htmx: it lands among the toasts and leaves what the reader was doing alone.

    Beside nothing: what a failure (5xx) answers is swapped in nowhere, but for what stands beside it.
    """
    response = _answer(rendered_alone("layouts/_toasts.html", messages=[("danger", text)], oob=True), status)
    response.headers["HX-Retarget"] = "#toasts"
    response.headers["HX-Reswap"] = "none"
    return response


def say(text: str, category: str) -> None:
    """Flash it, for whichever page comes next; beside a changed part it is said at once, and the cookie stays as is."""
    if wants_part():
        g.setdefault("said", []).append((category, text))
    else:
        flash(text, category)


def toasts() -> str:
    """What was said and flashed in this request, to be swapped in beside the changed part."""
    messages = [*get_flashed_messages(with_categories=True), *g.pop("said", ())]
    return rendered_alone("layouts/_toasts.html", messages=messages, oob=True) if messages else ""


def wants_part() -> bool:
    """Boosted links and the back button want a whole page; so does whoever does not say `partial`."""
    return bool(request.htmx) and request.headers.get("HX-Request-Type") == "partial"  # type: ignore[attr-defined]


def _redirect(url: str) -> Any:
    return redirect(url, 303)


def _answer(html: str, status: int) -> Response:
    response = make_response(html, status)
    response.headers["Vary"] = _VARY
    return response
