"""Who asks: the nearest address that is none of our own web servers, and nothing that a visitor wrote."""

import subprocess
import sys

import pytest

from crm_app import config, create_app
from crm_app.web.proxies import Passed


def _seen(networks, remote, forwarded="", proto="", **more):
    seen = {}
    app = Passed(lambda environ, _start: seen.update(environ) or [], networks)
    environ = {"REMOTE_ADDR": remote, "wsgi.url_scheme": "http", **more}
    if forwarded:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    if proto:
        environ["HTTP_X_FORWARDED_PROTO"] = proto
    app(environ, None)
    return seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]


OURS = ("127.0.0.1/32", "10.0.0.0/8", "fd00::/8")


@pytest.mark.parametrize(
    ("remote", "forwarded", "asking"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
        ("127.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.0.0.9", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9, unknown", "127.0.0.1"),
        ("127.0.0.1", "unknown, 203.0.113.9", "203.0.113.9"),
        ("198.51.100.4", "203.0.113.9", "198.51.100.4"),
        ("", "203.0.113.9", ""),
    ],
)
def test_the_list_is_read_from_its_end_up_to_the_first_stranger(remote, forwarded, asking):
    assert _seen(OURS, remote, forwarded)[0] == asking


@pytest.mark.parametrize(
    ("remote", "proto", "scheme"),
    [
        ("127.0.0.1", "https", "https"),
        ("127.0.0.1", "https, http", "http"),
        ("127.0.0.1", "javascript", "http"),
        ("198.51.100.4", "https", "http"),
    ],
)
def test_the_scheme_is_what_the_nearest_of_ours_says(remote, proto, scheme):
    assert _seen(OURS, remote, proto=proto)[1] == scheme


def test_a_list_without_end_is_read_no_further_than_needed():
    assert _seen(OURS, "127.0.0.1", ",".join(["10.0.0.1"] * 100_000))[0] == "10.0.0.1"


@pytest.fixture
def addresses(database_url, organisation, monkeypatch):
    """Which addresses guesses are counted for: `addresses(trusted, headers)`."""
    from crm_app.accounts.models import SignInFailure
    from crm_app.extensions import db

    def noted(trusted, headers, remote):
        db.session.commit()
        one = create_app(
            TESTING=True, SQLALCHEMY_DATABASE_URI=database_url, TRUSTED_PROXIES=trusted, RATELIMIT_ENABLED=False,
            WTF_CSRF_ENABLED=False,
        )  # fmt: skip
        answer = one.test_client().post(
            "/accounts/sign-in", data={"email": "a@b.example", "password": "wrong"}, headers=headers,
            environ_base={"REMOTE_ADDR": remote},
        )  # fmt: skip
        assert answer.status_code in (401, 422)
        with one.app_context():
            found = [row.address for row in db.session.query(SignInFailure)]
            db.session.rollback()
            db.engine.dispose()
        return found, "Strict-Transport-Security" in answer.headers

    return noted


def test_what_a_visitor_says_of_themselves_counts_for_nothing(addresses):
    forged = {
        "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "Forwarded": "for=203.0.113.9;proto=https",
        "X-Real-Ip": "203.0.113.9",
    }  # fmt: skip

    assert addresses((), forged, "127.0.0.1") == (["127.0.0.1/32"], False)
    assert addresses(("10.0.0.0/8",), forged, "198.51.100.4")[1] is False


def test_behind_a_trusted_web_server_guesses_are_counted_for_who_makes_them(addresses):
    passed = {"X-Forwarded-For": "1.2.3.4, 203.0.113.9", "X-Forwarded-Proto": "https"}

    assert addresses(("127.0.0.1/32",), passed, "127.0.0.1") == (["203.0.113.9/32"], True)


def test_networks_are_written_out(tmp_path):
    settings = config.load({"INSTANCE_PATH": str(tmp_path), "TRUSTED_PROXIES": "127.0.0.1, 10.1.2.3/8,::1"})

    assert settings["TRUSTED_PROXIES"] == ("127.0.0.1/32", "10.0.0.0/8", "::1/128")


LIMITED = """
from crm_app.migrating import upgrade
from crm_app import create_app

app = create_app(WTF_CSRF_ENABLED=False)
with app.app_context():
    upgrade()
client = app.test_client()
print({client.get("/healthz").status_code for _ in range(300)})
def last(addresses):
    asked = [client.post("/accounts/password/no-such-token", headers={"X-Forwarded-For": one}) for one in addresses]
    return asked[-1].status_code
print(last(f"203.0.113.{number}" for number in range(31)), last(f"2001:db8::{number:x}" for number in range(31)))
"""


@pytest.mark.parametrize(("trusted", "last"), [("", "429 429"), ("10.0.0.0/8", "429 429"), ("127.0.0.1", "410 429")])
def test_limits_are_those_of_whose_line_asks_and_none_is_for_programs_that_watch(tmp_path, trusted, last):
    """In a process of its own: limits are kept by one object for all applications of a process."""
    settings = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40, "TRUSTED_PROXIES": trusted}

    ended = subprocess.run([sys.executable, "-c", LIMITED], env=settings, capture_output=True, text=True, timeout=60)

    assert ended.stdout == f"{{200}}\n{last}\n", ended.stderr
