"""What a first visit brings over the wire, as the browser counts it: at most 12 requests and 120 kB, on every page."""

import pytest

from crm_app.extensions import db
from tests import chromium, make

KILOBYTES, REQUESTS = 120, 12
# Page, styles, scripts, the signs of buttons: fewer were not all. A browser without windows asks for no icon.
FEWEST = 5 if chromium.SHELL in (chromium.found() or "") else 6
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_first_visit_is_light_on_every_kind_of_page(page_of, olivia, language):
    olivia.language = language
    company = make.company(olivia)
    pipeline = make.pipeline()
    for number in range(12):
        make.deal(olivia, title=f"Deal {number}", at=pipeline.stages[number % 3])
    db.session.commit()
    heavy = {}

    for path in ("/pipeline/board", "/contacts/companies", f"/contacts/companies/{company.id}", "/goals/"):
        page = page_of(olivia)
        got = _counted(page)
        page.goto(path)
        page.wait_for_load_state("networkidle")
        # What came is told a moment after it came.
        for _ in range(50):
            if len(got) >= FEWEST:
                break
            page.wait_for_timeout(100)
        if len(got) > REQUESTS or sum(got.values()) > KILOBYTES * 1000:
            heavy[path] = (len(got), sum(got.values()))
        assert len(got) >= FEWEST and sum(got.values()) > 40_000, f"{path}: not all was counted"

    assert heavy == {}


def _counted(page):
    """Bytes as they come, by request; nothing is taken from what the browser keeps."""
    devtools, got = page.context.new_cdp_session(page), {}
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    devtools.on("Network.loadingFinished", lambda said: got.update({said["requestId"]: said["encodedDataLength"]}))
    return got
