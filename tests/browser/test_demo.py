"""The demo company in a browser: one press fills an empty installation, two empty it again."""

import pytest

from crm_app.demo import building
from crm_app.demo.cast import Size
from crm_app.demo.models import Demo
from crm_app.extensions import db
from tests import make
from tests.browser.looking import faults_of

pytestmark = pytest.mark.browser


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", 1280), ("fa", "dark", 360), ("zh", "light", 768)]
)
def test_an_owner_fills_an_empty_installation_looks_around_and_empties_it(
    page_of, olivia, monkeypatch, language, theme, width
):
    monkeypatch.setattr(building, "SIZE", Size(companies=40, people=120, deals=250))
    olivia.language = language
    make.pipeline()
    page = page_of(olivia, width=width, theme=theme)
    page.goto("/")
    faults = faults_of(page, width)

    page.locator("form[action='/settings/demo/'] button").click()
    page.locator("[data-dialog=demo-dialog]").wait_for()
    faults += faults_of(page, width)
    for address in ("/", "/pipeline/board", "/pipeline/forecast", "/goals/", "/reports/"):
        page.goto(address)
        faults += faults_of(page, width)
    page.goto("/settings/demo/")
    page.locator("[data-dialog=demo-dialog]").click()
    faults += faults_of(page, width)
    page.locator("#demo-dialog .btn--danger").click()
    page.locator("form[action='/settings/demo/'] button").wait_for()

    assert not faults, "\n".join(faults)
    db.session.expire_all()
    assert db.session.get(Demo, 1) is None


def test_while_it_is_made_the_page_shows_how_far_it_has_got(page_of, olivia):
    demo = Demo(language="en", seed=7, status="building", done=0, whole=200)
    db.session.add(demo)
    db.session.commit()
    page = page_of(olivia, width=360)
    page.goto("/settings/demo/")
    assert page.locator("progress").get_attribute("value") == "0"
    assert not faults_of(page, 360)

    demo.done = 150
    db.session.commit()
    page.locator("progress[value='150']").wait_for()
    demo.status = "built"
    db.session.commit()
    page.locator("[data-dialog=demo-dialog]").wait_for()
