"""Being one of several values, in statements that are kept."""

import pytest
from sqlalchemy import String, column, event, select

from crm_app.extensions import db
from crm_app.web.among import each
from tests import make

PLACE = column("place", String)
MOST_ASKED = ["/contacts/people", "/contacts/companies", "/pipeline/board", "/pipeline/forecast", "/pipeline/deals"]


def is_ready(compiled):
    """Whether a statement is run as it was made, with nothing to be written into it first."""
    return not compiled.post_compile_params | compiled.literal_execute_params


@pytest.fixture
def unready(app):
    """The statements that were not, of those that run."""
    found = []

    def look(_connection, _cursor, statement, _parameters, context, _many):
        if context.compiled and not is_ready(context.compiled):
            found.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", look)
    yield found
    event.remove(engine, "before_cursor_execute", look)


def test_a_plain_list_is_written_into_a_statement_that_is_kept_and_each_of_it_is_not(app):
    with app.app_context():
        plain, kept = (select(PLACE).where(PLACE.in_(places)) for places in (["Qom"], each(["Qom"])))

        assert [is_ready(one.compile(db.engine)) for one in (plain, kept)] == [False, True]


def test_the_statements_of_the_pages_that_are_asked_most_are_run_as_they_were_made(client, alice, unready):
    company = make.company(alice)
    person, deal = make.person(alice, company=company), make.deal(alice, company=company, value=100)
    of_records = [f"/contacts/people/{person.id}", f"/contacts/companies/{company.id}", f"/pipeline/deals/{deal.id}"]

    for url in [*MOST_ASKED, *of_records]:
        # What has not been drawn yet is read in lists of its own.
        client.get(url)
        unready.clear()
        client.get(url)

        assert unready == [], url
