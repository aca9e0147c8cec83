"""Under which names Peyvand answers: those it was told, so that nobody makes it speak for another site."""

import pytest

from crm_app import config

_FOREIGN = (
    "evil.example",
    "evil.example:80",
    "crm.example.evil.example",
    "crm.example@evil.example",
    "",
    "a b",
    "[::2]",
)


@pytest.fixture
def client(app, browser_of, organisation, monkeypatch):
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", config.hosts("https://crm.example"))
    browser = browser_of()
    browser.checks_html = False
    return browser


@pytest.mark.parametrize("host", _FOREIGN)
def test_a_foreign_host_is_refused(client, host):
    answer = client.get("/healthz", headers={"Host": host})

    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", ["crm.example", "crm.example:443", "localhost:8000", "127.0.0.1:8000"])
def test_our_own_names_and_this_machine_are_answered(client, host):
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_where_nobody_said_how_we_are_reached_any_name_will_do():
    assert config.hosts("") is None


def test_headers_that_claim_another_host_change_nothing(client):
    claims = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "Host": "crm.example"}

    answer = client.get("/static/nowhere", headers=claims)

    assert "evil.example" not in answer.text + str(answer.headers)
