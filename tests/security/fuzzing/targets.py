"""Where something can be sent: each route with the fields of its forms and the names that its view looks up."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, MapAdapter

from tests import html

_NEVER = {"csrf_token"}


@dataclass(frozen=True)
class Target:
    """`usual` is what its form holds before anybody writes; `files` are the fields that take one."""

    endpoint: str
    method: str
    url: str
    adapter: MapAdapter
    arguments: tuple[str, ...] = ()
    usual: tuple[tuple[str, str], ...] = ()
    names: tuple[str, ...] = ()
    files: frozenset[str] = frozenset()

    def __str__(self):
        return f"{self.method} {self.endpoint}"

    def with_argument(self, name: str, value: str) -> str:
        """Its address with another value of an argument; its own where none can be made of that value."""
        matched = self.adapter.match(urlsplit(self.url).path, method=self.method)[1]
        try:
            return self.adapter.build(self.endpoint, matched | {name: value}, method=self.method)
        except (BuildError, ValueError):
            return self.url

    def among(self, routes) -> "Target":
        """The same in a world that was made anew, whose records have other numbers."""
        same = (self.endpoint, self.method)
        return replace(self, url=next(one.url for one in routes if (one.endpoint, one.method) == same))


class Asked(ImmutableMultiDict):
    """Remembers which names a view looks up."""

    names: set[str] = set()

    def __contains__(self, name):
        self.names.add(name)
        return super().__contains__(name)

    def __getitem__(self, name):
        self.names.add(name)
        return super().__getitem__(name)

    def get(self, name, *args, **kwargs):
        self.names.add(name)
        return super().get(name, *args, **kwargs)

    def getlist(self, name, *args, **kwargs):
        self.names.add(name)
        return super().getlist(name, *args, **kwargs)


@dataclass
class _Form:
    pairs: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


def find(app, routes, client, usual: dict[str, dict[str, str]]) -> list[Target]:
    """Every route as a target; forms are looked for on the pages among them, `usual` are parameters of some."""
    stored = app.request_class.parameter_storage_class
    app.request_class.parameter_storage_class = Asked
    asked: dict[tuple[str, str], set[str]] = {}
    forms: dict[tuple[str, str], _Form] = {}
    adapter = app.url_map.bind("localhost")
    try:
        for route in routes:
            Asked.names = set()
            response = client.open(
                route.url, method=route.method, query_string=usual.get(route.endpoint, {}),
                headers={"X-CSRFToken": client.csrf_token()},
            )  # fmt: skip
            asked[route.endpoint, route.method] = set(Asked.names)
            if route.method == "GET" and response.status_code == 200 and response.mimetype == "text/html":
                _look_for_forms(response.get_data(as_text=True), route.url, adapter, forms)
    finally:
        app.request_class.parameter_storage_class = stored
    return [_target(one, adapter, asked, forms, usual) for one in routes]


def _target(route, adapter, asked, forms, usual) -> Target:
    key = route.endpoint, route.method
    form = forms.get(key, _Form())
    given = usual.get(route.endpoint, {})
    return Target(
        *key,
        route.url,
        adapter,
        route.arguments,
        (*form.pairs, *given.items()),
        tuple(sorted((asked[key] | form.names | set(given)) - _NEVER)),
        frozenset(form.files),
    )


def _look_for_forms(text, url, adapter, forms) -> None:
    """By endpoint and method; where several forms lead to one, the first says what is usual."""
    for element in html.Page(text).all("form"):
        method = (element.get("method") or "get").upper()
        try:
            endpoint = adapter.match(urlsplit(element.get("action") or url).path or url, method=method)[0]
        except HTTPException:
            continue
        _gather(element, forms.setdefault((endpoint, method), _Form()))


def _gather(element, form: _Form) -> None:
    is_first = not form.names
    for one in element.iter():
        name = one.get("name") if isinstance(one.tag, str) else None
        if name and one.tag in ("input", "select", "textarea", "button") and name not in _NEVER:
            form.names.add(name)
            if one.get("type") == "file":
                form.files.add(name)
            elif is_first:
                form.pairs += [(name, value) for value in _values(one)]


def _values(one) -> list[str]:
    if one.tag == "select":
        options = [each for each in one.iter() if each.tag == "option"]
        chosen = [each for each in options if each.get("selected") is not None] or options[:1]
        return [each.get("value") or "" for each in chosen]
    if one.tag == "textarea":
        return ["".join(one.itertext())]
    if one.get("type") in ("checkbox", "radio") and one.get("checked") is None:
        return []
    return [] if one.tag == "button" else [one.get("value") or ""]
