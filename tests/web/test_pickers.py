"""Naming a record in a form: exactly, nearly, twice, or not at all."""

import pytest
from flask_wtf import FlaskForm
from sqlalchemy import select

from crm_app.accounts.models import User
from crm_app.contacts.models import Company
from crm_app.web.pickers import RecordField, found_by_name, nearest_to, suggested
from crm_app.web.text import clean
from tests import make


def _form(app, sent, data=None, rows=None):
    class Form(FlaskForm):
        company = RecordField("Company", find=lambda: select(Company) if rows is None else rows)

    with app.test_request_context(method="POST" if sent is not None else "GET", data=sent):
        form = Form(meta={"csrf": False}, data=data)
        form.is_valid = form.validate() if sent is not None else None
        form.html = str(form.company())
    return form


@pytest.mark.parametrize("typed", ["Rheinwerk Labs", "  rheinwerk   LABS ", "Rheinwerk-Labs", "ｒheinwerk labs"])
def test_a_name_is_found_however_it_is_spelt(app, organisation, typed):
    wanted = make.company(None, "Rheinwerk Labs")
    make.company(None, "Rheinwerk")

    form = _form(app, {"company": typed})

    assert form.is_valid
    assert form.company.data.id == wanted.id


def test_a_persian_name_is_found_with_arabic_letters(app, organisation):
    wanted = make.company(None, "کیمیا پارس")

    assert _form(app, {"company": "كيميا پارس"}).company.data.id == wanted.id


def test_nothing_typed_is_nobody(app, organisation):
    make.company(None, "Rheinwerk")

    for sent in ({"company": ""}, {"company": "   "}, {}):
        form = _form(app, sent)
        assert form.is_valid
        assert form.company.data is None


def test_an_unknown_name_is_refused_with_the_nearest(app, organisation):
    make.company(None, "Rheinwerk Labs")
    make.company(None, "Rheinwerk Optics")
    make.company(None, "Something else")

    form = _form(app, {"company": "Rheinwerk"})

    assert not form.is_valid
    assert "Nothing with this name was found. Did you mean one of these?" in form.company.errors[0]
    assert {one.name for one in form.company.nearest} == {"Rheinwerk Labs", "Rheinwerk Optics"}
    assert 'value="Rheinwerk"' in form.html


def test_a_slip_of_the_finger_still_finds_the_nearest(app, organisation):
    make.company(None, "Rheinwerk Labs")

    assert [one.name for one in nearest_to(select(Company), "Rheinwrek Lab")] == ["Rheinwerk Labs"]


def test_a_name_like_no_other_is_refused_without_suggestions(app, organisation):
    make.company(None, "Rheinwerk")

    form = _form(app, {"company": "zzzz"})

    assert form.company.errors == ["Nothing with this name was found."]
    assert form.company.nearest == []


def test_of_several_with_one_name_the_chosen_one_is_taken(app, organisation):
    one, two = make.company(None, "Acme"), make.company(None, "ACME")

    undecided = _form(app, {"company": "acme"})
    decided = _form(app, {"company": "acme", "company_id": str(two.id)})

    assert "Several records have this name. Choose the right one." in undecided.company.errors[0]
    assert [found.id for found in undecided.company.nearest] == [one.id, two.id]
    assert decided.is_valid
    assert decided.company.data.id == two.id


def test_a_choice_outside_of_what_may_be_chosen_does_not_count(app, organisation):
    hidden = make.company(None, "Secret")
    rows = select(Company).where(Company.id != hidden.id)

    form = _form(app, {"company": "Secret", "company_id": str(hidden.id)}, rows=rows)

    assert not form.is_valid
    assert form.company.data is None
    assert form.company.nearest == []


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 40, "٣", "1 OR 1=1"])
def test_a_choice_that_is_no_number_does_not_count(app, organisation, number):
    wanted = make.company(None, "Acme")

    assert _form(app, {"company": "Acme", "company_id": number}).company.data.id == wanted.id


def test_a_name_of_signs_alone_is_found_as_it_is_written(app, organisation):
    wanted = make.company(None, "🎉🎉")
    make.company(None, "💡")

    assert _form(app, {"company": "🎉🎉"}).company.data.id == wanted.id


@pytest.mark.parametrize("typed", ["%", "_", "\\", "'; --", "\0", "a" * 100_000, "% %", "\ud800"])
def test_signs_with_a_meaning_elsewhere_find_nothing(app, organisation, typed):
    make.company(None, "Acme")

    assert found_by_name(select(Company), clean(typed)) == []
    assert nearest_to(select(Company), clean(typed)) == []


def test_users_can_be_picked_too(app, alice, bob):
    assert [one.name for one in nearest_to(select(User), "adl")] == ["Alice Adler"]


def test_the_record_at_hand_is_shown_by_its_name(app, organisation):
    company = make.company(None, "Rheinwerk")

    assert 'value="Rheinwerk"' in _form(app, None, data={"company": company}).html


def test_suggestions_are_of_the_field_that_asks(app, organisation):
    make.company(None, "Rheinwerk Labs")

    with app.test_request_context("/?for=parent&parent=rhein"):
        asked = suggested(select(Company))
    with app.test_request_context('/?for="><script>&q=rhein'):
        forged = suggested(select(Company))

    assert asked["field_name"] == "parent"
    assert [one.name for one in asked["records"]] == ["Rheinwerk Labs"]
    assert forged["field_name"] == "record"
