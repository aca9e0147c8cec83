"""Texts that want to be more: markup on a page, part of a statement, a formula in a sheet, a line of a log."""

import csv
import io

from openpyxl import load_workbook
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from crm_app.audit.models import AuditEntry
from crm_app.contacts.models import Company, Person
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.security import world, writing
from tests.security.attacks.scene import PART, Scene, call
from tests.security.fuzzing import breaches

_FORMULAS = ("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1+1", "=cmd|' /C calc'!A0")
_BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\0")
_UNLISTED = (
    "pvd9", "name;pvd9", "(select pvd9)", "name pvd9", "pvd9 desc", "1", "password_hash", "users.pvd9", "name/**/pvd9",
    "case when pvd9 then 1 end", "name) pvd9 --", "١pvd9", "pvd9'\"", "-pvd9", "%70vd9", "name,pvd9", "__class__",
    "pvd9\0",
)  # fmt: skip
_ASKED = ("sort", "where", "where2", "columns", "group", "by", "period", "calendar", "unit", "measure", "view", "after")
_LISTS = {
    "companies", "people", "index", "deals", "board", "forecast", "export", "show", "records", "imports", "audit",
    "news", "cards", "condition", "choose_columns", "targets",
}  # fmt: skip


def markup(scene: Scene) -> list[str]:
    """T17, T20, T21: what people wrote is text on every page and in every part of one."""
    writing.everywhere(breaches.MARK, scene.alice, scene.olivia, scene.arguments)
    found, shown = [], 0
    client = scene.browser(scene.olivia)
    for route in scene.pages():
        for headers in ({}, PART):
            response = call(client, route, headers=headers, query_string=world.USUAL.get(route.endpoint, {}))
            body = response.get_data(as_text=True)
            shown += breaches.WORD in body
            found += [f"{route}: {one}" for one in breaches.of_answer(response)]
    return found if shown or not scene.routes else ["the text was to be seen nowhere"]


def unlisted_names(scene: Scene) -> list[str]:
    """T14: orders, filters and columns that nobody offers break nothing and become part of no statement."""
    found, client = [], scene.browser(scene.olivia)
    lists = [one for one in scene.pages() if one.endpoint.rpartition(".")[2] in _LISTS]
    for place, route in enumerate(lists):
        # Every second name, the others on the next list: they are read by the same code.
        for number, name in list(enumerate(_UNLISTED))[place % 2 :: 2]:
            values = {key: [f"{name}.is.{name}" if key.startswith("where") else name] * 2 for key in _ASKED}
            asked = values if number % 4 < 2 else {key: values[key] for key in _ASKED[number % 4 :: 4]}
            with breaches.watching() as seen:
                response = client.get(route.url, query_string=asked)
            found += [f"{route} by {name!r}: {one}" for one in seen + breaches.of_answer(response)]
            found += [f"{route} tells of a password"] * ("argon2" in response.get_data(as_text=True))
    return found


def formulas(scene: Scene) -> list[str]:
    """T29: no cell of a file runs as a formula in whatever opens it."""
    for number, formula in enumerate(_FORMULAS):
        make.company(scene.alice, f"{formula} {number}", industry=formula)
    found, client = [], scene.browser(scene.olivia)
    columns = {"columns": ["name", "industry"]}
    for row in csv.reader(io.StringIO(client.get("/lists/companies/export.csv", query_string=columns).text)):
        found += [f"csv: {cell!r}" for cell in row if cell.startswith(_BEGIN_FORMULAS)]
    book = client.get("/lists/companies/export.xlsx", query_string=columns).data
    for row in load_workbook(io.BytesIO(book)).active:
        found += [f"xlsx: {cell.value!r}" for cell in row if cell.data_type == "f"]
    return found


def log_lines(scene: Scene) -> list[str]:
    """T59: whatever a browser calls itself, and whatever is typed, is one line in the audit log."""
    odd = "Mozilla\u2028\x1b[31mred\x7f${jndi:x}\u202e" + "x" * 5000
    scene.browser().send(
        "/accounts/sign-in", {"email": f"a\x1b[2J{odd}@x.example", "password": "x"}, headers={"User-Agent": odd}
    )
    data = {"email": scene.olivia.email, "password": make.PASSWORD}
    scene.browser().send("/accounts/sign-in", data, headers={"User-Agent": odd})
    found, lines = [], db.session.scalars(select(AuditEntry)).all()
    for line in lines:
        for said in (line.subject, line.agent, line.address, line.actor_name):
            found += [f"{line.verb}: {said[:40]!r}"] * (not said.isprintable() or len(said) > 1000)
        found += [f"{line.verb} tells a password"] * (make.PASSWORD in f"{line.subject} {line.particulars}")
    return found if lines else ["nothing was noted"]


def rewritten_log(_scene: Scene) -> list[str]:
    """T60: who has the database itself neither changes a line of the audit log nor takes one out."""
    from crm_app import audit

    audit.note("signed out")
    db.session.commit()
    found = []
    for statement in ("UPDATE audit_entries SET subject = 'x'", "DELETE FROM audit_entries"):
        try:
            db.session.execute(text(statement))
            db.session.commit()
            found.append(f"{statement} was done")
        except DatabaseError:
            db.session.rollback()
    return found


def kept_as_typed(scene: Scene) -> list[str]:
    """T16: a text comes back as it was typed, or is refused; signs that no text holds are never kept."""
    found, client = [], scene.browser(scene.alice)
    for typed in _TYPED:
        response = client.send("/contacts/companies/new", {"name": typed, "revenue_currency": "EUR"})
        names = db.session.scalars(select(Company.name).order_by(Company.id.desc()).limit(1)).all()
        if response.status_code == 303 and names != [typed]:
            found.append(f"{typed!r} became {names}")
        found += [f"{typed!r}: {response.status_code}"] * (response.status_code not in (303, 422))
    for typed in ("a\0b", b"\xed\xa0\x80", "x" * 1_000_000):
        status = client.send("/contacts/companies/new", {"name": typed, "revenue_currency": "EUR"}).status_code
        found += [f"{typed[:4]!r}: {status}"] * (status >= 500)
    facts = [(typed, True) for typed in _TYPED] + [("a\0b", False), (b"\xed\xa0\x80", False)]
    return found or [one for typed, takes in facts for one in _changed_facts(scene, client, typed, takes=takes)]


def _changed_facts(scene: Scene, client, typed: str | bytes, *, takes: bool) -> list[str]:
    found = []
    for url, model, argument, names in _FACTS:
        for name in names:
            number = scene.arguments[argument]
            record = db.session.get_one(model, number)
            before, version = getattr(record, name), record.version
            data = {name: typed, "version": version}
            status = client.send(f"{url}/{number}/facts/{name}", data, headers=PART).status_code
            after = getattr(db.session.get_one(model, number), name)
            if takes:
                is_right = after == (typed if status == 200 else before)
            else:  # Signs that no text holds are left out.
                is_right = status < 500 and (after or "").isprintable()
            found += [f"{name} of {url}, {typed[:20]!r}: {status}, became {str(after)[:20]!r}"] * (not is_right)
    return found


_TYPED = (
    'O\'Brien & "Söhne" <x>', "شرکت نمونه‌ای", "示例公司", "👩🏽‍🚀 x", "a\u202eb", "%00 {{7*7}} ${x}", "'; DROP TABLE--",
)  # fmt: skip
_FACTS = (
    ("/contacts/companies", Company, "company_id", ("name", "industry")),
    ("/contacts/people", Person, "person_id", ("name", "job_title")),
    ("/pipeline/deals", Deal, "deal_id", ("title", "source")),
)
