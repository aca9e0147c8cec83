"""Many users at once, of whom some were changed elsewhere in the meantime: what is newer stays."""

from tests import make
from tests.bulk.picking import confirmed, last_change, pick, undo
from tests.exchange.importing import bring_in


def test_who_was_changed_since_keeps_what_they_have(owner, olivia, staff):
    team = make.team("New")
    owner.send("/bulk/users/team_id", confirmed(*staff, team_id=team.id), htmx=True)
    made = last_change()
    person = staff[1]
    facts = {"name": person.name, "email": person.email, "role": "rep", "team_id": 0}
    assert owner.send(f"/settings/people/{person.id}", facts).status_code == 303
    person.language = "fa"

    undo(owner, made)

    assert [one.team for one in staff] == [None, None, None]
    assert (made.undone, made.kept) == (2, 1)


def test_what_somebody_else_changed_after_it_was_picked_is_left(browser_of, olivia, staff):
    picked = pick(*staff)
    other = make.user("Otto", role="owner")
    facts = {"name": "Rita", "email": staff[0].email, "role": "agent", "team_id": 0}
    browser_of(other).send(f"/settings/people/{staff[0].id}", facts)

    browser_of(olivia).send("/bulk/users/role", picked | {"confirmed": "1", "role": "viewer"}, htmx=True)

    assert [one.role for one in staff] == ["agent", "viewer", "viewer"]
    assert last_change().newer == 1


def test_whom_the_page_of_a_team_moved_since_stays_there(owner, staff):
    north, south = make.team("North"), make.team("South")
    owner.send("/bulk/users/team_id", confirmed(*staff, team_id=north.id), htmx=True)
    made = last_change()
    members = {"name": "South", "region": "", "manager_id": 0, "members": [staff[1].id]}
    assert owner.send(f"/settings/teams/{south.id}", members).status_code == 303

    undo(owner, made)

    assert [one.team for one in staff] == [None, south, None]
    assert (made.undone, made.kept) == (2, 1)


def test_whom_an_import_changed_since_keeps_what_it_brought(owner, olivia, staff):
    owner.send("/bulk/users/role", confirmed(*staff, role="viewer"), htmx=True)
    made = last_change()
    bring_in("users", "name,role\nRolf,agent\n", olivia)

    undo(owner, made)

    assert [one.role for one in staff] == ["rep", "agent", "rep"]
    assert (made.undone, made.kept) == (2, 1)


def test_whom_the_page_of_a_team_moved_after_they_were_picked_is_left(browser_of, owner, staff):
    picked, north, south = pick(*staff), make.team("North"), make.team("South")
    other = browser_of(make.user("Otto", role="owner"))
    members = {"name": "South", "region": "", "manager_id": 0, "members": [staff[0].id]}
    assert other.send(f"/settings/teams/{south.id}", members).status_code == 303

    owner.send("/bulk/users/team_id", picked | {"confirmed": "1", "team_id": north.id}, htmx=True)

    assert [one.team for one in staff] == [south, north, north] and last_change().newer == 1
