"""The sheet of targets: who may set whose, saving all at once, refusing what is wrong or has changed meanwhile."""

import pytest

from crm_app.extensions import db
from crm_app.goals.models import Goal, Target, TargetChange
from tests import make

URL = "/goals/targets?measure=won_value&unit=month&calendar=gregorian&year=2026"


def targets():
    rows = db.session.query(Target, Goal).join(Goal).order_by(Target.id)
    return {(goal.team_id, goal.user_id, target.period_key): target.amount for target, goal in rows}


def sheet(browser, url=URL):
    """The inputs of the page as a browser would send them."""
    page = browser.page(url)
    return {
        field.get("name"): field.get("value") or ""
        for field in page.all("input")
        if (field.get("name") or "").startswith(("cell-", "was-"))
    }


def test_all_cells_are_saved_at_once(browser_of, olivia, charlie, alice):
    browser = browser_of(olivia)
    data = sheet(browser)
    data["cell-company-2026-01"] = "520,000"
    data[f"cell-team-{alice.team_id}-2026-02"] = "1000"
    data[f"cell-user-{alice.id}-2026-03"] = "99.50"
    response = browser.send(URL, data)
    assert response.status_code == 303
    assert targets() == {
        (None, None, "2026-01"): 520_000_00,
        (alice.team_id, None, "2026-02"): 1000_00,
        (None, alice.id, "2026-03"): 99_50,
    }
    assert sheet(browser)["cell-company-2026-01"] == "520,000"


def test_saving_what_was_shown_changes_nothing(browser_of, olivia, alice):
    make.goal(5_00, on=make.datetime(2026, 3, 1).date(), user=alice)
    browser = browser_of(olivia)
    browser.send(URL, sheet(browser))
    assert db.session.query(Target).one().version == 1
    assert db.session.query(TargetChange).count() == 1


def test_an_emptied_cell_is_no_target_any_more(browser_of, olivia, alice):
    make.goal(5_00, on=make.datetime(2026, 3, 1).date(), user=alice)
    browser = browser_of(olivia)
    data = sheet(browser)
    data[f"cell-user-{alice.id}-2026-03"] = ""
    browser.send(URL, data)
    assert targets() == {(None, alice.id, "2026-03"): None}


def test_what_is_no_target_is_refused_and_kept_as_typed(browser_of, olivia, alice):
    browser = browser_of(olivia)
    data = sheet(browser)
    data["cell-company-2026-01"] = "1000"
    data["cell-company-2026-02"] = "a lot"
    response = browser.send(URL, data)
    assert response.status_code == 422
    page = make_page(response)
    wrong = page.one("input", name="cell-company-2026-02")
    assert wrong.get("value") == "a lot"
    assert wrong.get("aria-invalid") == "true"
    assert page.one("input", name="cell-company-2026-01").get("value") == "1000"
    assert "Enter a number" in page.text
    assert targets() == {}


def test_a_cell_changed_by_someone_else_meanwhile_is_not_overwritten(browser_of, olivia, alice):
    make.goal(5_00, on=make.datetime(2026, 3, 1).date(), user=alice)
    browser = browser_of(olivia)
    cell = f"cell-user-{alice.id}-2026-03"
    mine = sheet(browser) | {cell: "7"}
    browser.send(URL, sheet(browser) | {cell: "9"})
    response = browser.send(URL, mine)
    assert response.status_code == 409
    page = make_page(response)
    assert page.one("input", name=cell).get("value") == "7"
    assert "now €9" in page.text
    assert targets() == {(None, alice.id, "2026-03"): 9_00}
    assert "1:500" not in page.one("input", name=f"was-user-{alice.id}").get("value")


def test_after_a_clash_saving_again_is_a_choice_made_knowingly(browser_of, olivia, alice):
    make.goal(5_00, on=make.datetime(2026, 3, 1).date(), user=alice)
    browser = browser_of(olivia)
    cell, was = f"cell-user-{alice.id}-2026-03", f"was-user-{alice.id}"
    mine = sheet(browser) | {cell: "7"}
    browser.send(URL, sheet(browser) | {cell: "9"})
    shown = make_page(browser.send(URL, mine))
    again = browser.send(URL, mine | {was: shown.one("input", name=was).get("value")})
    assert again.status_code == 303
    assert targets() == {(None, alice.id, "2026-03"): 7_00}


def test_a_cell_left_alone_keeps_what_someone_else_wrote_meanwhile(browser_of, olivia, alice):
    browser = browser_of(olivia)
    mine = sheet(browser)
    browser.send(URL, sheet(browser) | {f"cell-user-{alice.id}-2026-03": "9"})
    response = browser.send(URL, mine | {"cell-company-2026-01": "1"})
    assert response.status_code == 303
    assert targets() == {(None, alice.id, "2026-03"): 9_00, (None, None, "2026-01"): 1_00}


