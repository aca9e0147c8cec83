"""A form whose sending came to nothing stands filled in again where its sender comes back to it."""

import pytest
from playwright.sync_api import expect

from crm_app.accounts.models import UserSession
from crm_app.contacts.models import Person
from crm_app.extensions import db
from tests import make

pytestmark = pytest.mark.browser

NEW = "/contacts/people/new"


@pytest.fixture
def page(page_of, alice):
    page = page_of(alice)
    page.goto("/contacts/people")
    page.goto(NEW)
    page.get_by_label("Name").fill("Grace Hopper")
    page.get_by_label("Tags").fill("Navy, Key")
    return page


def end_sessions():
    UserSession.query.delete()
    db.session.commit()


def send(page):
    page.get_by_role("button", name="Add the person").click()


def sign_in(page, user):
    page.get_by_label("Email").fill(user.email)
    db.session.commit()
    page.get_by_label("Password", exact=True).fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def fail_once(page, app, monkeypatch, send):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with monkeypatch.context() as patched:
        patched.setitem(app.view_functions, "contacts.new_person", lambda: 1 / 0)
        send(page)
        page.get_by_role("heading", name="Something went wrong on our side.").wait_for()


def names():
    db.session.rollback()
    found = [person.name for person in db.session.query(Person)]
    db.session.commit()
    return found


def is_filled_in(page):
    expect(page.locator(".notice")).to_contain_text("This has not been saved.")
    expect(page.get_by_label("Name")).to_have_value("Grace Hopper")
    expect(page.get_by_label("Tags")).to_have_value("Navy, Key")


def test_after_the_session_ended_signing_in_leads_back_to_what_was_typed(page, alice):
    end_sessions()

    send(page)
    sign_in(page, alice)

    is_filled_in(page)
    assert names() == []
    send(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Grace Hopper")
    page.goto(NEW)
    expect(page.get_by_label("Name")).to_have_value("")
    expect(page.locator(".notice")).to_have_count(0)


def test_nobody_else_finds_it(page, bob):
    end_sessions()

    send(page)
    sign_in(page, bob)

    expect(page.get_by_role("button", name="Add the person")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0


def test_whoever_signed_out_in_another_tab_signs_in_and_goes_on(page, alice):
    page.context.clear_cookies()

    send(page)
    sign_in(page, alice)

    is_filled_in(page)


def test_after_a_failure_the_way_back_leads_to_what_was_typed(page, monkeypatch, app):
    fail_once(page, app, monkeypatch, send)

    page.get_by_role("link", name="Back to the page").click()

    is_filled_in(page)


def test_whoever_goes_back_since_no_answer_came_is_told_that_it_may_be_saved(page):
    page.route(f"**{NEW}", lambda route: route.abort() if route.request.method == "POST" else route.continue_())

    with page.expect_event("requestfailed"):
        send(page)
    page.wait_for_url("chrome-error://**")
    page.unroute_all()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")
    page.goto(NEW)

    expect(page.locator(".notice")).to_contain_text("this may not have been saved")
    expect(page.get_by_label("Name")).to_have_value("Grace Hopper")


def test_it_waits_where_it_was_sent_and_for_an_hour(page, monkeypatch, app):
    fail_once(page, app, monkeypatch, send)

    page.goto("/")
    page.goto(f"{NEW}?name=Another")
    expect(page.get_by_label("Tags")).to_have_value("")
    page.evaluate("""() => {
        const form = JSON.parse(sessionStorage.getItem("form sent"));
        sessionStorage.setItem("form sent", JSON.stringify({...form, at: form.at - 3_600_001}));
    }""")
    page.goto(NEW)

    expect(page.get_by_label("Tags")).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0


def test_what_was_saved_is_not_offered_again_though_the_next_page_fails(page, monkeypatch, app):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with monkeypatch.context() as patched:
        patched.setitem(app.view_functions, "contacts.person", lambda person_id: 1 / 0)
        send(page)
        page.get_by_role("heading", name="Something went wrong on our side.").wait_for()

    page.goto(NEW)

    expect(page.get_by_label("Name")).to_have_value("")
    assert names() == ["Grace Hopper"]


def test_passwords_are_kept_nowhere(page_of, alice):
    page = page_of(alice)
    page.goto("/accounts/access")
    for field in page.locator("main input[type=password]").all():
        field.fill("a very secret sentence")
    for eye in page.get_by_role("button", name="Show the password").all():
        eye.click()
    end_sessions()

    page.get_by_role("button", name="Change the password").click()
    page.get_by_role("heading", name="Sign in").wait_for()

    assert page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]


def test_choices_come_back_as_well(page_of, alice):
    page = page_of(alice)
    page.goto("/accounts/preferences")
    page.locator("main").get_by_label("Calendar").select_option("jalali")
    end_sessions()

    page.get_by_role("button", name="Save").click()
    sign_in(page, alice)

    expect(page.locator("main form .notice")).to_contain_text("This has not been saved.")
    expect(page.locator("main").get_by_label("Calendar")).to_have_value("jalali")
