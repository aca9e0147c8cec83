"""`crm search`: looking after the indexes by which records are found."""

from typing import Any

import click
from sqlalchemy import select

from crm_app.extensions import db, reading
from crm_app.search import rebuilding
from crm_app.web import found_by

_TOLD_EVERY = 50_000


@click.group()
def search():
    """Manage the search index."""


@search.command()
def rebuild():
    """Rebuild the search index in small steps, while Peyvand is in use.

    It can be stopped at any time and run again. An upgrade does this by itself if the rules of the search have changed.
    """
    for model in found_by.models():
        _fill(model)


def catch_up() -> None:
    """Fill the indexes that the rules of this version have not filled; empty ones without a word."""
    for model in _behind():
        _fill(model, is_quiet=db.session.scalar(select(model.id).limit(1)) is None)


def warn_if_behind() -> None:
    """Say to whoever starts a part alone that records may be missed until somebody rebuilds."""
    tables = [model.__tablename__ for model in _behind()]
    if tables:
        click.echo(
            f"crm: the search may miss {_listed(tables)}: their indexes are from an older version. "
            "Run `crm search rebuild`.",
            err=True,
        )


def _behind() -> list[Any]:
    """Asked in a transaction of its own: whoever goes on has the database free."""
    with reading():
        models = rebuilding.behind()
        db.session.rollback()
    return models


def _fill(model: Any, *, is_quiet: bool = False) -> None:
    told = written = 0
    for written in rebuilding.steps(model):
        db.session.commit()
        if written >= told + _TOLD_EVERY:
            told = written
            click.echo(f"{model.__tablename__}: {written:,} ...", err=True)
    if not is_quiet:
        click.echo(f"The search index covers {written:,} {model.__tablename__}.")


def _listed(tables: list[str]) -> str:
    return tables[0] if len(tables) == 1 else f"{', '.join(tables[:-1])} and {tables[-1]}"
