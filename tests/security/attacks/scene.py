"""Where attacks take place: the people, one record of everything (Alice's), and every route that leads to them."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Flask
from sqlalchemy import event

from crm_app.accounts.models import User
from crm_app.extensions import db
from tests.security import world

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
# What an answer counts as whose view broke: it was not refused.
BROKEN = 500


@dataclass(frozen=True)
class Scene:
    app: Flask
    browser_of: Callable[..., Any]
    alice: User
    bob: User
    olivia: User
    vera: User
    arguments: dict[str, Any] = field(repr=False)
    routes: list[world.Route] = field(repr=False)

    def narrowed(self, endpoints: Collection[str]) -> "Scene":
        """For twins, which need one example."""
        return replace(self, routes=[one for one in self.routes if one.endpoint in endpoints]) if endpoints else self

    def pages(self) -> list[world.Route]:
        return [one for one in self.routes if one.method == "GET"]

    def changes(self) -> list[world.Route]:
        return [one for one in self.routes if one.method != "GET"]

    def browser(self, user: User | None = None):
        """One whose answers are not held against the rules of our pages."""
        client = self.browser_of(user) if user else self.browser_of()
        client.checks_html = False
        return client

    def fingerprint(self) -> str:
        return world.fingerprint(self.app)


def status_of(client, route: world.Route, data=None, **kwargs) -> int:
    try:
        return call(client, route, data, **kwargs).status_code
    except Exception:
        db.session.rollback()
        return BROKEN


def call(client, route: world.Route, data=None, **kwargs):
    if route.method == "GET":
        return client.get(route.url, **kwargs)
    return client.send(route.url, data or {}, **kwargs)


@contextmanager
def written() -> Iterator[list[str]]:
    """Statements that write to what counts, whether or not they were taken back."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if _counts(statement):
            seen.append(statement[:100])

    with _listening(before_cursor_execute=note):
        yield seen


@contextmanager
def kept() -> Iterator[list[str]]:
    """Statements that wrote to what counts and were not taken back."""
    seen: list[str] = []

    def note(connection, _cursor, statement, *_rest):
        if _counts(statement):
            connection.info.setdefault("written", []).append(statement[:100])

    def keep(connection):
        seen.extend(connection.info.pop("written", ()))

    def forget(connection):
        connection.info.pop("written", None)

    with _listening(before_cursor_execute=note, commit=keep, rollback=forget):
        yield seen


def _counts(statement: str) -> bool:
    return statement.startswith(_WRITES) and not any(f" {name} " in statement for name in world.NOT_COUNTED)


@contextmanager
def _listening(**listeners: Callable[..., Any]) -> Iterator[None]:
    for name, listener in listeners.items():
        event.listen(db.engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(db.engine, name, listener)
