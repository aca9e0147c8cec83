"""PostgreSQL plans what pages ask for few rows at hand, and plans it once."""

import pytest
from sqlalchemy import NullPool, create_engine, text

from crm_app.extensions import db
from crm_app.web.ordering import written_out
from tests import make

PAGES = [
    "/",
    "/contacts/companies",
    "/contacts/people",
    "/contacts/companies/{company}",
    "/pipeline/board",
    "/pipeline/board?deal={deal}",
    "/pipeline/forecast",
    "/pipeline/deals",
    "/pipeline/deals/{deal}",
]


@pytest.fixture
def places(alice):
    company = make.company(alice)
    return {"company": company.id, "deal": make.deal(alice, company=company).id}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_how_many_rows_it_takes_so_that_its_statements_are_planned_once(client, places, statements, page):
    client.page(page.format(**places))
    with statements() as seen:
        client.page(page.format(**places))

    assert seen
    assert [one for one in seen if "LIMIT ?" in one or "LIMIT %" in one] == []


@pytest.mark.postgresql
@pytest.mark.parametrize(("set_by_its_owner", "figure"), [("4", "1.1"), ("2.5", "2.5")])
def test_rows_are_taken_to_be_near_unless_somebody_said_how_far_they_are(app, set_by_its_owner, figure):
    """4 is PostgreSQL's own figure."""
    beside = create_engine(db.engine.url, poolclass=NullPool)
    of_this_database = f'ALTER DATABASE "{beside.url.database}"'
    with beside.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"{of_this_database} SET random_page_cost TO {set_by_its_owner}"))
        try:
            with beside.connect() as fresh:
                settings = [fresh.scalar(text(f"SHOW {one}")) for one in ("random_page_cost", "jit")]
        finally:
            connection.execute(text(f"{of_this_database} RESET random_page_cost"))

    assert settings == [figure, "off"]


def test_what_finds_the_bin_holds_nothing_else(app):
    """The models say so for SQLite alone."""
    is_postgresql = db.engine.dialect.name == "postgresql"
    kept = "SELECT indexdef FROM pg_indexes" if is_postgresql else "SELECT sql FROM sqlite_master"
    name = "indexname" if is_postgresql else "name"

    made = list(db.session.scalars(text(f"{kept} WHERE {name} LIKE 'ix\\_%\\_deleted\\_at' ESCAPE '\\'")))

    assert len(made) == 4
    assert all("deleted_at is not null" in one.lower() for one in made)


@pytest.mark.parametrize("page", ["/pipeline/board", "/pipeline/board?owner=1", "/pipeline/forecast", "/"])
def test_a_page_says_that_it_asks_for_open_deals_which_are_few(client, places, statements, page):
    client.page(page)
    with statements() as seen:
        client.page(page)

    assert [one for one in seen if "status = 'open'" in one]
    assert [one for one in seen if "status = ?" in one or "status = %" in one] == []


@pytest.mark.parametrize(
    ("page", "is_found_in_order"),
    [
        ("/contacts/companies", True),
        ("/contacts/companies?sort=-created", True),
        ("/contacts/people?sort=created", True),
        ("/contacts/people?sort=job_title", False),
        ("/contacts/companies?sort=-owner", False),
        ("/pipeline/deals", True),
        ("/pipeline/deals?sort=created", False),
    ],
)
def test_what_no_index_has_in_order_is_sorted_by_what_it_is_sorted_by_alone(
    client, organisation, places, statements, page, is_found_in_order
):
    """Else all that is shown of a hundred thousand rows would be carried along for the sake of fifty."""
    organisation.reps_see_all = True
    with statements() as seen:
        client.page(page)

    sorted_first = [one for one in seen if ".id IN (SELECT" in one and one.count("LIMIT") == 2]
    assert bool(sorted_first) is not is_found_in_order


def test_of_few_that_one_sees_among_many_the_order_is_found_first(client, organisation, places, statements):
    organisation.reps_see_all = False
    with statements() as seen:
        client.page("/contacts/people")

    assert [one for one in seen if ".id IN (SELECT" in one and one.count("LIMIT") == 2]


def test_what_would_end_a_text_is_not_written_out():
    with pytest.raises(ValueError, match="would end"):
        written_out("it's")
