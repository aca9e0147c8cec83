"""Who sees which companies and people, and how they are found."""

import pytest

from crm_app.accounts.queries import organisation as the_organisation
from crm_app.contacts import queries, rings
from crm_app.contacts.tagging import tag_as
from crm_app.extensions import db
from tests import make


def _names(rows):
    return sorted(db.session.scalars(rows.with_only_columns(queries._model(rows).name)))


@pytest.fixture(params=["companies", "people"])
def kind(request):
    return request.param


@pytest.fixture
def save(kind):
    return make.company if kind == "companies" else make.person


@pytest.fixture
def seen_by(kind):
    visible = queries.companies_visible_to if kind == "companies" else queries.people_visible_to
    return lambda user: _names(visible(user))


@pytest.fixture
def four(save, alice, bob, charlie, olivia):
    for owner, name in ((alice, "Alice's"), (bob, "Bob's"), (charlie, "Charlie's"), (None, "Nobody's")):
        save(owner, name)


def test_a_rep_sees_her_own_and_those_nobody_owns(four, seen_by, alice):
    assert seen_by(alice) == ["Alice's", "Nobody's"]


def test_a_rep_sees_all_where_the_organisation_says_so(four, seen_by, bob):
    the_organisation().reps_see_all = True

    assert seen_by(bob) == ["Alice's", "Bob's", "Charlie's", "Nobody's"]


def test_a_manager_sees_his_own_the_teams_and_those_nobody_owns(four, seen_by, charlie):
    assert seen_by(charlie) == ["Alice's", "Charlie's", "Nobody's"]


@pytest.mark.parametrize("role", ["owner", "viewer", "agent"])
def test_owners_viewers_and_agents_see_all(four, seen_by, role):
    assert seen_by(make.user("Someone", role=role)) == ["Alice's", "Bob's", "Charlie's", "Nobody's"]


def test_the_bin_is_out_of_sight(save, seen_by, alice):
    save(alice, "Gone").delete()

    assert seen_by(alice) == []


def test_the_bin_holds_what_one_saw_before(alice, bob):
    make.company(alice, "Hers").delete()
    make.company(bob, "His").delete()
    make.person(alice, "Her person").delete()

    assert _names(queries.companies_in_bin_of(alice)) == ["Hers"]
    assert _names(queries.people_in_bin_of(bob)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rhein", True),
        ("LABS rheinwerk", True),
        ("labs optics", False),
        ("rheinwerk.example", True),
        ("39 18", True),
        ("0221 3918", True),
        ("+49 221 3918 4420", True),
        ("٣٩١٨", True),
        ("9999", False),
        ("", True),
        ("   ", True),
        ("%", False),
        ("_", False),
        ("\\", False),
        ("00", False),
    ],
)
def test_every_word_must_occur(alice, text, found):
    make.company(alice, "Rheinwerk Labs", phone="+49 221 3918 4420", website="https://rheinwerk.example")

    rows = queries.matching(queries.companies_visible_to(alice), text)

    assert bool(_names(rows)) == found


@pytest.mark.parametrize("text", ["كیمیا", "می خواهم", "میخواهم", "می‌خواهم"])
def test_persian_is_found_however_it_is_typed(alice, text):
    make.person(alice, "کیمیا می‌خواهم")

    assert _names(queries.matching(queries.people_visible_to(alice), text))


def test_people_are_found_by_their_email(alice):
    make.person(alice, "Ines", email="ines@rheinwerk.example")

    assert _names(queries.matching(queries.people_visible_to(alice), "@rheinwerk")) == ["Ines"]


def test_people_and_children_of_a_company_are_found_by_it(alice):
    parent = make.company(alice, "Parent")
    child = make.company(None, "Child", parent=parent)
    make.person(alice, "Ines", company=parent)
    of_parent, of_child = ({"id": one.id, "count": 9} for one in (parent, child))

    assert _names(queries.children_beside(alice).params(of_parent)) == ["Child"]
    assert _names(queries.people_beside(alice).params(of_parent)) == ["Ines"]
    assert _names(queries.people_beside(alice).params(of_child)) == []


def test_ancestors_end_even_in_a_ring(alice):
    one = make.company(alice, "One")
    two = make.company(alice, "Two", parent=one)
    three = make.company(alice, "Three", parent=two)

    assert rings.line(three.id, rings.parents_above({three.id})) == {one.id, two.id, three.id}

    one.parent = three
    db.session.commit()

    assert rings.line(two.id, rings.parents_above({two.id})) == {one.id, two.id, three.id}


def test_tags_and_industries_of_hidden_records_are_not_offered(alice, bob):
    mine, his = make.company(alice, "Mine", industry="labs"), make.company(bob, "His", industry="secret industry")
    tag_as(mine, ["open"])
    tag_as(his, ["secret tag"])
    tag_as(make.person(bob, "Person"), ["secret too"])
    db.session.commit()

    assert [tag.name for tag in db.session.scalars(queries.tags_of_companies(alice))] == ["open"]
    assert db.session.scalars(queries.tags_of_people(alice)).all() == []
    assert db.session.scalars(queries.industries_seen_by(alice)).all() == ["labs"]


def test_twins_are_sought_among_what_one_sees(alice, bob):
    make.company(bob, "Acme")
    make.person(bob, "Ines", email="i@a.example")

    assert _names(queries.same_name(alice, make.company(bob, "ACME"))) == []
    assert len(_names(queries.same_name(bob, make.company(None, "acme")))) == 3
    assert _names(queries.same_email(alice, "i@a.example")) == []
    assert _names(queries.same_email(bob, "I@A.example")) == ["Ines"]
    assert _names(queries.same_email(bob, "")) == []


def test_a_company_out_of_sight_is_not_named_by_what_is_told_of_the_past(browser_of, alice, bob, olivia):
    below, person = make.company(None, "Below"), make.person(None, "Someone")
    hidden, known = make.company(alice, "Hidden Holding"), make.company(bob, "Known Holding")
    for parent in (known, hidden):
        below.change(parent=parent)
        person.change(company=parent)
    db.session.commit()

    for url in (f"/contacts/companies/{below.id}", f"/contacts/people/{person.id}"):
        told = browser_of(bob).get(url).get_data(as_text=True)
        assert "Known Holding" in told and "Hidden Holding" not in told, url
        assert "Hidden Holding" in browser_of(olivia).get(url).get_data(as_text=True), url
        assert "Hidden Holding" in browser_of(make.user("Agnes", role="agent")).get(url).get_data(as_text=True), url
