"""The first day: one command, set up, bring everything in, aim at something, drag a deal, read the goals page."""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from crm_app.web import formats
from crm_app.web.money import Money
from crm_app.web.reader import Reader, read_as
from tests import databases
from tests.browser.exports import export

pytestmark = [pytest.mark.browser, pytest.mark.both, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
PASSWORD = "lantern orbit cello fig"


@pytest.fixture
def peyvand(request, worker, tmp_path):
    """A Peyvand of its own, started as the README says; gives its address and the link it printed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {name: value for name, value in os.environ.items() if name not in ("SECRET_KEY", "MAKEFLAGS")}
    environ |= {"INSTANCE_PATH": str(tmp_path / "instance"), "PORT": str(port), "WEB_PROCESSES": "1"}
    if request.config.getoption("--database") == "postgresql":
        environ["DATABASE_URL"] = databases.fresh_postgres(f"peyvand_first_day_{worker}")
    log = tmp_path / "log"
    with log.open("w") as out:
        server = subprocess.Popen(
            ["make", "run"], cwd=ROOT, env=environ, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield _link(log, server), port
        assert "WARNING" not in log.read_text()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=60)


def _link(log, server):
    for _ in range(300):
        found = re.search(r"http://localhost:\d+/settings/first-run/\S+", log.read_text())
        if found:
            return found[0]
        assert server.poll() is None, log.read_text()
        time.sleep(0.2)
    raise AssertionError(log.read_text())


@pytest.fixture
def language(request):
    """A day takes a third of a minute, and no database knows in which language it is spent."""
    return {"sqlite": "en", "postgresql": "fa"}[request.config.getoption("--database")]


def test_a_company_brings_its_deals_in_and_sees_how_far_it_is_from_its_goals(
    app, peyvand, _chromium, tmp_path, language
):
    link, port = peyvand
    data = export(tmp_path)
    context = _chromium.new_context(base_url=f"http://localhost:{port}", viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(20_000)
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    _set_up(page, link, language)
    for kind, path in data.files.items():
        _bring_in(page, kind, path)
    _aim(page, data)
    _drag_a_deal(page)

    page.goto("/goals/?unit=quarter&calendar=gregorian&period=2017-Q4")
    read_as(Reader(language=language, digits="persian" if language == "fa" else "latin", currency="USD"))
    shown = page.locator("#content").inner_text()
    assert _plain(formats.money(Money(data.won_in_last_quarter * 100, "USD"))) in _plain(shown)
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "fa" else "ltr")
    assert page.request.get(link).status == 404, "the link works once"
    assert not complaints
    context.close()


def _plain(text):
    return re.sub(r"[\s\u200e\u200f\u2066-\u2069]", "", text)


def _set_up(page, link, language):
    page.goto(_wait_for(page, link))
    page.goto(link)
    page.locator(f"button[name=language][value={language}], [name=language][value={language}] ~ button").first.click()
    page.fill("[name=organisation]", "Maven Hardware")
    page.select_option("form.sign__form [name=currency]", "USD")
    page.select_option("form.sign__form [name=time_zone]", "America/New_York")
    page.select_option("form.sign__form [name=calendar]", "gregorian")
    page.select_option("form.sign__form [name=language]", language)
    page.fill("[name=name]", "Olivia Owen")
    page.fill("[name=email]", "olivia@maven.example")
    page.fill("[name=password]", PASSWORD)
    page.locator("form.sign__form button[type=submit]").last.click()
    expect(page.locator("nav.nav")).to_be_visible()


def _wait_for(page, link):
    """The server needs a moment between printing the link and answering."""
    for _ in range(100):
        try:
            page.request.get(link)
            return link
        except Exception:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")


def _bring_in(page, kind, path):
    page.goto(f"/exchange/new/{kind}")
    page.set_input_files("[name=file]", path)
    page.locator("form[enctype] button[type=submit]").click()
    if kind == "companies":
        page.locator("select[name^=unit-]").first.select_option("1000000")
    if kind == "deals":
        page.select_option("[name=pipeline]", "new")
        page.fill("[name=new_pipeline]", "Computer hardware")
    page.locator("form[action$='/columns'] button.btn--primary").click()
    # A large file is checked by the worker.
    page.locator("form[action$='/start'] button.btn--primary").wait_for(timeout=60_000)
    if page.locator("form[action$='/values']").count():
        page.locator("form[action$='/values'] .panel__foot button").click()
    page.locator("form[action$='/start'] button.btn--primary").click()
    expect(page.locator(".import-numbers")).to_be_visible(timeout=60_000)


def _aim(page, data):
    page.goto("/goals/targets?measure=won_value&unit=quarter&calendar=gregorian&year=2017")
    cells = page.locator("tr.targets__company input.input")
    for number in range(4):
        cells.nth(number).fill(str(data.won_value // 4))
    page.locator("form[data-grid] button[type=submit]").click()
    expect(page.locator("#toasts")).not_to_be_empty()


def _drag_a_deal(page):
    page.goto("/pipeline/board")
    page.wait_for_load_state("networkidle")
    source = page.locator(".column").nth(0).locator(".card").first
    target = page.locator(".column").nth(1).locator(".card").first
    title, before = source.get_attribute("id"), page.locator(".column__count").nth(1).inner_text()
    start, end = source.bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + 30)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 40, steps=5)
    page.mouse.move(end["x"] + 60, end["y"] + 10, steps=12)
    page.wait_for_timeout(250)
    page.mouse.up()
    expect(page.locator(".column__count").nth(1)).not_to_have_text(before)
    page.reload()
    expect(page.locator(".column").nth(1).locator(f"#{title}")).to_be_visible()
