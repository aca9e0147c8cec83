"""Letters that become many when names are compared: a key is kept as far as its column is long."""

import pytest
from sqlalchemy import select

from crm_app.accounts.models import Team, User
from crm_app.catalog.models import Product
from crm_app.contacts.models import Company, Person, Tag
from crm_app.extensions import db
from tests import make
from tests.exchange.importing import bring_in, plan, reasons

# One sign of eighteen letters.
LONG = "\ufdfa" * 40


def _done(kind, text, user):
    import_ = bring_in(kind, text, user)
    assert (import_.status, import_.message) == ("done", "")
    return import_


def test_a_first_and_a_last_name_that_are_too_long_together_are_refused(alice):
    planned = plan("people", f"first name,last name\n{'a' * 100},{'b' * 100}\nAda,Young\n", alice)

    assert reasons(planned) == {2: "Column “last name”: The text can have at most 200 characters."}


@pytest.mark.parametrize(
    ("kind", "text", "model"),
    [
        ("companies", f"name,parent\n{LONG},\nChild,{LONG}\n", Company),
        ("people", f"name\n{LONG}\nAda Young\n", Person),
        ("products", f"name,code\n{LONG},{LONG[:30]}\nMG,\n", Product),
    ],
    ids=["companies", "people", "products"],
)
def test_a_file_with_it_goes_in_and_comes_again_as_the_same(olivia, kind, text, model):
    assert _done(kind, text, olivia).created == 2

    assert _done(kind, text, olivia).unchanged == 2
    assert len(db.session.scalars(select(model)).all()) == 2


def test_users_teams_and_managers_with_it_go_in_and_come_again_as_the_same(olivia):
    text = f"name,team,manager\n{LONG},{LONG},2 {LONG}\n"
    assert _done("users", text, olivia).created == 1

    assert _done("users", text, olivia).unchanged == 1
    assert [team.name for team in db.session.scalars(select(Team))] == [LONG]
    assert len(db.session.scalars(select(User).where(User.name.contains(LONG[:5]))).all()) == 2


def test_a_deal_is_found_by_it_and_by_its_company(olivia, alice):
    make.pipeline()
    make.company(alice, LONG)
    text = f"title,company,stage\n{LONG},{LONG},Qualified\n"
    assert _done("deals", text, olivia).created == 1

    assert _done("deals", text, olivia).unchanged == 1


def test_a_tag_with_it_goes_in(olivia):
    text = f"name,tags\nAcme,{LONG[:20]}\n"
    assert _done("companies", text, olivia).created == 1

    assert _done("companies", text, olivia).unchanged == 1
    assert db.session.scalars(select(Tag.name)).all() == [LONG[:20]]
