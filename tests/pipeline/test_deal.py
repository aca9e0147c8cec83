"""The page of a deal: what it shows, who finds it, its notes, the bin."""

from datetime import date, timedelta

from crm_app.extensions import db, utc_now
from tests import make


def _version(deal):
    return {"version": deal.version}


def test_the_page_shows_facts_stages_stays_and_timeline(client, alice):
    company, person, product = make.company(alice, "Kessler"), make.person(alice, "Ines"), make.product(name="GTX")
    deal = make.deal(
        alice, "New line", at="Proposal", value=700_00, company=company, person=person, product=product, created=5,
        expected_close=date(2027, 3, 1), source="Fair", code="D-1",
    )  # fmt: skip

    page = client.page(f"/pipeline/deals/{deal.id}")

    assert page.text_of(page.one("h1")) == "New line"
    for words in ("Kessler", "Ines", "GTX", "€700", "Fair", "D-1", "1 Mar 2027", "Alice Adler created this", "5 days"):
        assert words in page.text
    current = page.one("span", aria_current="step")
    assert page.text_of(current).startswith("Proposal")
    assert len(page.all("button", name="stage")) == 3
    page.one("form", action=f"/pipeline/deals/{deal.id}/notes")


def test_days_in_a_stage_add_up_over_its_stays(client, alice):
    deal = make.deal(alice, at="Qualified", created=10)
    deal.move_to(make.stage("Proposal"))
    deal.move_to(make.stage("Qualified"))
    db.session.commit()
    for stay, (entered, left) in zip(deal.stays, [(10, 7), (7, 6), (6, None)], strict=True):
        stay.entered_at, stay.left_at = utc_now() - timedelta(days=entered), None
        if left:
            stay.left_at, stay.seconds = utc_now() - timedelta(days=left), (entered - left) * 86_400
    db.session.commit()

    page = client.page(f"/pipeline/deals/{deal.id}")

    assert page.text_of(page.one("span", aria_current="step")) == "Qualified 9 days"
    assert [page.text_of(button) for button in page.all("button", name="stage")][1:] == [
        "Proposal 1 day",
        "Negotiation",
    ]
    assert page.text.count("since") == 1


def test_a_stage_is_a_button_that_moves_the_deal_and_comes_back(client, alice):
    deal = make.deal(alice, at="Proposal")
    form = client.page(f"/pipeline/deals/{deal.id}").one("form", action=f"/pipeline/deals/{deal.id}/stage")
    sent = {e.get("name"): e.get("value") for e in form.iter("input") if e.get("name") != "csrf_token"}

    response = client.send(form.get("action"), sent | {"stage": make.stage("Negotiation").id})

    assert (response.status_code, response.location) == (303, f"/pipeline/deals/{deal.id}")
    assert deal.stage.name == "Negotiation"


def test_an_open_deal_leads_to_won_and_lost(client, alice):
    deal = make.deal(alice)

    page = client.page(f"/pipeline/deals/{deal.id}")

    for outcome in ("won", "lost"):
        address = f"/pipeline/deals/{deal.id}/{outcome}?next=/pipeline/deals/{deal.id}"
        assert page.all("a", href=address) or page.all("a", href=address.replace("/pipeline/deals/", "%2F"))
        client.page(address)


def test_a_closed_deal_tells_its_end_and_can_be_reopened(client, alice):
    won = make.won(alice, title="Won one", value=700_00, on=date(2026, 1, 5), at="Proposal")
    lost = make.lost(alice, title="Lost one", on=date(2026, 1, 6), reason="Too dear")

    page = client.page(f"/pipeline/deals/{won.id}")
    button, form = page.all("form", action=f"/pipeline/deals/{won.id}/reopening")
    sent = {e.get("name"): e.get("value") for e in form.iter("input") if e.get("name") != "csrf_token"}
    response = client.send(form.get("action"), sent | {"stage": make.stage("Qualified").id})

    assert "Won on 5 Jan 2026" in page.text
    assert "/won" not in page.html
    assert "Too dear" in client.page(f"/pipeline/deals/{lost.id}").text
    assert (response.status_code, won.stage.name, won.is_open) == (303, "Qualified", True)
    assert page.text_of(button) == "Reopen"


def test_a_stage_in_which_a_deal_never_was_is_not_shown_as_passed(client, alice):
    make.pipeline()
    deal = make.deal(alice, at="Qualified")

    steps = client.page(f"/pipeline/deals/{deal.id}").all("button", name="stage")

    assert not [step for step in steps if "path__step--done" in step.get("class")]
    deal.move_to(make.stage("Proposal"))
    db.session.commit()
    steps = client.page(f"/pipeline/deals/{deal.id}").all("button", name="stage")
    passed = [step.find("bdi").text for step in steps if "path__step--done" in step.get("class")]
    assert passed == ["Qualified"]


def test_the_value_of_a_closed_deal_stands(client, alice):
    deal = make.won(alice, value=700_00)

    page = client.page(f"/pipeline/deals/{deal.id}")
    sent = {"value": "1", "currency": "EUR"} | _version(deal)
    response = client.send(f"/pipeline/deals/{deal.id}/facts/value", sent, htmx=True)

    assert not page.all("a", href=f"/pipeline/deals/{deal.id}/facts/value")
    assert response.status_code == 422
    assert "Reopen it to change the value." in response.get_data(as_text=True)
    assert deal.value_amount == 700_00


