"""Several columns for one field, as address books have several phones: in each row the first filled one counts."""

import pytest
from sqlalchemy import select

from crm_app.contacts.models import Person
from crm_app.exchange import checked as kept_rows
from crm_app.exchange import previewing
from crm_app.exchange.kinds import KINDS
from crm_app.exchange.matching import match_columns
from crm_app.exchange.models import Import
from crm_app.exchange.planning import MappingError
from crm_app.exchange.rows import Matches
from crm_app.extensions import db
from tests import make
from tests.exchange.importing import agreed, bring_in, carried_out, plan, reasons
from tests.exchange.stepping import checked, columns, digest, drafted

PHONES = "name,Work phone,Mobile phone\nAnna,+49 30 1,+49 170 1\nBoris,,+49 170 2\nClara,+49 30 3,\nDana,,\n"


def phones(planned):
    return [row.facts.get("phone") for row in planned.rows]


def test_the_first_filled_one_in_the_order_of_the_file_counts(olivia):
    assert phones(plan("people", PHONES, olivia)) == ["+49 30 1", "+49 170 2", "+49 30 3", None]


def test_columns_chosen_by_hand_count_in_the_order_of_the_file_as_well(olivia):
    text = "name,night,day\nAnna,12,34\nBoris,,56\n"

    planned = plan("people", text, olivia, columns={"day": "phone", "night": "phone"})

    assert phones(planned) == ["12", "56"]


def test_a_cell_of_marks_that_nobody_sees_is_not_filled(olivia):
    text = "name,email,email 2\nAnna,\u200b,anna@x.example\nBoris, ,b@x.example\n"

    planned = plan("people", text, olivia)

    assert [row.facts["email"] for row in planned.rows] == ["anna@x.example", "b@x.example"]


def test_one_that_is_filled_and_unreadable_is_refused_by_its_name_and_no_other_is_taken(olivia):
    text = "name,E-mail,E-mail 2\nAnna,nonsense,anna@x.example\nBoris,,rubbish\nClara,c@x.example,rubbish\n"

    planned = plan("people", text, olivia)

    assert reasons(planned) == {
        2: "Column “E-mail”: “nonsense” is not a valid email address.",
        3: "Column “E-mail 2”: “rubbish” is not a valid email address.",
    }
    assert planned.rows[2].facts["email"] == "c@x.example"


def test_of_two_rows_about_one_person_the_second_is_refused_by_the_column_that_was_read(olivia):
    text = "name,E-mail,E-mail 2\nAnna,a@x.example,\nAnna B,,a@x.example\nClara,a@x.example,\n"

    assert reasons(plan("people", text, olivia)) == {
        3: "Column “E-mail 2”: The same as in row 2, but each row needs its own.",
        4: "Column “E-mail”: The same as in row 2, but each row needs its own.",
    }


def test_what_does_not_count_is_not_warned_of_as_a_formula(olivia):
    text = "name,Work phone,Mobile phone\nAnna,12,=1+1\nBoris,,=2+2\n"

    planned = plan("people", text, olivia)

    assert planned.warnings == ["Cells that look like formulas are kept as text: row 3, column Mobile phone."]


def test_companies_may_have_several_phones_and_websites(olivia):
    text = "account,phone,phone 2,website,url\nAcme,,22,,acme.example\nBeta,1,2,beta.example,other.example\n"

    facts = [row.facts for row in plan("companies", text, olivia).rows]

    assert [(one["phone"], one["website"]) for one in facts] == [
        ("22", "https://acme.example"),
        ("1", "https://beta.example"),
    ]


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("acme.example:8080/shop", "https://acme.example:8080/shop"),
        ("HTTP://Acme.example", "HTTP://Acme.example"),
        ("none so far", "none so far"),
    ],
)
def test_a_website_is_kept_as_a_form_keeps_it(olivia, cell, kept):
    (row,) = plan("companies", f"account,website\nAcme,{cell}\n", olivia).rows

    assert row.facts["website"] == kept


@pytest.mark.parametrize("kind", ["people", "users"])
def test_an_address_with_a_sharp_s_stays_another_one_than_that_with_two(olivia, kind):
    (row,) = plan(kind, "name,email\nAnna,Anna@Straße.example\n", olivia).rows

    assert row.facts["email"] == "anna@straße.example"


def test_other_fields_still_take_one_column(olivia):
    assert {field.key for kind in KINDS.values() for field in kind.fields if field.may_repeat} == {
        "phone", "email", "website"
    }  # fmt: skip
    with pytest.raises(MappingError, match="Two columns are matched to “Name”: name and nickname"):
        plan("people", "name,nickname\nAnna,Annie\n", olivia, columns={"nickname": "name"})


