"""How often something may be asked for, by the address that asks."""

from flask_limiter import Limiter


class Limits(Limiter):
    """Asked by the views that have a limit; there is none for all, so other requests need not be looked at."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)
