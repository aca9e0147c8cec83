"""Attacks generated from the route table: every route, every role, somebody else's record, and nothing changes."""

from urllib.parse import parse_qs, urlsplit

import pytest

from crm_app.web.headers import CONTENT_SECURITY_POLICY
from tests import make
from tests.security import world

_OWN = {
    "accounts.add_passkey",
    "accounts.ask_to_add_passkey",
    "accounts.begin_second_step",
    "accounts.confirm",
    "accounts.end_second_step",
    "accounts.end_session",
    "accounts.end_other_sessions",
    "accounts.edit_preferences",
    "accounts.change_password",
    "accounts.remove_passkey",
    "accounts.set_up_second_step",
    "accounts.sign_out",
    "accounts.language",
    "lists.choose_columns",
    "saved_views.new",
}
_RECORDS = {
    "company_id",
    "person_id",
    "deal_id",
    "goal_id",
    "target_id",
    "import_id",
    "view_id",
    "change_id",
    "session_id",
    "passkey_id",
}
_EXTRA = {
    "id": "999", "owner_id": "999", "team_id": "999", "role": "owner", "is_admin": "1", "password_hash": "x",
    "created_at": "2001-01-01", "deleted_at": "2001-01-01", "session_key": "x", "status": "won", "base_amount": "1",
}  # fmt: skip


@pytest.fixture
def arguments(alice, olivia):
    return world.build(alice, olivia)


@pytest.fixture
def table(app, arguments):
    return world.routes(app, arguments)


def _call(client, route, data=None, **kwargs):
    client.checks_html = False
    if route.method == "GET":
        return client.get(route.url, **kwargs)
    return client.send(route.url, data or {}, **kwargs)


def test_a_visitor_gets_nothing_but_the_public_pages(app, table, browser_of):
    before = world.fingerprint(app)
    for route in table:
        if route.endpoint not in world.PUBLIC:
            response = _call(browser_of(), route)
            sent_to_sign_in = response.status_code == 302 and "/accounts/sign-in" in response.location
            assert sent_to_sign_in or response.status_code == 401, f"{route}: {response.status_code}"

    assert world.fingerprint(app) == before


def test_the_set_up_is_gone_once_there_is_an_organisation(app, table, browser_of):
    for route in table:
        if route.endpoint in ("settings.first_run", "backups.put_back"):
            assert _call(browser_of(), route).status_code == 404


def test_somebody_elses_record_is_not_found_by_any_route(app, table, browser_of, bob, arguments):
    tried = 0
    before = world.fingerprint(app)
    for route in table:
        if _RECORDS & set(route.arguments):
            response = _call(browser_of(bob), route)
            tried += 1
            assert response.status_code in (403, 404), f"{route}: {response.status_code}"
            assert "Alpha" not in response.get_data(as_text=True), str(route)

    assert tried > 10
    assert world.fingerprint(app) == before


def test_somebody_elses_record_looks_like_one_that_never_was(app, table, browser_of, bob, arguments):
    never = world.routes(app, arguments | dict.fromkeys(_RECORDS, 987654))
    for route, unknown in zip(table, never, strict=True):
        if _RECORDS & set(route.arguments) and route.method == "GET":
            real, made_up = (_call(browser_of(bob), one) for one in (route, unknown))
            assert real.status_code == made_up.status_code, str(route)


def test_a_viewer_changes_nothing(app, table, browser_of, vera):
    before = world.fingerprint(app)
    for route in table:
        if route.method == "POST" and route.endpoint not in _OWN | world.PUBLIC:
            response = _call(browser_of(vera), route, {"name": "Changed", "title": "Changed", "value": "5"})
            assert response.status_code in (403, 404), f"{route}: {response.status_code}"

    assert world.fingerprint(app) == before


def test_reading_changes_nothing(app, table, browser_of, olivia):
    before = world.fingerprint(app)
    for route in table:
        if route.method == "GET":
            response = _call(browser_of(olivia), route)
            assert response.status_code < 500, f"{route}: {response.status_code}"
            assert world.fingerprint(app) == before, f"{route} changed something"


def test_a_change_without_its_token_is_refused(app, table, browser_of, olivia):
    before = world.fingerprint(app)
    for route in table:
        if route.method != "GET":
            client = browser_of(olivia)
            client.checks_html = False
            for headers in ({}, {"X-CSRFToken": "forged"}, {"Content-Type": "text/plain"}):
                response = client.post(route.url, data=b"name=Changed", headers=headers)
                assert response.status_code in (403, 404), f"{route} {headers}: {response.status_code}"

    assert world.fingerprint(app) == before