def test_of_a_field_that_takes_one_column_the_surest_name_is_matched_and_no_other():
    assert match_columns(["account", "organization", "email"], KINDS["people"].fields) == {
        "account": "company", "email": "email"
    }  # fmt: skip


def test_what_counted_is_written_and_the_same_file_again_changes_nothing(olivia):
    assert bring_in("people", PHONES, olivia).created == 4
    again = bring_in("people", PHONES, olivia)

    assert (again.created, again.updated, again.unchanged) == (0, 0, 4)
    assert dict(db.session.execute(select(Person.name, Person.phone)).all()) == {
        "Anna": "+49 30 1", "Boris": "+49 170 2", "Clara": "+49 30 3", "Dana": "",
    }  # fmt: skip


def test_an_import_whose_checked_rows_are_gone_takes_the_same_columns_again(olivia):
    import_id = agreed(plan("people", PHONES, olivia), PHONES, olivia)
    kept_rows.remove(db.session.get(Import, import_id).checked["name"])
    db.session.commit()

    import_ = carried_out(import_id)

    assert (import_.status, import_.created) == ("done", 4), import_.message
    assert db.session.scalars(select(Person.phone).where(Person.name == "Boris")).one() == "+49 170 2"


def test_the_preview_tells_which_cells_do_not_count(olivia):
    planned = plan("people", PHONES, olivia).prepared.plan

    rows = previewing.preview(planned, Matches({}), [])["rows"]

    assert [row["passed"] for row in rows] == [["Mobile phone"], [], [], []]


def test_who_is_here_already_is_met_by_the_address_that_counts(olivia):
    make.person(None, "Anna", email="anna@x.example")

    planned = plan("people", "name,E-mail,E-mail 2,phone\nAnna,,anna@x.example,12\n", olivia)

    assert planned.counts == {"update": 1}


def test_the_page_says_that_the_first_filled_one_counts_and_numbers_them(client):
    page = client.page(drafted(client, "people", PHONES))

    assert (
        "Several columns can be matched to one of these: Email, Phone. The first non-empty one in each row is "
        "used." in page.text
    )
    for number, name in ((1, "Work phone"), (2, "Mobile phone")):
        chosen = next(one for one in page.all("select") if one.get("aria-label") == f"Field for {name}")
        note = page.one("p", id=chosen.get("aria-describedby"))
        assert f"The first non-empty one of 2 columns is used; this is number {number}." in "".join(note.itertext())


def test_a_column_that_stands_alone_for_its_field_has_no_number(client):
    people, products = "name,phone\nAnna,1\n", "product,price\nA,5\n"

    assert "this is number" not in client.page(drafted(client, "people", people)).text
    assert (
        "Several columns can be matched to one of these:" not in client.page(drafted(client, "products", products)).text
    )


def test_several_columns_sent_by_hand_go_through_all_steps_and_are_kept_for_the_next_file(client):
    url = drafted(client, "people", "name,night,day\nAnna,12,34\nBoris,,56\n")
    client.send(f"{url}/columns", {"column-0": "name", "column-1": "phone", "column-2": "phone"})
    page = client.page(url)
    assert ["".join(struck.itertext()) for struck in page.all("s")] == ["34"]
    client.send(f"{url}/start", {"digest": digest(page)})
    assert db.session.scalars(select(Person.phone).order_by(Person.name)).all() == ["12", "56"]

    url = drafted(client, "people", "name,Day,Night\nClara,77,88\n")

    page = client.page(url)
    assert columns(page)["column-1"] == columns(page)["column-2"] == "phone"
    assert "this is number 2" in page.text


def test_a_refused_row_is_shown_with_the_column_that_was_read(client):
    url = checked(client, "people", "name,E-mail,E-mail 2\nAnna,,rubbish\n")

    page = client.page(url)

    assert "Column “E-mail 2”" in page.text
    assert ["".join(cell.itertext()).strip() for cell in page.all("td") if "table__bad" in cell.get("class", "")] == [
        "rubbish"
    ]


def test_a_preview_from_before_is_still_shown(client):
    url = checked(client, "people", PHONES)
    import_ = db.session.scalars(select(Import)).one()
    old = [{name: value for name, value in row.items() if name != "passed"} for row in import_.preview["rows"]]
    import_.preview = import_.preview | {"rows": old}
    db.session.commit()

    page = client.page(url)

    assert "+49 170 1" in page.text and page.all("s") == []
