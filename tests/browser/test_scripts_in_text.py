"""Whatever people write is text: no script of theirs runs on any page."""

import pytest

from crm_app.contacts.models import Tag
from crm_app.extensions import db
from tests import make
from tests.security import world

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAYLOADS = (
    "<script>window.xss()</script>",
    '"><img src=x onerror=window.xss()>',
    "'><svg onload=window.xss()>",
    "{{7*7}}<hx-partial hx-target='body'><script>xss()</script></hx-partial>",
)


def test_no_page_runs_what_somebody_wrote(app, page_of, alice, olivia, organisation):
    payload = "".join(PAYLOADS)
    arguments = world.build(alice, olivia)
    _write_everywhere(payload, alice, olivia, organisation, arguments)
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


def _write_everywhere(payload, alice, olivia, organisation, arguments):
    from crm_app.activity import record
    from crm_app.activity.recording import acting_as
    from crm_app.contacts.models import Company, Person
    from crm_app.pipeline.models import Deal

    make.lost(alice, reason=payload)
    company = db.session.get(Company, arguments["company_id"])
    person = db.session.get(Person, arguments["person_id"])
    deal = db.session.get(Deal, arguments["deal_id"])
    with acting_as(alice):
        company.change(name=payload, industry=payload[:100], website="https://x.example/" + payload, phone=payload[:50])
        person.change(name=payload, job_title=payload, phone=payload[:50])
        deal.change(title=payload, source=payload[:100], code=payload[:50])
        record(deal, "noted", text=payload)
        record(company, "noted", text=payload)
    for stage in deal.pipeline.stages:
        stage.name = payload[:100]
    deal.pipeline.name = payload[:100]
    company.tags.append(Tag(name=payload[:60]))
    organisation.name = payload
    alice.rename(payload)
    olivia.rename(payload)
    db.session.commit()
