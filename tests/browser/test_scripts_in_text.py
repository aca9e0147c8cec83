"""Whatever people write is text: no script of theirs runs on any page."""

import pytest

from tests.security import world, writing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAYLOADS = (
    "<script>window.xss()</script>",
    '"><img src=x onerror=window.xss()>',
    "'><svg onload=window.xss()>",
    "{{7*7}}<hx-partial hx-target='body'><script>xss()</script></hx-partial>",
)


def test_no_page_runs_what_somebody_wrote(app, page_of, alice, olivia):
    payload = "".join(PAYLOADS)
    arguments = world.build(alice, olivia)
    writing.everywhere(payload, alice, olivia, arguments)
    page = page_of(olivia)
    called = []
    page.expose_function("xss", lambda: called.append(page.url))
    page.on("dialog", lambda dialog: called.append(page.url))
    seen = 0
    for route in world.routes(app, arguments):
        if route.method == "GET":
            response = page.request.get(route.url)
            if response.status == 200 and "text/html" in response.headers["content-type"]:
                page.goto(route.url, wait_until="load")
                seen += payload[:12] in page.locator("body").inner_text()

    assert not called
    assert seen >= 5, "the text is to be seen as it was written"
