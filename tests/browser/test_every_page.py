"""Each page, looked at as people see it: no fault that axe knows, nothing sticking out, in every language and theme."""

from datetime import timedelta

import pytest
from playwright.sync_api import Error, expect

from crm_app import audit
from crm_app.accounts import links, queries, second_step
from crm_app.extensions import db
from crm_app.saved_views.models import SavedView
from tests import make
from tests.browser.looking import faults_of
from tests.security import world

pytestmark = pytest.mark.browser

# A file to save, and the pages of visitors, who are looked after below.
_NOT_PAGES = {"exchange.rejects", "accounts.sign_in", "accounts.set_password", "settings.first_run", "backups.put_back"}


@pytest.fixture
def pages(app, alice, olivia):
    """The addresses of all pages, on a small but living business."""
    arguments = world.build(alice, olivia)
    for number in range(8):
        make.deal(alice, value=number * 1000_00, at=("New lead", "Proposal")[number % 2], created=number * 9)
    make.won(alice, value=5000_00)
    make.lost(alice)
    make.goal(50_000_00, unit="quarter")
    second_step.begin(olivia)
    audit.note("users changed", alice, actor=olivia, changes={"role": ["rep", "manager"]})
    db.session.commit()
    names = {}
    for route in world.routes(app, arguments):
        if route.method == "GET" and route.endpoint not in _NOT_PAGES:
            names.setdefault(route.endpoint, route.url)
    return names


def _open(page, url):
    """Whether the address is a page of its own; parts and files are not."""
    try:
        response = page.goto(url)
    except Error as error:
        assert "Download is starting" in error.message, url
        return False
    if response.status != 200 or page.evaluate("document.doctype === null"):
        return False
    expect(page.locator("[hx-trigger=load]")).to_have_count(0)
    return True


@pytest.mark.slow
@pytest.mark.parametrize("share", range(4))
@pytest.mark.parametrize(
    ("language", "looks"),
    [
        ("en", [("light", 1280), ("dark", 360)]),
        ("fa", [("light", 1280), ("dark", 360)]),
        ("zh", [("light", 768)]),
    ],
    ids=["en", "fa", "zh"],
)
def test_every_page_is_accessible_and_fits(pages, page_of, olivia, language, looks, share):
    """Every fourth page, that the shares may run beside each other; loaded once, since a look changes in place."""
    olivia.language = language
    db.session.commit()
    page = page_of(olivia)
    looked_at, faults = 0, []
    for endpoint, url in list(pages.items())[share::4]:
        _look(page, *looks[0])
        if _open(page, url):
            looked_at += 1
            for theme, width in looks:
                _look(page, theme, width)
                faults += [f"{endpoint}, {theme}, {width}: {fault}" for fault in faults_of(page, width)]

    assert looked_at >= 10
    assert not faults, "\n".join(faults)