def test_a_contact_out_of_sight_is_named_but_not_linked(client, alice, bob):
    deal = make.deal(alice, company=make.company(bob, "Theirs"))

    page = client.page(f"/pipeline/deals/{deal.id}")

    assert "Theirs" in page.text
    assert not page.all("a", href=f"/contacts/companies/{deal.company_id}")


def test_someone_elses_deal_is_not_found(browser_of, alice, bob):
    deal = make.deal(alice)
    browser = browser_of(bob)

    for path in ("", "/deletion", "/facts/title"):
        assert browser.get(f"/pipeline/deals/{deal.id}{path}").status_code == 404
    for path in ("/facts/title", "/notes", "/deletion", "/restoration"):
        assert browser.send(f"/pipeline/deals/{deal.id}{path}", {"title": "x", "text": "x"}).status_code == 404


def test_a_viewer_reads_and_changes_nothing(browser_of, alice, vera):
    deal = make.deal(alice, "Hers")
    browser = browser_of(vera)

    page = browser.page(f"/pipeline/deals/{deal.id}")

    assert not page.all("form", method="post", action=f"/pipeline/deals/{deal.id}/stage")
    assert not page.all("a", class_="fact__edit")
    for path in ("/facts/title", "/notes", "/deletion", "/restoration"):
        assert browser.send(f"/pipeline/deals/{deal.id}{path}", {"title": "x", "text": "x"}).status_code == 403
    assert deal.title == "Hers"


def test_an_agent_has_no_deals(browser_of, alice):
    deal = make.deal(alice)
    browser = browser_of(make.user("Agnes", role="agent"))

    assert browser.get(f"/pipeline/deals/{deal.id}").status_code == 403
    assert browser.send(f"/pipeline/deals/{deal.id}/facts/title", {"title": "x"}).status_code == 403


def test_a_note_stands_on_top_of_the_timeline(client, alice):
    deal = make.deal(alice)

    response = client.send(f"/pipeline/deals/{deal.id}/notes", {"text": "They like\nblue"}, htmx=True)
    empty = client.send(f"/pipeline/deals/{deal.id}/notes", {"text": " "}, htmx=True)

    assert response.status_code == 200
    assert "They like\nblue" in response.get_data(as_text=True)
    assert empty.status_code == 422
    assert "They like\nblue" in client.get(f"/pipeline/deals/{deal.id}").get_data(as_text=True)


def test_older_events_follow_as_a_part(client, alice):
    deal = make.deal(alice)
    for number in range(35):
        deal.change(title=f"Title {number}")
    db.session.commit()

    page = client.page(f"/pipeline/deals/{deal.id}")
    older = next(a for a in page.all("a") if page.text_of(a) == "Show older").get("href")

    assert "Alice Adler created this" not in page.text
    assert "Alice Adler created this" in client.part(older).text
    assert "Alice Adler created this" in client.page(older).text


def test_a_deleted_deal_leaves_the_lists_and_comes_back(client, alice):
    deal = make.deal(alice, "Mine")
    asked = client.page(f"/pipeline/deals/{deal.id}/deletion")

    gone = client.page(client.send(f"/pipeline/deals/{deal.id}/deletion").location)
    missing = client.get(f"/pipeline/deals/{deal.id}")
    binned = client.page("/pipeline/bin")
    back = client.page(client.send(f"/pipeline/deals/{deal.id}/restoration").location)

    assert "Delete this deal?" in asked.text
    assert "Mine was moved to the bin." in gone.text
    gone.one("form", action=f"/pipeline/deals/{deal.id}/restoration")
    assert missing.status_code == 404
    binned.one("form", action=f"/pipeline/deals/{deal.id}/restoration")
    assert "Mine was restored." in back.text
    assert deal.deleted_at is None


def test_a_deal_whose_code_was_given_away_stays_in_the_bin(client, alice):
    deal = make.deal(alice, code="D-1")
    client.send(f"/pipeline/deals/{deal.id}/deletion")
    make.deal(alice, code="D-1")

    answer = client.page(client.send(f"/pipeline/deals/{deal.id}/restoration").location)

    assert "Another deal now has the code D-1." in answer.text
    assert deal.deleted_at is not None


def test_the_bin_shows_only_ones_own(browser_of, alice, bob, charlie):
    make.deal(alice, "Hers", deleted_at=utc_now())
    make.deal(bob, "His", deleted_at=utc_now())

    assert "Hers" in browser_of(charlie).page("/pipeline/bin").text
    assert "His" not in browser_of(charlie).page("/pipeline/bin").text
    assert "The bin is empty." in browser_of(make.user("Zoe")).page("/pipeline/bin").text


def test_few_statements_however_long_the_history(client, alice, statements):
    company, person, product = make.company(alice), make.person(alice), make.product()
    deal = make.deal(alice, company=company, person=person, product=product)
    url = f"/pipeline/deals/{deal.id}"
    db.session.commit()

    def needed(address):
        with statements() as seen:
            client.page(address)
        return len(seen)

    few = needed(url), needed("/pipeline/bin")
    for number in range(60):
        deal.move_to(make.stage("Proposal" if number % 2 else "Qualified"))
        make.deal(alice, deleted_at=utc_now(), company=company)
    db.session.commit()

    assert (needed(url), needed("/pipeline/bin")) == few
    assert max(few) <= 12, few
