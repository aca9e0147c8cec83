"""Many users at once, of whom some must stay as they are: each reason is told, and the others go on."""

from crm_app.bulk import doing
from crm_app.extensions import db
from tests import make
from tests.bulk.picking import confirmed, last_change, undo


def told(client):
    return client.page("/settings/people").text


def test_what_is_left_alone_is_told_with_its_reason(owner, olivia, staff):
    owner.send("/bulk/users/disabling", confirmed(olivia, *staff), htmx=True)

    assert "Disabled: 3 users. You cannot disable yourself: 1 skipped." in told(owner)

    make.user("Otto", role="owner")
    owner.send("/bulk/users/role", confirmed(olivia, *staff, role="viewer"), htmx=True)

    assert "Changed: 3 users. You cannot change your own role in a bulk change: 1 skipped." in told(owner)


def test_the_reason_is_told_in_the_language_of_whoever_reads_it(owner, browser_of, olivia, staff):
    owner.send("/bulk/users/disabling", confirmed(olivia, *staff), htmx=True)
    reader = make.user("Otto", role="owner")
    reader.language = "fa"
    db.session.commit()

    page = browser_of(reader).page(f"/bulk/{last_change().id}").text

    assert "نمی‌توانید خودتان را غیرفعال کنید: ۱ مورد نادیده گرفته شد." in page


def test_that_the_last_owner_stays_is_told_beside_those_who_are_gone_meanwhile(browser_of, olivia):
    otto, odile = (make.user(name, role="owner") for name in ("Otto", "Odile"))
    olivia.password_hash = None
    gone = confirmed(otto, odile, role="rep")
    gone["pick"].append("99999.1")
    db.session.commit()

    owner = browser_of(olivia)
    owner.send("/bulk/users/role", gone, htmx=True)

    text = told(owner)
    assert "At least one owner must be able to sign in: 1 skipped." in text
    assert "1 record cannot be changed this way or was not found, and was skipped." in text


def test_who_has_the_role_already_is_none_that_was_refused(owner, olivia):
    owner.send("/bulk/users/role", confirmed(olivia, role="owner"), htmx=True)

    assert (last_change().same, last_change().refused) == (1, 0)


def test_nobody_takes_back_their_own_promotion_among_others(owner, browser_of, staff):
    owner.send("/bulk/users/role", confirmed(*staff, role="owner"), htmx=True)
    made = last_change()

    rita = browser_of(staff[0])
    undo(rita, made)

    assert [one.role for one in staff] == ["owner", "rep", "rep"] and (made.undone, made.kept) == (2, 1)
    assert "Restored: 2 users. You cannot change your own role in a bulk change: 1 skipped." in told(rita)


def test_nobody_disables_themselves_by_taking_back_that_they_were_enabled(owner, browser_of, staff):
    staff[0].role = "owner"
    for one in staff:
        one.disable()
    db.session.commit()
    owner.send("/bulk/users/enabling", confirmed(*staff), htmx=True)
    made = last_change()

    rita = browser_of(staff[0])
    undo(rita, made)

    assert [one.is_active for one in staff] == [True, False, False] and (made.undone, made.kept) == (2, 1)
    assert "You cannot disable yourself: 1 skipped." in told(rita)


def test_who_came_from_a_team_that_is_gone_stays_where_they_are_now(owner, staff):
    old, new = make.team("Old"), make.team("New")
    staff[0].team = old
    db.session.commit()
    owner.send("/bulk/users/team_id", confirmed(*staff, team_id=new.id), htmx=True)
    assert owner.send(f"/settings/teams/{old.id}/deletion").status_code == 303

    undo(owner)

    assert [one.team for one in staff] == [new, None, None]
    assert "The team no longer exists: 1 skipped." in told(owner)


def test_reasons_add_up_from_batch_to_batch(browser_of, olivia, monkeypatch):
    monkeypatch.setattr(doing, "BATCH", 1)
    olds = [make.user(name) for name in ("Ada", "Ben", "Cem")]
    new = make.team("New")
    team_ids = [make.team(f"Old {one.name}").id for one in olds]
    for one, team_id in zip(olds, team_ids, strict=True):
        one.team_id = team_id
    db.session.commit()
    owner = browser_of(olivia)
    owner.send("/bulk/users/team_id", confirmed(*olds, team_id=new.id), htmx=True)
    for team_id in team_ids[:2]:
        assert owner.send(f"/settings/teams/{team_id}/deletion").status_code == 303

    undo(owner)

    assert (last_change().undone, last_change().kept) == (1, 2)
    assert "Restored: 1 user. The team no longer exists: 2 skipped." in told(owner)
