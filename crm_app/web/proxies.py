"""Who asks, and whether by https, where a web server in front passes requests on: believed of trusted ones alone."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from flask import Flask


def init_app(app: Flask) -> None:
    if networks := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = Passed(app.wsgi_app, networks)  # type: ignore[method-assign]


class Passed:
    """Sets address and scheme of a request that one of `networks` passes on; of others, all headers are as nothing.

    Each web server adds to X-Forwarded-For whom it got the request from. So the list is read from its end, and the
    first that is none of ours is who asks; what stands before was written by them.
    """

    def __init__(self, app: Callable[..., Any], networks: Iterable[str]):
        self._app = app
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(one) for one in networks]
        self._is_ours = lru_cache(1000)(self._is_in_networks)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self._is_ours(environ.get("REMOTE_ADDR", "")):
            environ["REMOTE_ADDR"] = self._asking(environ)
            # The last one is what the nearest of ours says.
            scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return self._app(environ, start_response)

    def _asking(self, environ: dict[str, Any]) -> str:
        asking = environ["REMOTE_ADDR"]
        for given in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            address = _address(given)
            if address is None:
                break
            asking = str(address)
            if not self._is_ours(asking):
                break
        return asking

    def _is_in_networks(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Also of one written with its port; an IPv4 address that is dressed as IPv6 is plain again."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
