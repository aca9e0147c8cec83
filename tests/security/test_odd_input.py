"""Odd values in every parameter and field of every route: never a failure, and what is refused changes nothing."""

import pytest

from tests.security import world
from tests.security.attacks.scene import PART, kept
from tests.security.fuzzing.targets import Asked

_BOUNDLESS = "1" + "0" * 30
_ODD = [
    "", "-1", "0", _BOUNDLESS, "٣۴", "１２", "NaN", "1e999", "a\0b", b"\xed\xa0\x80", "x" * 10_000, "' OR 1=1--",
    "../../etc/passwd", "{{7*7}}", "\u202e\u200f", "ﷺ" * 90, "none", "2026-13-45", "9999-12-31", "W3RydWUsMV0",
    "W1swLDBdLDFd", "W1tb" * 450, "WyJhIix0cnVlXQ", "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwxXQ",
]  # fmt: skip
# Of all of them, each name gets these few; `make security` gives it others.
_EVERY = 8
_NEVER_ASKED = ("endpoint", "_external", "_scheme", "_anchor", "_method")
_KEPT_OUT = {"accounts.sign_out", "accounts.sign_in", "accounts.change_password", "settings.set_standing"}


# The routes are shared out, that the shares may run beside each other.
_SHARES = 3
pytestmark = pytest.mark.slow


@pytest.fixture
def asked(app, monkeypatch):
    """`asked(call)`: the names of parameters and fields that were looked up meanwhile."""
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Asked)

    def names(call):
        Asked.names = set()
        call()
        return sorted(Asked.names - {"csrf_token"})

    return names


@pytest.fixture
def client(browser_of, olivia):
    client = browser_of(olivia)
    client.checks_html = False
    return client


@pytest.fixture
def table(app, alice, olivia):
    return world.routes(app, world.build(alice, olivia))


@pytest.mark.parametrize("share", range(_SHARES))
def test_no_parameter_of_a_page_makes_it_fail(app, table, client, asked, share):
    before, tried = world.fingerprint(app), 0
    # Every second input comes from htmx, which is answered with the part alone.
    for route in [one for one in table if one.method == "GET"][share::_SHARES]:
        usual = world.USUAL.get(route.endpoint, {})
        names = asked(lambda route=route, usual=usual: client.get(route.url, query_string=usual))
        odd = [{name: [value, value]} for number, name in enumerate(names) for value in _some(number)]
        never_asked = {name: ["x", "x"] for name in (*_NEVER_ASKED, *route.arguments)}
        for number, parameters in enumerate((never_asked, *odd)):
            response = client.get(route.url, query_string=usual | parameters, headers=PART if number % 2 else {})
            tried += 1
            assert response.status_code < 500, f"{route} {str(parameters)[:80]}"

    assert tried > 1000 / _SHARES
    assert world.fingerprint(app) == before


@pytest.mark.parametrize("share", range(_SHARES))
def test_no_field_of_a_form_makes_its_view_fail(app, table, client, asked, share):
    kept_for_last = ("deletion", "discard", "restoration")
    routes = [one for one in table if one.method == "POST" and one.endpoint not in _KEPT_OUT][share::_SHARES]
    tried = 0
    for route in sorted(routes, key=lambda one: one.url.endswith(kept_for_last)):
        names = asked(lambda route=route: client.send(route.url))
        alone = [{name: value} for number, name in enumerate(names) for value in _some(number)]
        every = [dict.fromkeys(names, value) for value in _ODD]
        for number, data in enumerate((*every, *(dict.fromkeys(names, "1") | one for one in alone))):
            files = world.files(app)
            with kept() as changes:
                response = client.send(route.url, data, htmx=number % 2 == 1)
            tried += 1
            assert response.status_code < 500, f"{route} {data}"
            if response.status_code >= 400:
                assert not changes and world.files(app) == files, f"{route} {data}, refused, did {changes}"

    assert tried > 1000 / _SHARES


def _some(number):
    """Each name gets others than its neighbours; all get the number for which SQLite has no room."""
    return [*dict.fromkeys([*_ODD[number % _EVERY :: _EVERY], _BOUNDLESS])]


def test_addresses_on_a_page_stay_on_this_site_whatever_its_own_address_says(table, client):
    for route in (one for one in table if one.method == "GET"):
        response = client.get(route.url, query_string={"_external": "1", "_scheme": "javascript", "_anchor": "x"})
        assert "javascript:" not in response.get_data(as_text=True), str(route)
