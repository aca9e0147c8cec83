"""Peyvand: the one place that knows every domain and puts them together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app(**overrides: object) -> Flask:
    """The application, configured by the environment; `overrides` replace single settings (tests).

    What it is made of is read only then, not along with the package: `__main__.py` looks first how it is to be read.
    """
    from crm_app import extensions, secret_key
    from crm_app.accounts import preferences
    from crm_app.audit import watching
    from crm_app.health import counting
    from crm_app.jobs import jobs
    from crm_app.web import addresses, assets, compiled, errors, filters, headers, proxies, texts

    app = _configured(overrides)
    secret_key.init_app(app)
    counting.init_app(app)
    proxies.init_app(app)
    errors.init_app(app)
    extensions.init_app(app)
    extensions.babel.init_app(app, locale_selector=lambda: str(preferences.current().locale))
    for part in (compiled, addresses, headers, filters, texts, assets, watching):
        part.init_app(app)
    _register_domains(app)
    jobs.init_app(app)
    _read_as_the_person_here(app)
    return app


def _configured(overrides: dict[str, object]) -> Flask:
    from crm_app import config
    from crm_app.web.application import Application

    app = Application(
        "crm_app",
        root_path=str(config.ROOT / "crm_app"),
        template_folder=str(config.ROOT / "templates"),
        static_folder=None,
    )
    app.config.update(config.load())
    app.config.update(
        MIGRATIONS_PATH=str(config.ROOT / "migrations"),
        STATIC_PATH=str(config.ROOT / "static"),
        BABEL_TRANSLATION_DIRECTORIES=str(config.ROOT / "crm_app" / "translations"),
        RATELIMIT_STORAGE_URI=str(app.config["REDIS_URL"] or "memory://"),
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(app.config["REDIS_URL"]),
    )
    app.config.update(overrides)
    Path(app.config["INSTANCE_PATH"]).mkdir(mode=0o700, parents=True, exist_ok=True)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app


def _read_as_the_person_here(app: Flask) -> None:
    from flask import g, request

    from crm_app.accounts import preferences
    from crm_app.accounts.access import person_here

    @app.before_request
    def apply_preferences():
        if request.blueprint != "probes":
            preferences.apply(person_here())

    @app.teardown_appcontext
    def forget(_error):
        g.pop("organisation", None)


def _register_domains(app: Flask) -> None:
    from crm_app import navigation
    from crm_app.accounts.views import bp as accounts
    from crm_app.activity.views import bp as activity
    from crm_app.backups.views import bp as backups
    from crm_app.bulk.views import bp as bulk
    from crm_app.catalog.views import bp as catalog
    from crm_app.contacts.views import bp as contacts
    from crm_app.demo.views import bp as demo
    from crm_app.exchange.views import bp as exchange
    from crm_app.goals import aiming
    from crm_app.goals.views import bp as goals
    from crm_app.health.views import bp as health
    from crm_app.health.views import probes
    from crm_app.home.views import bp as home
    from crm_app.lists.views import bp as lists
    from crm_app.pipeline.views import bp as pipeline
    from crm_app.reports.views import bp as reports
    from crm_app.saved_views.views import bp as saved_views
    from crm_app.search import models as word_indexes  # noqa: F401 - its table is known by being imported.
    from crm_app.search.views import bp as search
    from crm_app.settings.views import bp as settings

    for blueprint in (
        accounts, activity, backups, bulk, catalog, contacts, demo, exchange, goals, health, home, lists, pipeline,
        probes, reports, saved_views, search, settings,
    ):  # fmt: skip
        app.register_blueprint(blueprint)
    _provide_lists(app)
    aiming.init_app(app)
    navigation.init_app(app)


def _provide_lists(app: Flask) -> None:
    from crm_app.catalog.lists import products
    from crm_app.contacts.lists import companies, people
    from crm_app.exchange.lists import imports
    from crm_app.lists.listables import provide
    from crm_app.pipeline.views.deals import listed as deals
    from crm_app.settings.audit import entries
    from crm_app.settings.lists import users

    provide(
        app,
        audit=entries,
        companies=companies,
        deals=deals,
        imports=imports,
        people=people,
        products=products,
        users=users,
    )
