"""The page of the audit log, and its file; what proves that it is whole."""

import io
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from crm_app import audit
from crm_app.audit import AuditEntry
from crm_app.extensions import db
from crm_app.web.formats.days import jalali_iso
from tests import make


def _lines(alice, bob):
    audit.note("signed in", actor=alice)
    audit.note("took along", "/lists/companies/export.csv", actor=bob, query="q=alpha")
    audit.note("users changed", alice, actor=bob, changes={"role": ["rep", "manager"]})
    db.session.commit()


def test_owners_see_what_happened_the_newest_first(browser_of, olivia, alice, bob):
    _lines(alice, bob)

    text = browser_of(olivia).page("/settings/audit").text

    assert text.index("Changed a user") < text.index("Exported a file") < text.rindex("Signed in")
    assert "Role: rep → manager" in text
    assert "Query: q=alpha" in text


@pytest.mark.parametrize("role", ["manager", "rep", "agent", "viewer"])
def test_nobody_else_sees_any_of_it(browser_of, olivia, alice, bob, role):
    _lines(alice, bob)
    browser = browser_of(make.user("Somebody", role=role))
    browser.checks_html = False

    answers = [browser.get(url) for url in ("/settings/audit", "/lists/audit/export.csv", "/lists/audit/filters/who")]

    assert {answer.status_code for answer in answers} <= {403, 404}
    assert not any("Alice" in answer.get_data(as_text=True) for answer in answers)


@pytest.mark.parametrize(
    ("query", "expected"),
    [("where=what.is.took+along", "Exported a file"), ("q=companies", "Exported a file"), ("q=nothing", "")],
)
def test_it_is_narrowed_by_what_is_asked(browser_of, olivia, alice, bob, query, expected):
    _lines(alice, bob)

    page = browser_of(olivia).page(f"/settings/audit?{query}")

    rows = [page.text_of(row) for row in page.one("div", id="audit").iter("tr")][1:]
    assert len(rows) == (1 if expected else 0)
    assert all(expected in row for row in rows)


def test_names_are_found_in_any_form_of_their_letters(browser_of, olivia, alice):
    audit.note("user added", "کریم می‌خواهد", actor=olivia)
    db.session.commit()
    browser = browser_of(olivia)

    for words, is_found in (("كريم", True), ("می خواهد", True), ("میخواهد", True), ("کریمه", False)):
        rows = list(browser.page(f"/settings/audit?q={words}").one("div", id="audit").iter("tr"))[1:]
        assert len(rows) == int(is_found), words


def test_it_is_taken_along_as_a_file_which_is_noted_too(browser_of, olivia, alice, bob):
    _lines(alice, bob)

    response = browser_of(olivia).get("/lists/audit/export.csv")

    lines = response.get_data(as_text=True).splitlines()
    assert len(lines) == 4
    assert "Exported a file" in lines[2]
    assert db.session.query(AuditEntry).filter_by(verb="took along").count() == 2


@pytest.mark.parametrize("calendar", ["gregorian", "jalali"])
def test_its_file_tells_the_time_of_each_line(browser_of, olivia, alice, bob, calendar):
    olivia.calendar = calendar
    _lines(alice, bob)
    at = db.session.query(AuditEntry).filter_by(verb="signed in").one().at
    local = at.astimezone(ZoneInfo("Europe/Berlin")).replace(microsecond=0, tzinfo=None)
    browser, query = browser_of(olivia), "where=what.is.signed+in"

    text = browser.get(f"/lists/audit/export.csv?{query}").get_data(as_text=True)
    book = load_workbook(io.BytesIO(browser.get(f"/lists/audit/export.xlsx?{query}").get_data()))
    cells = [cell.value for cell in book.active[2]]

    assert f",{local}," in text
    assert cells[3] == local
    assert (cells[4] == jalali_iso(local.date())) == (calendar == "jalali")


def test_a_page_of_many_lines_costs_as_few_statements_as_one_of_few(browser_of, olivia, alice, bob, statements):
    browser = browser_of(olivia)
    _lines(alice, bob)
    browser.page("/settings/audit")
    with statements() as few:
        browser.page("/settings/audit")
    for _ in range(30):
        _lines(alice, bob)

    with statements() as many:
        browser.page("/settings/audit")

    assert len(many) <= len(few) + 1


def test_the_command_says_that_the_log_is_whole_and_what_its_head_is(app, alice, bob):
    from crm_app.cli import main

    _lines(alice, bob)
    head = db.session.query(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1).scalar()
    db.session.commit()

    whole = app.test_cli_runner().invoke(main, ["audit", "verify"])
    kept = app.test_cli_runner().invoke(main, ["audit", "verify", "--head", head])
    cut_off = app.test_cli_runner().invoke(main, ["audit", "verify", "--head", "0" * 64])

    assert (whole.exit_code, kept.exit_code, cut_off.exit_code) == (0, 0, 1)
    assert f"3 entries verified. Head: {head}" in whole.output
    assert "tampered with" in cut_off.output
