"""Our own addresses: where a reader may be sent back to, and how this installation is reached from outside."""

from urllib.parse import urlsplit

from flask import current_app, has_request_context, request
from werkzeug.exceptions import HTTPException

_EVERY_INTERFACE = ("127.0.0.1", "0.0.0.0", "::", "::1")  # noqa: S104


def local_path(target: str | None, otherwise: str) -> str:
    """`target` if it is a plain path of this site, `otherwise` if it is anything else."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return otherwise
    if any(c in target for c in "\\\r\n\t\0") or len(target) > 2000 or not target.isprintable():
        return otherwise
    try:
        parts = urlsplit(target)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else target


def path_of(address: str | None, otherwise: str) -> str:
    """Path and query of a whole address, taken as ours whatever host it names; `otherwise` where it has none."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return otherwise
    return local_path(f"{parts.path}?{parts.query}" if parts.query else parts.path, otherwise)


def came_from() -> str | None:
    """The page of ours that this request was sent from; None where the browser names none that can be asked for."""
    page = path_of(request.referrer, "")
    try:
        current_app.url_map.bind("").match(urlsplit(page).path, method="GET")
    except HTTPException:
        return None
    return page


def own_host() -> str:
    return urlsplit(own_address()).hostname or "localhost"


def own_address() -> str:
    """Without a slash at its end: BASE_URL where it is set, else what the browser asked, else host and port."""
    config = current_app.config
    if config["BASE_URL"]:
        return str(config["BASE_URL"])
    if has_request_context():
        return request.host_url.rstrip("/")
    host = "localhost" if config["HOST"] in _EVERY_INTERFACE else config["HOST"]
    return f"http://{f'[{host}]' if ':' in host else host}:{config['PORT']}"
