"""A filter that stands already, changed on its form."""

from urllib.parse import urlencode

import pytest

DEALS = "/pipeline/deals"


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("where=source.is.web&where2=title.has.glass", "where2=title.has.glass&where2=source.is.fair"),
        (
            "where=source.is.web&where=code.empty&where2=source.is.web",
            "where=code.empty&where2=source.is.web&where2=source.is.fair",
        ),
    ],
)
def test_a_filter_that_joins_other_ones_stands_where_it_stood_no_longer(client, query, asked):
    given = {"field": "source", "group": "where", "replaces": "source.is.web", "query": query, "at": DEALS}

    form = client.page(f"/lists/deals/condition?{urlencode(given)}")
    sent = {field.get("name"): field.get("value") or "" for field in form.one("form", id="condition").iter("input")}
    sent |= {"operator": "is", "value": "fair", "group": "where2"}
    answer = client.get(f"/lists/deals/condition?{urlencode(sent)}")

    assert answer.location == f"{DEALS}?{asked}"


def test_a_filter_by_a_part_of_a_name_asks_for_it_where_none_was_sent(client):
    page = client.page("/lists/deals/condition?field=company&operator=has", 422)

    assert "Fill this in." in page.text