def test_a_change_sent_by_another_site_is_refused_whatever_it_carries(app, table, browser_of, olivia):
    before = world.fingerprint(app)
    for route in table:
        if route.method != "GET":
            response = _call(browser_of(olivia), route, headers={"Sec-Fetch-Site": "cross-site"})
            assert response.status_code == 403, f"{route}: {response.status_code}"

    assert world.fingerprint(app) == before


def test_a_token_of_another_session_is_refused(app, table, browser_of, olivia, bob):
    before = world.fingerprint(app)
    token = browser_of(bob).csrf_token()
    for route in table:
        if route.method != "GET":
            client = browser_of(olivia)
            client.checks_html = False
            response = client.post(route.url, headers={"X-CSRFToken": token})
            assert response.status_code in (403, 404), f"{route}: {response.status_code}"

    assert world.fingerprint(app) == before


def test_keys_that_no_form_asked_for_are_ignored(app, table, client, arguments, alice):
    from crm_app.accounts.models import User
    from crm_app.contacts.models import Company
    from crm_app.extensions import db
    from crm_app.pipeline.models import Deal

    def protected():
        kept = [
            db.session.query(Company.id, Company.owner_id, Company.created_at, Company.deleted_at).all(),
            db.session.query(Deal.id, Deal.owner_id, Deal.created_at, Deal.deleted_at, Deal.status).all(),
            db.session.query(User.id, User.role, User.password_hash, User.team_id).all(),
        ]
        db.session.rollback()
        return [[tuple(row) for row in rows] for rows in kept]

    before = protected()
    for route in table:
        removes = route.endpoint.rpartition(".")[2].startswith(("delete", "restore"))
        if route.method == "POST" and route.endpoint not in ("accounts.sign_out",) and not removes:
            response = _call(client, route, _EXTRA)
            assert response.status_code < 500, f"{route}: {response.status_code}"
            assert protected() == before, f"{route} took what it was not asked for"


def test_every_answer_carries_the_security_headers(app, table, browser_of, olivia):
    for route in table:
        for client in (browser_of(olivia), browser_of()):
            response = _call(client, route)
            headers = response.headers
            assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, str(route)
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] and headers["Cross-Origin-Opener-Policy"]
            assert headers["Cache-Control"], str(route)
            if client is not None and response.status_code == 200 and route.endpoint not in world.PUBLIC:
                assert "no-store" in headers["Cache-Control"], str(route)


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


@pytest.mark.parametrize("path", ["/.env", "/.git/config", "/instance/secret_key", "/static/../wsgi.py", "/metrics"])
def test_what_is_not_a_page_is_not_served(client, path):
    client.checks_html = False

    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil",
        "/%0d%0aSet-Cookie:x",
        "/ok\r\nX: y",
        "/\tevil",
        "javascript:alert(1)",
        "@evil.example",
        "/" + "a" * 3000,
        "///evil.example",
        "/\u2028x",
    ],
)
def test_after_signing_in_nobody_is_sent_to_another_site(app, browser_of, olivia, target):
    client = browser_of()
    response = client.send(
        "/accounts/sign-in", {"email": olivia.email, "password": make.PASSWORD}, query_string={"next": target}
    )

    assert response.status_code == 303
    assert response.location in ("/", "/%0d%0aSet-Cookie:x")
    assert "Set-Cookie:x" not in str(response.headers).replace(response.location, "")


@pytest.mark.parametrize(
    ("address", "back"),
    [
        ("http://localhost/goals/?a=1", "/goals/?a=1"),
        ("https://evil.example//evil.example/x", "/"),
        ("http://[bad", "/"),
        ("x\\y", "/"),
        ("http://localhost/" + "a" * 9000, "/"),
    ],
)
def test_a_page_that_htmx_stood_on_is_returned_to_only_if_it_is_ours(browser_of, address, back):
    client = browser_of()
    client.checks_html = False
    sent = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": address}

    response = client.get("/goals/", headers=sent)

    assert response.status_code == 401
    assert parse_qs(urlsplit(response.headers["HX-Redirect"]).query)["next"] == [back]


def test_a_disabled_person_is_out_with_the_next_request(app, browser_of, alice):
    client = browser_of(alice)
    assert client.get("/").status_code == 200

    alice.disable()
    response = client.get("/")

    assert response.status_code == 302
    assert "/accounts/sign-in" in response.location
