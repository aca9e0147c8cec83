"""A running Peyvand and a real Chromium: `live` is its address, `page_of(user)` a signed-in page."""

import contextlib
import shutil
import threading

import pytest
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from crm_app.extensions import db
from tests import make
from tests.browser.carrying import ready

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class _Quiet(WSGIRequestHandler):
    def log(self, *_args):
        pass


@pytest.fixture(scope="session")
def _server(_application):
    server = make_server("127.0.0.1", 0, _application, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def _chromium():
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def live(app, organisation, _server):
    """The address of the running application; the test's own transaction is closed first, so that it can write."""
    db.session.commit()
    return _server


@pytest.fixture
def page_of(app, live, _chromium):
    """`page_of(alice, width=360)`: a page of that person's own browser. Errors on the page fail the test."""
    complaints, contexts = [], []

    def open_page(user=None, *, width=1280, height=800, theme="light", touch=False):
        context = _chromium.new_context(
            base_url=live, viewport={"width": width, "height": height}, color_scheme=theme, has_touch=touch
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies([_session_cookie(app, user, live)])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"error on the page: {error}"))
        page.on("console", lambda message: _note(message, complaints))
        db.session.commit()
        return page

    yield open_page
    for context in contexts:
        with contextlib.suppress(Exception):
            context.close()
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
    page.route("**/board/news*", lambda route: route.fulfill(status=204))
    page.goto("/pipeline/board")
    ready(page)
    return page


def _note(message, complaints):
    """Chromium itself reports refused requests (4xx), which tests cause on purpose; everything else counts."""
    if message.type == "error" and "Failed to load resource" not in message.text:
        complaints.append(message.text)


def _session_cookie(app, user, url):
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    value = signer.dumps({"_user_id": user.get_id(), "_fresh": True})
    return {"name": app.config["SESSION_COOKIE_NAME"], "value": value, "url": url}
