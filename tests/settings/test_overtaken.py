"""A page of settings that was open while somebody else changed the same: saved, it takes nothing back."""

import pytest

from crm_app.accounts.models import Organisation, Team, User
from crm_app.extensions import db
from crm_app.pipeline.models import Stage
from crm_app.web.money import Rate
from tests import make
from tests.meanwhile import meanwhile


@pytest.fixture
def other(browser_of):
    """The browser of another owner."""
    return browser_of(make.user("Otto Owen", role="owner"))


@pytest.fixture
def forms(staff):
    """By what is changed: where, what the form holds, what one and what the other changes in it, and how it is read."""
    team, stage = make.team("North"), make.pipeline().open_stages[0]
    rate = Rate(currency="USD", day=make.today(), rate=2)
    db.session.add(rate)
    db.session.commit()
    ray, firm = staff[0], Organisation.query.one()
    working = {
        "name": firm.name, "currency": firm.currency, "time_zone": firm.time_zone, "fiscal_start": firm.fiscal_start,
        "calendar_name": firm.calendar_name, "weekend": list(firm.weekend),
    }  # fmt: skip
    standing = {"name": stage.name, "kind": "open", "probability": stage.probability}
    return {
        "a person": (
            f"/settings/people/{ray.id}",
            {"name": ray.name, "email": ray.email, "role": "rep", "team_id": 0},
            ({"name": "Ray"}, {"role": "viewer"}),
            lambda: (db.session.get_one(User, ray.id).name, db.session.get_one(User, ray.id).role),
        ),
        "a team": (
            f"/settings/teams/{team.id}",
            {"name": team.name, "region": "", "manager_id": 0},
            ({"region": "West"}, {"members": [ray.id]}),
            lambda: (db.session.get_one(Team, team.id).region, db.session.get_one(User, ray.id).team_id),
        ),
        "the organisation": (
            "/settings/organisation",
            working,
            ({"name": "Halden"}, {"currency": "USD"}),
            lambda: (Organisation.query.one().name, Organisation.query.one().currency),
        ),
        "a stage": (
            f"/settings/pipelines/{stage.pipeline_id}/stages/{stage.id}",
            standing,
            ({"name": "First talk"}, {"probability": 77}),
            lambda: (db.session.get_one(Stage, stage.id).name, db.session.get_one(Stage, stage.id).probability),
        ),
        "a rate": (
            f"/settings/rates/{rate.id}",
            {"currency": "USD", "day": make.today().isoformat(), "rate": "2"},
            ({"day": "2026-01-01"}, {"rate": "3"}),
            lambda: (db.session.get_one(Rate, rate.id).day, db.session.get_one(Rate, rate.id).rate),
        ),
    }


@pytest.mark.parametrize("what", ["a person", "a team", "the organisation", "a stage", "a rate"])
def test_what_somebody_else_changed_meanwhile_stays_and_is_shown(owner, other, forms, what):
    url, held, (mine, theirs), read = forms[what]
    seen = owner.page(url).one("input", name="seen").get("value")
    assert other.send(url, held | theirs).status_code == 303
    before = read()

    answer = owner.send(url, held | mine | {"seen": seen})

    assert (answer.status_code, answer.location) == (303, url)
    page = owner.page(url)
    assert "Someone changed this a moment ago." in page.text
    assert read() == before

    again = owner.send(url, held | theirs | mine | {"seen": page.one("input", name="seen").get("value")})
    assert again.status_code == 303 and read() != before


@pytest.mark.postgresql
@pytest.mark.parametrize("what", ["a person", "a team", "the organisation", "a stage", "a rate"])
def test_of_two_who_saw_the_same_and_save_at_once_one_looks_again(owner, other, forms, what):
    url, held, (mine, theirs), _read = forms[what]
    seen = {"seen": owner.page(url).one("input", name="seen").get("value")}

    met = meanwhile(
        lambda: owner.send(url, held | mine | seen).status_code,
        lambda: other.send(url, held | theirs | seen).status_code,
        held_at="UPDATE",
    )

    assert met == (303, 303, True)
    pages = [browser.page(url).text for browser in (owner, other)]
    assert ["Someone changed this a moment ago." in page for page in pages] == [False, True]


def test_what_was_refused_for_another_reason_is_saved_once_it_is_right(owner, forms):
    url, held, _changes, read = forms["a person"]
    seen = owner.page(url).one("input", name="seen").get("value")
    refused = owner.send(url, held | {"name": "", "seen": seen})
    assert refused.status_code == 422 and f'name="seen" value="{seen}"' in refused.text

    assert owner.send(url, held | {"name": "Ray", "seen": seen}).status_code == 303
    assert read()[0] == "Ray"
