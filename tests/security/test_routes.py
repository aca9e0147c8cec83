"""What answers carry and where they lead, beside what `test_attacks.py` tries on every route."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.security.attacks.scene import PART


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
