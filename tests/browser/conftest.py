"""A running Peyvand and a real Chromium: `live` is its address, `page_of(user)` a signed-in page."""

import re
import threading
from functools import cache

import pytest
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from crm_app.extensions import db
from tests import chromium, make
from tests.browser import looking
from tests.browser.carrying import ready

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",
]


_DEAF = "X-Told-No-News"


def deafen(page):
    """It is told no news; not by a route of Playwright's, which would switch its cache off."""
    page.set_extra_http_headers({_DEAF: "1"})


def _without_news(application):
    def answer(environ, start_response):
        if environ["PATH_INFO"] == looking.AXE_URL:
            start_response("200 OK", [("Content-Type", "text/javascript"), ("Cache-Control", "max-age=31536000")])
            return [looking.AXE]
        if "HTTP_X_TOLD_NO_NEWS" in environ and environ["PATH_INFO"].endswith("/board/news"):
            start_response("204 No Content", [])
            return []
        return application(environ, start_response)

    return answer


class _Quiet(WSGIRequestHandler):
    def log(self, *_args):
        pass


@pytest.fixture(scope="session")
def _server(_application):
    server = make_server("127.0.0.1", 0, _without_news(_application), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def _chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.found(), args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def _profiles(_chromium, _server):
    """Kept from test to test and emptied in between: styles and scripts are fetched and compiled once, not by each."""

    @cache
    def profile(_place, touch):
        context = _chromium.new_context(base_url=_server, has_touch=touch)
        # While one page of it stays open, the process that draws the others is not started again for each.
        context.new_page().goto("/accounts/sign-in")
        return context

    return profile


def _emptied(context, url):
    kept, *pages = context.pages
    for page in pages:
        page.close()
    context.clear_cookies()
    devtools = context.new_cdp_session(kept)
    devtools.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": "all"})
    devtools.detach()


@pytest.fixture
def live(app, organisation, _server):
    """The address of the running application; the test's own transaction is closed first, so that it can write."""
    db.session.commit()
    return _server


@pytest.fixture
def page_of(app, live, _profiles):
    """`page_of(alice, width=360)`: a page of that person's own browser. Errors on the page fail the test."""
    complaints, taken = [], {False: [], True: []}

    def open_page(user=None, *, width=1280, height=800, theme="light", touch=False):
        db.session.commit()
        context = _profiles(len(taken[touch]), touch)
        taken[touch].append(context)
        if user is not None:
            context.add_cookies([session_cookie(app, user, live)])
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        page.on("pageerror", lambda error: complaints.append(f"error on the page: {error}"))
        page.on("console", lambda message: _note(message, complaints))
        db.session.commit()
        return page

    yield open_page
    for context in taken[False] + taken[True]:
        _emptied(context, live)
    assert not complaints, complaints


@pytest.fixture
def cards(alice):
    """Three deals in Qualified, three in Proposal."""
    deals = {}
    for stage, names in (("Qualified", "ABC"), ("Proposal", "XYZ")):
        for rank, name in enumerate(names, 1):
            deals[name] = make.deal(alice, f"Deal {name}", at=stage, value=1000_00, rank=rank * 1024)
    return deals


@pytest.fixture
def board(page_of, alice, cards):
    """Alice's board, which hears nothing of others while it is open."""
    page = page_of(alice)
    deafen(page)
    page.goto("/pipeline/board")
    ready(page)
    return page


def _note(message, complaints):
    """Refused requests and unreachable servers are reported too, which tests cause on purpose; all else counts."""
    if message.type == "error" and not re.search("Failed to (load resource|fetch)", message.text):
        complaints.append(message.text)


def session_cookie(app, user, url):
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    value = signer.dumps({"_user_id": make.session_token(user), "_fresh": True})
    return {"name": app.config["SESSION_COOKIE_NAME"], "value": value, "url": url}
