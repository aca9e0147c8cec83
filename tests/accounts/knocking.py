"""What a browser with a passkey does: it is asked, adds one, and knocks with it."""

import json

from tests.accounts.authenticator import Device
from tests.html import Page

ACCESS, SIGN_IN = "/accounts/access", "/accounts/sign-in/passkey"
ASK, ASK_TO_ADD, ADD = f"{SIGN_IN}/challenge", "/accounts/passkeys/challenge", "/accounts/passkeys"


def asked(browser, url=ASK, **data):
    """What the page has its script ask the browser."""
    response = browser.send(url, data, htmx=True)
    assert response.status_code == 200, response.text
    forms = Page(response.text).all("form")
    return next(json.loads(form.get("data-passkey-options")) for form in forms if form.get("data-passkey-options"))


def added(browser, device=None, name="Laptop"):
    device = device or Device()
    response = browser.send(ADD, {"answer": device.made(asked(browser, ASK_TO_ADD, name=name)), "name": name})
    assert (response.status_code, response.location) == (303, ACCESS), response.text
    return device


def knock(browser, device, options=None, **altered):
    return browser.send(SIGN_IN, {"answer": device.answer(options or asked(browser), **altered)})