def _look(page, theme, width):
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 800})


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "dark", 768), ("fa", "light", 360), ("zh", "dark", 1280)]
)
def test_the_pages_of_a_visitor_are_accessible_and_fit(app, page_of, alice, organisation, language, theme, width):
    page = page_of(width=width, theme=theme)
    page.set_extra_http_headers({"Accept-Language": language})
    password = links.new_password_link(alice)
    db.session.commit()
    faults = []

    def look_at(url):
        page.goto(url)
        assert page.locator("html").get_attribute("lang").startswith(language)
        faults.extend(f"{url}: {fault}" for fault in faults_of(page, width))

    for url in (
        "/accounts/sign-in",
        "/accounts/forgotten",
        f"/accounts/password/{password}",
        "/accounts/password/used",
        "/nowhere",
    ):
        look_at(url)
    db.session.delete(organisation)
    queries.forget_organisation()
    setup = links.new_setup_link()
    db.session.commit()
    look_at(f"/settings/backups/first-run/{setup}")
    look_at(f"/settings/first-run/{setup}")
    page.locator("form.sign__form button[type=submit]").last.click()
    page.locator(".field__error").first.wait_for()
    faults.extend(f"first run, refused: {fault}" for fault in faults_of(page, width))

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("url", ["/contacts/companies/999999", "/settings/organisation"])
def test_a_page_that_is_not_there_or_not_allowed_is_accessible_and_fits(page_of, alice, url):
    page = page_of(alice, width=360)
    page.goto(url)

    assert not faults_of(page, 360)


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1280), ("fa", "dark", 360)])
def test_a_full_stage_the_form_in_a_column_and_the_way_back_are_accessible_and_fit(
    page_of, alice, cards, language, theme, width
):
    alice.language = language
    stage = make.stage("Qualified")
    stage.wip_limit = 2
    head = f"#stage-{stage.id}-head"
    db.session.commit()
    page = page_of(alice, width=width, theme=theme)
    page.goto("/pipeline/board")
    page.locator(f"#card-{cards['X'].id} [data-card-menu]").click()
    db.session.commit()
    page.locator("[data-card-menu-column]:enabled").first.click()
    page.locator("[data-toasts-undo]").wait_for()
    page.locator(f"{head} .column__add").click()
    page.locator(".adding button[type=submit]").click()
    page.locator(".adding .field__error").wait_for()

    assert not faults_of(page, width)


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "dark", 768), ("fa", "light", 360)])
def test_the_question_where_the_deals_of_a_stage_go_is_accessible_and_fits(
    page_of, olivia, cards, language, theme, width
):
    olivia.language = language
    stage = make.stage("Proposal")
    url = f"/settings/pipelines/{stage.pipeline_id}/stages/{stage.id}/deletion"
    db.session.commit()
    page = page_of(olivia, width=width, theme=theme)
    page.goto(url)
    faults = faults_of(page, width)
    page.locator("[name=home] option").first.evaluate("option => { option.value = 'x'; option.selected = true; }")
    page.locator("#home").locator("xpath=ancestor::form").locator("button[type=submit]").click()
    page.locator(".field__error").first.wait_for()

    assert not faults and not faults_of(page, width)


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", 1280), ("fa", "dark", 1280), ("zh", "dark", 360)]
)
@pytest.mark.parametrize("place", ["board", "forecast"])
def test_a_deal_beside_a_board_picked_cards_and_saved_views_are_accessible_and_fit(
    page_of, olivia, cards, place, language, theme, width
):
    olivia.language = language
    number, stage = cards["A"].id, cards["A"].stage
    stage.rot_days, cards["A"].snoozed_until, cards["A"].snooze_reason = 3, make.today() + timedelta(days=9), "Budget"
    db.session.add(SavedView(place="deals", name="Late ones", query="close=late", owner=olivia, is_pinned=True))
    db.session.commit()
    page = page_of(olivia, width=width, theme=theme)
    page.goto(f"/pipeline/{place}?q=deal")
    page.locator("#views-chip button").click()
    faults = faults_of(page, width)
    page.goto(f"/pipeline/{place}?deal={number}")
    page.locator("#beside-title").wait_for()
    faults += faults_of(page, width)
    page.locator("#beside a[href*=snooze]").click()
    page.locator("dialog[open] [name=reason]").fill("")
    page.locator("dialog[open] button[type=submit]").last.click()
    page.locator("dialog[open] .field__error").wait_for()
    faults += faults_of(page, width)
    if place == "board":
        page.goto("/pipeline/board")
        page.locator("[data-picking]").first.check()
        page.locator("#bulk button").first.click()
        faults += faults_of(page, width)

    assert not faults


def test_the_steps_of_an_import_are_accessible_and_fit(page_of, alice):
    alice.language = "fa"
    make.pipeline()
    page, faults = page_of(alice, width=360, theme="dark"), []
    text = "code;deal;stage;close_date;amount;owner\nD1;فرش;Won;03/04/2017;1.234;Alise Adler\n"
    page.goto("/exchange/new/deals")
    page.set_input_files("#file", {"name": "deals.csv", "mimeType": "text/csv", "buffer": text.encode("utf-16")})
    page.locator("main button[type=submit]").click()
    page.locator("#layout-encoding").wait_for()
    faults += faults_of(page, 360)
    page.locator("form[action$=columns] .btn--primary").click()
    page.locator("[name=notation-0]").first.wait_for()
    faults += faults_of(page, 360)

    assert not faults, "\n".join(faults)
