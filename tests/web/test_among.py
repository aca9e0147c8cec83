"""Being one of several values, in statements that are kept."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import String, column, event, select

from crm_app.extensions import UtcDateTime, db
from crm_app.web.among import one_of
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


def test_a_plain_list_is_written_into_a_statement_that_is_kept_and_one_of_several_is_not(app):
    with app.app_context():
        conditions = PLACE.in_(["Qom", "Xi'an"]), one_of(PLACE, ["Qom", "Xi'an"])

        assert [is_ready(select(PLACE).where(one).compile(db.engine)) for one in conditions] == [False, True]


def test_one_of_several_is_compared_as_the_column_has_it():
    condition = one_of(column("at", UtcDateTime), [datetime(2026, 11, 30, 12, tzinfo=UTC)])

    assert [type(one.type) for one in condition.right.element] == [UtcDateTime]


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
