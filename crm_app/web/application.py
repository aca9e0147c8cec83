"""Flask with some of its costs taken off every page: what templates share, finding them, and addresses of records."""

from collections.abc import Callable
from typing import Any

from flask import Flask, has_request_context

from crm_app.web.here import request_here
from crm_app.web.templating import Keeping, Templates

# Numbers that no address holds by chance; they mark where a record's own number goes.
_MARKS = [str(number) for number in range(2_111_111_101, 2_111_111_105)]
_MOST = 2000


class Application(Flask):
    jinja_environment = Templates
    # All templates are kept once they are read, in no order: noting which was used last is what a page would feel.
    jinja_options = {"extensions": [Keeping], "cache_size": -1}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._forms: dict[tuple[str | None, ...], str] = {}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Flask asks of everything that it calls whether it has to be awaited. Nothing here has."""
        return func

    def url_for(self, endpoint: str, **values: Any) -> str:
        """As Flask has it; an address that only differs from an earlier one in whole numbers is not built anew."""
        # `flask.url_for` names all that may be asked besides, whether it is or not.
        given = {name: value for name, value in values.items() if value is not None}
        is_plain = len(given) <= len(_MARKS) and all(type(value) is int for value in given.values())
        if not is_plain or not has_request_context():
            return super().url_for(endpoint, **values)
        values = given
        request = request_here()
        key = (endpoint, request.blueprint if endpoint[:1] == "." else None, request.root_path, *values)
        form = self._forms.get(key)
        if form is None:
            form = self._form(endpoint, values)
            if len(self._forms) < _MOST:
                self._forms[key] = form
        return form.format(*values.values())

    def _form(self, endpoint: str, values: dict[str, Any]) -> str:
        marks = _MARKS[: len(values)]
        marked: dict[str, Any] = {name: int(mark) for name, mark in zip(values, marks, strict=True)}
        form = super().url_for(endpoint, **marked)
        form = form.replace("{", "{{").replace("}", "}}")
        for number, mark in enumerate(marks):
            form = form.replace(mark, f"{{{number}}}")
        return form
