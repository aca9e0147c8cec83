"""Every page costs a fixed number of SQL statements, twelve at the most, however many rows there are."""

import pytest

from tests import make
from tests.security import world

MOST = 12


@pytest.fixture
def addresses(app, alice, olivia):
    arguments = world.build(alice, olivia)
    return {str(route): route.url for route in world.routes(app, arguments) if route.method == "GET"}


def _cost(client, addresses, statements):
    """The statements of each address, asked twice: the first answer may read what is kept for the process."""
    client.checks_html = False
    found = {}
    for name, url in addresses.items():
        client.get(url)
        with statements() as seen:
            client.get(url)
        found[name] = seen
    return found


def _many_more_rows(alice):
    with make.at_once():
        colleagues = [make.user(f"Colleague {number}", team=make.team(f"Team {number}")) for number in range(12)]
        product = make.product(alice, "Many")
        for number in range(60):
            owner = colleagues[number % 12]
            company = make.company(owner)
            make.person(owner, company=company)
            make.deal(
                owner, value=number * 100, company=company, product=product, at=("New lead", "Proposal")[number % 2]
            )
            if number % 3 == 0:
                make.won(owner, value=number * 1000, company=company)
                make.lost(owner)


def test_a_page_costs_the_same_however_many_rows_there_are(app, addresses, browser_of, alice, olivia, statements):
    client = browser_of(olivia)
    few = _cost(client, addresses, statements)
    _many_more_rows(alice)
    many = _cost(client, addresses, statements)

    dear = {name: len(seen) for name, seen in many.items() if len(seen) > MOST}
    grown = {
        name: (len(few[name]), len(seen)) for name, seen in many.items() if len(seen) > max(len(few[name]), 10) + 2
    }
    assert not dear, dear
    assert not grown, grown
