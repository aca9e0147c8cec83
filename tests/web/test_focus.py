"""Where the focus is once a form was refused: in the first field that is wrong, also where that is the form's first."""

import pytest

from tests.html import Page


@pytest.fixture
def owner(browser_of, olivia):
    return browser_of(olivia)


def _focused(answer_of, url, sent):
    response = answer_of(url, sent)
    assert response.status_code == 422
    page = Page(response.get_data(as_text=True))
    return next((e.get("name") for e in page.elements if e.get("autofocus") is not None), None)


@pytest.mark.parametrize(
    ("url", "sent", "first"),
    [
        ("/catalog/new", {"name": ""}, "name"),
        ("/catalog/new", {"name": "Lens", "price": "x"}, "price"),
        ("/contacts/companies/new", {"name": "", "size": "x"}, "name"),
        ("/contacts/people/new", {"name": ""}, "name"),
        ("/pipeline/deals/new", {"title": ""}, "title"),
    ],
)
def test_the_first_wrong_field_takes_the_focus(owner, url, sent, first):
    assert _focused(owner.send, url, sent) == first


def test_the_first_wrong_target_takes_the_focus(owner):
    url = "/goals/targets?measure=won_value&unit=quarter&calendar=gregorian&year=2026"

    sent = {"cell-company-2026-Q1": "5", "cell-company-2026-Q2": "many", "cell-company-2026-Q3": "-1"}

    assert _focused(owner.send, url, sent) == "cell-company-2026-Q2"
