"""What stands in the way of those who ask for pages: who they are, what they send, what becomes of it."""

import re
import sys
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import Any

from itsdangerous import Signer
from openpyxl.cell import WriteOnlyCell
from sqlalchemy import select, text

from crm_app import config
from crm_app.accounts import access, links, second_step, sessions
from crm_app.accounts.models import User
from crm_app.accounts.views import signing_in
from crm_app.audit import noting
from crm_app.backups import kept
from crm_app.bulk import queries as bulk
from crm_app.bulk.models import BulkChange
from crm_app.contacts import lists as contact_lists
from crm_app.contacts import queries as contacts
from crm_app.contacts.models import Company, Person
from crm_app.exchange import queries as exchange
from crm_app.exchange import uploads
from crm_app.exchange.models import Import
from crm_app.extensions import db
from crm_app.goals import queries as goals
from crm_app.goals.models import Goal
from crm_app.pipeline import queries as pipeline
from crm_app.pipeline.models import Deal
from crm_app.saved_views import queries as saved_views
from crm_app.saved_views.models import SavedView
from crm_app.web import csv, headers, xlsx
from crm_app.web.proxies import Passed
from crm_app.web.templating import Keeping, Templates
from tests.security import careless
from tests.security.attacks import bounds, files, requests, rights, texts
from tests.security.attacks import sessions as worn
from tests.security.attacks.scene import Scene
from tests.security.guards.taking import Twin, instead, setting, view

_AGES = timedelta(days=9999)


def _whose(module: Any, function: str, model: Any):
    """What a user may see is everything, and the statements that were made of it before are forgotten."""

    @contextmanager
    def without(_scene, monkeypatch):
        _forget_statements()
        monkeypatch.setattr(module, function, lambda _user: select(model))
        try:
            yield
        finally:
            _forget_statements()

    return without


def _forget_statements() -> None:
    for name in [name for name in sys.modules if name.startswith("crm_app.")]:
        for one in vars(sys.modules[name]).values():
            if isinstance(one, FunctionType) and hasattr(one, "forget"):
                one.forget()


@contextmanager
def _unescaped(scene: Scene, monkeypatch):
    _forget_templates(scene.app.jinja_env)
    monkeypatch.setattr(Templates, "escaped", staticmethod(str))
    try:
        yield
    finally:
        _forget_templates(scene.app.jinja_env)


def _forget_templates(templates: Templates) -> None:
    """What was made of them too: it holds what the guard let through, or what it did not."""
    templates.cache.clear()
    templates._modules.clear()
    keeping = templates.extensions[f"{Keeping.__module__}.{Keeping.__qualname__}"]
    keeping._recent, keeping._older = {}, {}


@contextmanager
def _log_unguarded(_scene, _monkeypatch):
    if db.engine.dialect.name == "sqlite":
        kept = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entries'"
        triggers = db.session.execute(text(kept)).all()
        without = [f"DROP TRIGGER {name}" for name, _made in triggers], [made for _name, made in triggers]
    else:
        without = tuple([f"ALTER TABLE audit_entries {verb} TRIGGER USER"] for verb in ("DISABLE", "ENABLE"))
    _do(without[0])
    try:
        yield
    finally:
        _do(without[1])


def _do(statements: list[str]) -> None:
    for one in statements:
        db.session.execute(text(one))
    db.session.commit()


def _list_of_all_companies(user: User):
    """Not by `visible_to`: the statement made of it is kept for all who may see the same, also from tests before."""
    return contact_lists._rows(select(Company), Company, Company.parent_id, user)


def _as_it_comes(sheet, cell):
    return WriteOnlyCell(sheet, value=cell)


def _own_names(scene, monkeypatch):
    folder, names = Path(scene.app.config["INSTANCE_PATH"]) / "uploads" / "imports", count()
    monkeypatch.setattr(uploads, "secrets", SimpleNamespace(token_hex=lambda _size: f"evil-{next(names)}.csv"))
    monkeypatch.setattr(uploads, "_path", folder.joinpath)
    return nullcontext()


def _behind_any(token: str):
    """Whose a link was, whatever became of it."""
    return db.session.scalar(select(User).where(User.name == "Alice Adler"))


_RECORDS = (
    (contacts, "companies_visible_to", Company, "contacts.company"),
    (contacts, "people_visible_to", Person, "contacts.person"),
    (pipeline, "visible_to", Deal, "pipeline.show"),
    (goals, "visible_to", Goal, "goals.target_history"),
    (exchange, "visible_to", Import, "exchange.show"),
    (bulk, "visible_to", BulkChange, "bulk.show"),
    (saved_views, "changeable_by", SavedView, "saved_views.edit"),
)
_anybody = instead(access, "abort", lambda _code: None)
_let_through = instead(headers, "abort", lambda _code: None)
_with_any_signature = instead(Signer, "verify_signature", lambda *_: True)

