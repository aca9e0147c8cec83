"""A passkey from its making to its end, in a real Chromium with an authenticator of its own."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import session_cookie
from tests.browser.looking import faults_of

pytestmark = pytest.mark.browser

_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(app, alice, page_of, live):
    """Alice's, at a name: passkeys know no numbers."""
    page = page_of()
    page.base = live.replace("127.0.0.1", "localhost")
    page.context.add_cookies([session_cookie(app, alice, page.base)])
    return page


def _authenticator(page, **facts):
    """What a laptop with a finger print reader has built in; gives a way to change it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": _DEVICE | facts})
    return devtools, {"authenticatorId": made["authenticatorId"]}


def _sign_in(page):
    page.goto(f"{page.base}/accounts/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()


def test_it_is_made_signs_in_is_removed_and_refused(page, alice):
    devtools, device = _authenticator(page)
    page.goto(f"{page.base}/accounts/access")
    expect(page.get_by_text("you need a browser that supports passkeys")).to_be_hidden()
    page.fill("#name", "Work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#toasts")).to_contain_text("The passkey was added")
    expect(page.locator(".device", has_text="Work laptop")).to_contain_text("not used yet")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("alert").first).to_have_text("This device already has a passkey for you.")
    faults = faults_of(page, 1280)

    page.locator("#sign-out").evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/accounts/sign-in")
    devtools.send("WebAuthn.setUserVerified", device | {"isUserVerified": False})
    _sign_in(page)
    expect(page.get_by_role("alert")).to_have_text("No passkey was received. Try again, or sign in with your password.")
    faults += faults_of(page, 1280)
    devtools.send("WebAuthn.setUserVerified", device | {"isUserVerified": True})
    page.check("#remember")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{page.base}/")
    kept = next(one for one in page.context.cookies(page.base) if one["name"] == "peyvand")
    assert kept["expires"] > 0, "it was asked to stay signed in"

    page.goto(f"{page.base}/accounts/access")
    page.get_by_role("link", name="Remove: Work laptop").click()
    faults += faults_of(page, 1280)
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#toasts")).to_contain_text("The passkey was removed. Other devices were signed out.")
    page.locator("#sign-out").evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/accounts/sign-in")
    _sign_in(page)

    expect(page.get_by_text("That passkey was not accepted")).to_be_visible()
    assert not faults, "\n".join(faults)


def test_where_there_are_no_passkeys_the_page_says_so_and_the_password_works(page, alice):
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto(f"{page.base}/accounts/access")

    expect(page.get_by_text("you need a browser that supports passkeys")).to_be_visible()
    expect(page.locator("#passkey-add")).to_be_hidden()
    page.context.clear_cookies()
    page.goto(f"{page.base}/accounts/sign-in")
    expect(page.locator("#passkey-use")).to_be_hidden()
