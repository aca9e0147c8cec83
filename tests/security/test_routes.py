"""What answers carry and where they lead, beside what `test_attacks.py` tries on every route."""

from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import delete

from crm_app.accounts import links
from crm_app.accounts.models import Organisation
from crm_app.extensions import db
from tests.security.attacks.scene import PART
from tests.security.world import Route

_FORM = "multipart/form-data; boundary=part"


def test_the_set_up_is_gone_once_there_is_an_organisation(scene):
    client = scene.browser()

    assert client.get("/settings/first-run/no-such-token").status_code == 404
    assert client.send("/settings/first-run/no-such-token").status_code == 404
    assert client.get("/settings/backups/first-run/no-such-token").status_code == 404


def test_errors_and_static_files_carry_the_security_headers(app, client):
    client.checks_html = False
    with app.test_request_context():
        asset = app.jinja_env.globals["asset"]("icons.svg")
    for url, status in (("/nowhere", 404), (asset, 200), ("/static/nowhere.css", 404)):
        response = client.get(url)
        assert response.status_code == status
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        response.close()


def test_over_https_browsers_are_told_to_stay_there(client):
    response = client.get("/", base_url="https://crm.example")

    assert "max-age=31536000" in response.headers["Strict-Transport-Security"]


def test_behind_a_web_server_that_speaks_https_browsers_are_told_so_too(app, client, monkeypatch):
    """Such a server passes requests on in plain http; only BASE_URL tells how we are reached."""
    assert "Strict-Transport-Security" not in client.get("/").headers

    monkeypatch.setitem(app.config, "BASE_URL", "https://crm.example")

    assert "includeSubDomains" in client.get("/").headers["Strict-Transport-Security"]


def test_a_page_that_htmx_stood_on_is_returned_to(browser_of):
    client = browser_of()
    client.checks_html = False

    response = client.get("/goals/", headers=PART | {"HX-Current-URL": "http://localhost/goals/?a=1"})

    assert response.status_code == 401
    assert parse_qs(urlsplit(response.headers["HX-Redirect"]).query)["next"] == ["/goals/?a=1"]


class _Trickling(BytesIO):
    """A form that takes its sender as long as they like; notes whether the database is held for it meanwhile."""

    def __init__(self, content):
        super().__init__(content)
        self.held = []

    def readinto(self, buffer):
        self.held.append(db.session().in_transaction())
        return super().readinto(buffer)


_FILE = (
    b'--part\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    + b"x" * (3 << 20)
    + b"\r\n--part--\r\n"
)


@pytest.mark.parametrize(
    ("whose", "taken"),
    [
        ("a visitor", []),
        ("Alice", ["POST exchange.new"]),
        ("whoever sets it up", ["POST backups.put_back"]),
    ],
)
def test_files_are_read_only_of_who_may_send_them_and_hold_nobody_up_meanwhile(scene, whose, taken):
    client, routes = scene.browser(scene.alice if whose == "Alice" else None), scene.routes
    if whose == "whoever sets it up":
        token = links.new_setup_link()
        db.session.execute(delete(Organisation))
        routes = [Route("backups.put_back", "POST", f"/settings/backups/first-run/{token}", ())]
    client.checks_html = False
    held, read = [], []
    for route in routes:
        if route.method == "POST":
            sent = _Trickling(_FILE)
            client.post(route.url, input_stream=sent, content_length=len(_FILE), content_type=_FORM)
            held += [str(route)] * any(sent.held)
            read += [str(route)] * bool(sent.held)

    assert held == []
    assert read == taken


class _Broken(Exception):
    """Holds what no answer may tell."""


@pytest.mark.parametrize("headers", [{}, PART], ids=["page", "part"])
def test_what_breaks_tells_nothing_of_how_it_is_made(app, browser_of, alice, monkeypatch, headers):
    def breaks():
        raise _Broken("SELECT secret FROM /srv/peyvand/db by python 3.11")

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "catalog.index", breaks)
    for client in (browser_of(alice), browser_of()):
        client.checks_html = False
        response = client.get("/catalog/", headers=headers)
        told = response.text + str(response.headers)
        assert response.status_code == 500
        assert not [word for word in ("SELECT", "/srv", "_Broken", "Traceback", "python", "Werkzeug") if word in told]
        assert "Content-Security-Policy" in response.headers