TWINS = [
    *(
        Twin(f"whose {name} are", _whose(module, function, model), rights.others_records, (endpoint,))
        for module, function, model, endpoint in _RECORDS
        for name in [model.__tablename__]
    ),
    Twin(
        "no telling what exists", _whose(contacts, "companies_visible_to", Company),
        rights.what_exists, ("contacts.company",),
    ),
    Twin(
        "whose companies a list holds", instead(contact_lists, "_rows_of_companies", _list_of_all_companies),
        rights.second_doors, ("contacts.companies",),
    ),
    Twin(
        "who signed in", instead(signing_in.login_manager, "unauthorized", lambda: None),
        rights.visitors, ("contacts.companies",),
    ),
    Twin("who may change", instead(User, "can_edit", True), rights.viewers_changes, ("contacts.note_company",)),
    Twin("who is an owner", _anybody, rights.others_offices, ("settings.new_team",)),
    Twin(
        "what a form offers", view("contacts.company_fact", careless.takes_all),
        rights.extra_keys, ("contacts.company_fact",),
    ),
    Twin("who is disabled", instead(User, "is_active", True), rights.disabled, ("home.index",)),
    Twin("disabling ends it", instead(User, "end_sessions", lambda _user: None), rights.disabled, ("home.index",)),
    Twin("tokens of forms", setting("WTF_CSRF_ENABLED", False), requests.without_token, ("contacts.new_company",)),
    Twin("where a change comes from", _let_through, requests.other_sites, ("contacts.new_company",)),
    Twin("reading only reads", view("catalog.show", careless.writes), requests.reading_changes, ("catalog.show",)),
    Twin("headers", instead(headers, "PAGE_HEADERS", {}), requests.bare_answers, ("home.index",)),
    Twin("where one arrives", instead(signing_in, "local_path", lambda target, _else: target), requests.led_away),
    Twin("where one stood", instead(signing_in, "path_of", lambda target, _else: target), requests.led_back),
    Twin("our own names", instead(config, "hosts", lambda _url: None), requests.foreign_hosts, ("probes.healthz",)),
    Twin("who is believed", instead(Passed, "_is_in_networks", lambda *_: True), requests.spoofed_addresses),
    Twin("escaping", _unescaped, texts.markup, ("contacts.company",)),
    Twin("cells of CSV", instead(csv, "safe_cell", lambda cell: cell), texts.formulas),
    Twin("cells of workbooks", instead(xlsx, "_text", _as_it_comes), texts.formulas),
    Twin("lines of the log", instead(noting, "clean", lambda said: said), texts.log_lines),
    Twin("a log that only grows", _log_unguarded, texts.rewritten_log),
    Twin("signing out ends it", instead(sessions, "end", lambda *_: True), worn.old_cookies),
    Twin("a new password ends it", instead(User, "end_sessions", lambda _user: None), worn.old_cookies),
    Twin("signatures of cookies", _with_any_signature, worn.planted_cookies),
    Twin("rest ends it", instead(sessions, "IDLE", _AGES), worn.old_sessions),
    Twin("its longest time ends it", instead(sessions, "LONGEST", _AGES), worn.old_sessions),
    Twin("proving who one is", instead(sessions, "CONFIRMED_FOR", _AGES), worn.unproven, ("settings.person",)),
    Twin(
        "the second step", instead(second_step, "is_on", lambda _user: False),
        worn.first_step_alone, ("home.index",),
    ),
    Twin("a link for one password", instead(links, "person_behind", _behind_any), worn.spent_links),
    Twin("files to be saved", instead(csv, "attached", careless.guesses_type), files.handed_out, ("lists.export",)),
    Twin("names of backups", instead(kept, "_NAME", re.compile(".*")), files.other_files),
    Twin("names of uploads", _own_names, files.file_names),
    Twin("hashes stay where they are", view("home.index", careless.tells_hash), bounds.told_secrets, ("home.index",)),
    Twin("hashes instead of tokens", instead(links, "digest", str), bounds.told_secrets, ("home.index",)),
    Twin("names that are listed", view("pipeline.deals", careless.asks_by_text), bounds.edited_views),
    Twin("amounts that can be", view("pipeline.fact", careless.takes_less_than_nothing), bounds.impossible_amounts),
]  # fmt: skip
