"""Who finds and who may change companies and people."""

import pytest

from tests import make

_CHANGES = ("facts/name", "notes", "deletion")


@pytest.mark.parametrize("noun", ["companies", "people"])
def test_a_strangers_record_is_not_found_by_any_way(browser_of, alice, bob, noun):
    record = (make.company if noun == "companies" else make.person)(alice, "Hers")
    stranger = browser_of(bob)

    for way in ("", "/facts/name", "/deletion"):
        stranger.page(f"/contacts/{noun}/{record.id}{way}", 404)
    for way in _CHANGES:
        assert stranger.send(f"/contacts/{noun}/{record.id}/{way}", {"name": "His", "text": "x"}).status_code == 404
    record.delete()
    assert stranger.send(f"/contacts/{noun}/{record.id}/restoration").status_code == 404

    assert record.name == "Hers"
    assert record.deleted_at is not None


@pytest.mark.parametrize("noun", ["companies", "people"])
def test_a_viewer_reads_but_is_refused_every_change(browser_of, alice, vera, noun):
    record = (make.company if noun == "companies" else make.person)(alice, "Hers")
    viewer = browser_of(vera)

    page = viewer.page(f"/contacts/{noun}/{record.id}")

    assert not [form for form in page.all("form", method="post") if f"/contacts/{noun}" in form.get("action", "")]
    assert not [e for e in page.all("a") if "facts/" in (e.get("href") or "") or "deletion" in (e.get("href") or "")]
    for way in (*_CHANGES, "restoration"):
        assert viewer.send(f"/contacts/{noun}/{record.id}/{way}", {"name": "x", "text": "x"}).status_code == 403
    assert viewer.send(f"/contacts/{noun}/new", {"name": "x"}).status_code == 403
    for address in (f"/contacts/{noun}/new", "/contacts/bin", f"/contacts/{noun}/{record.id}/facts/name"):
        viewer.page(address, 403)
    assert record.name == "Hers"


@pytest.mark.parametrize("noun", ["companies", "people"])
@pytest.mark.parametrize("who", ["olivia", "charlie", "agent"])
def test_owner_manager_and_agent_may_change(request, browser_of, charlie, alice, who, noun):
    user = make.user("Agnes", role="agent") if who == "agent" else request.getfixturevalue(who)
    record = (make.company if noun == "companies" else make.person)(alice, "Hers")

    response = browser_of(user).send(f"/contacts/{noun}/{record.id}/facts/name", {"name": "Changed"})

    assert response.status_code == 303
    assert record.name == "Changed"
    assert record.owner == alice


@pytest.mark.parametrize(
    "address", ["/contacts/companies/99999999999999999999", "/contacts/people/0", "/contacts/companies/٧"]
)
def test_numbers_beyond_reason_are_not_found(client, address):
    client.checks_html = False

    assert client.get(address).status_code == 404
