"""How often something may be asked for, by the network that asks."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

from flask import request
from flask_limiter import Limiter

from crm_app.refusals import of_queue


def network_of(address: str) -> str:
    """An IPv4 address, or the network that one line of IPv6 owns: who has one address there has them all."""
    try:
        return str(ip_network(f"{address}/64" if ":" in address else address, strict=False))
    except ValueError:
        return address[:64]


def network_here() -> str:
    return network_of(request.remote_addr or "")


class Limits(Limiter):
    """Asked by the views that have a limit; there is none for all, so other requests need not be looked at."""

    def __init__(self, before_asking: Callable[[], None], **options: Any):
        super().__init__(**options)
        self._before_asking = before_asking

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if in_middleware:
            return
        self._before_asking()
        try:
            super()._check_request_limit(callable_name, in_middleware)
        except of_queue():
            # Another request found out first that Redis is away: from then on all are counted in memory.
            self.context.seen_limits.clear()
            super()._check_request_limit(callable_name, in_middleware)
