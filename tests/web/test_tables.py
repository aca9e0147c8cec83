"""Lists: addresses that keep the query, and keys of pages that somebody else made."""

import base64
import json

import pytest

from crm_app.web.tables import as_asked, same_url
from tests import make


def test_addresses_keep_the_query_whatever_its_names(app):
    with app.test_request_context("/contacts/companies?q=x&q=y&endpoint=a&_scheme=javascript&_external=1&_method=b"):
        assert same_url(q="z", after=None, endpoint=None, _method=None) == (
            "/contacts/companies?q=z&_scheme=javascript&_external=1"
        )
        assert as_asked("/elsewhere").startswith("/elsewhere?q=x&q=y&endpoint=a")


@pytest.mark.parametrize("key", ["[" * 1400, "[true,1]", '["a",true]', '["a",1,2]', "{}", '["a",1e999]'])
@pytest.mark.parametrize("sort", ["name", "size", "created"])
def test_a_broken_key_of_a_page_counts_as_not_given(client, alice, key, sort):
    make.company(alice, "Alpha")
    after = base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")

    assert "Alpha" in client.page(f"/contacts/companies?sort={sort}&after={after}").text


def test_a_key_of_a_page_goes_on_after_it(client, alice):
    make.company(alice, "Alpha")
    make.company(alice, "Beta")
    after = base64.urlsafe_b64encode(json.dumps(["alpha", 0]).encode()).decode()

    assert "Alpha" in client.part(f"/contacts/companies?after={after}").text
