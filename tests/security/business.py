"""A small business to be attacked: founded in a database of its own, with one record of everything."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import event

from crm_app import create_app
from crm_app.extensions import db
from crm_app.migrating import upgrade
from tests import databases, make
from tests.conftest import Browser, empty_database, without_waiting_for_the_disk
from tests.security import world

KEY = "a key for attacks only, long enough to be taken"


@contextmanager
def environment(folder: Path, kind: str) -> Iterator[dict[str, str]]:
    """The settings of an installation in the folder, in force for this process as well."""
    url = databases.fresh_postgres("peyvand_attacked") if kind == "postgresql" else f"sqlite:///{folder}/peyvand.db"
    settings = {
        "DATABASE_URL": url, "INSTANCE_PATH": str(folder), "SECRET_KEY": KEY, "REDIS_URL": "", "SMTP_URL": "",
        "BASE_URL": "https://crm.example", "RATELIMIT_ENABLED": "",
    }  # fmt: skip
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield settings
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def opened(**overrides: object) -> Iterator[Flask]:
    """The application inside its context, its database brought up to date."""
    app = create_app(RATELIMIT_ENABLED=False, **overrides)
    app.test_client_class = Browser
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", without_waiting_for_the_disk)
        with contextlib.redirect_stderr(None):
            upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


def begin():
    """Everything anew; the owner, and the arguments of routes."""
    empty_database()
    make.organisation()
    owner = make.user("Olivia Owen", role="owner")
    return owner, world.build(make.user("Alice Adler"), owner)


def cookie_of(app: Flask, user) -> str:
    """What a browser sends in which the user is signed in, made by the key of the installation."""
    held = {"_user_id": make.session_token(user), "_fresh": True, "csrf_token": secrets.token_hex(20)}
    return f"{app.config['SESSION_COOKIE_NAME']}={app.session_interface.get_signing_serializer(app).dumps(held)}"


def browsers(app: Flask):
    """`browsers(app)(user)`: a browser whose answers are not held against the rules of our pages."""

    def of(user):
        client = app.test_client().sign_in(user)
        client.checks_html = False
        return client

    return of