def test_the_history_says_who_changed_what(browser_of, olivia, alice):
    browser = browser_of(olivia)
    cell = "cell-company-2026-01"
    browser.send(URL, sheet(browser) | {cell: "100"})
    browser.send(URL, sheet(browser) | {cell: "250"})
    target = db.session.query(Target).one()
    page = browser.page(f"/goals/targets/{target.id}/history")
    assert "Olivia Owen" in page.text
    assert page.text.index("€250") < page.text.rindex("€100")
    changes = db.session.query(TargetChange).order_by(TargetChange.id).all()
    assert [(change.before, change.after) for change in changes] == [(None, 100_00), (100_00, 250_00)]
    assert f"/goals/targets/{target.id}/history" in browser.page(URL).html


def test_a_manager_sets_the_targets_of_the_own_team_only(browser_of, charlie, alice, bob):
    browser = browser_of(charlie)
    data = sheet(browser)
    assert f"was-user-{alice.id}" in data
    assert not any(f"user-{bob.id}-" in name or "company" in name for name in data)
    forged = {"cell-company-2026-01": "1", f"cell-user-{bob.id}-2026-01": "1", f"cell-user-{alice.id}-2026-01": "1"}
    browser.send(URL, data | forged)
    assert targets() == {(None, alice.id, "2026-01"): 1_00}


@pytest.mark.parametrize("role", ["rep", "viewer", "agent"])
def test_nobody_else_sets_targets(browser_of, organisation, role):
    browser = browser_of(make.user("Someone", role=role))
    assert browser.get(URL).status_code == 403
    assert browser.send(URL, {"cell-company-2026-01": "1"}).status_code == 403
    assert targets() == {}


def test_the_history_of_a_goal_one_does_not_see_is_not_found(browser_of, alice, bob):
    target = make.goal(5_00, user=alice).targets[0]
    assert browser_of(bob).get(f"/goals/targets/{target.id}/history").status_code == 404
    assert browser_of(alice).get(f"/goals/targets/{target.id}/history").status_code == 200


def test_the_sheet_compares_a_team_with_its_members(browser_of, olivia, charlie, alice):
    day = make.datetime(2026, 3, 1).date()
    make.goal(500_00, on=day, team=alice.team)
    make.goal(700_00, on=day, user=alice)
    page = browser_of(olivia).page(URL)
    assert "Sum of the members" in page.text
    assert "+200" in page.text and "+€200" in page.text


@pytest.mark.parametrize("measure", ["win_rate", "sales_cycle_days", "open_value", "won_deals", "average_deal"])
@pytest.mark.parametrize("unit", ["month", "quarter", "year"])
def test_every_measure_and_unit_has_its_sheet(browser_of, olivia, measure, unit):
    url = f"/goals/targets?measure={measure}&unit={unit}&calendar=jalali&year=1405"
    browser = browser_of(olivia)
    data = sheet(browser, url)
    assert (
        len([name for name in data if name.startswith("cell-company")]) == {"month": 12, "quarter": 4, "year": 1}[unit]
    )
    first = next(name for name in data if name.startswith("cell-company"))
    assert browser.send(url, data | {first: "40"}).status_code == 303
    assert sheet(browser, url)[first] == "40"


@pytest.mark.parametrize(
    "query", ["measure=x&unit=week&calendar=mayan&year=abc", "year=99999", "year=1", "year=1800", "year=2200", ""]
)
def test_an_address_without_sense_shows_this_year(browser_of, olivia, query):
    browser_of(olivia).page(f"/goals/targets?{query}")


def test_broken_hidden_fields_do_no_harm(browser_of, olivia):
    browser = browser_of(olivia)
    response = browser.send(URL, {"was-company": "x:y,,,", "cell-company-2026-01": "5"})
    assert response.status_code == 303
    assert targets() == {(None, None, "2026-01"): 5_00}


def test_the_sheet_costs_the_same_however_many_people(browser_of, olivia, charlie, alice, statements):
    browser = browser_of(olivia)
    with statements() as few:
        browser.page(URL)
    for number in range(10):
        person = make.user(f"Rep {number}", team=alice.team)
        make.goal(5_00, on=make.datetime(2026, 3, 1).date(), user=person)
    with statements() as many:
        browser.page(URL)
    assert len(few) == len(many) <= 12


def make_page(response):
    from tests.html import Page

    return Page(response.get_data(as_text=True))


def test_who_left_has_a_row_only_for_a_target_of_old(browser_of, olivia, alice, bob):
    make.goal(5_00, on=make.datetime(2026, 3, 1).date(), user=alice)
    for person in (alice, bob):
        person.disable()
    db.session.commit()

    rows = {name.rpartition("-20")[0] for name in sheet(browser_of(olivia)) if name.startswith("cell-user-")}

    assert rows == {f"cell-user-{olivia.id}", f"cell-user-{alice.id}"}
