"""A draft with which nobody does anything goes after two weeks; one that somebody takes up again stays."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from crm_app.exchange import jobs, uploads
from crm_app.exchange.models import Import
from crm_app.extensions import db, utc_now
from tests.exchange.stepping import CSV, checked, columns


@pytest.fixture
def old(client):
    """The address of an import that was begun and last touched three weeks ago."""
    url = checked(client, "products", CSV)
    _three_weeks_ago("draft")
    return url


def _three_weeks_ago(status):
    then = utc_now() - timedelta(days=21)
    db.session.execute(update(Import).values(status=status, created_at=then, touched_at=then))
    db.session.commit()


def _is_there():
    jobs.sweep_imports()
    db.session.expire_all()
    import_ = db.session.query(Import).one_or_none()
    return import_ is not None and uploads.is_here(import_.stored_name)


def test_a_draft_that_nobody_touched_for_two_weeks_is_forgotten(old):
    assert not _is_there()


def test_a_draft_from_before_that_was_noted_is_forgotten_by_its_age(old):
    db.session.execute(update(Import).values(touched_at=None))
    db.session.commit()

    assert not _is_there()


def test_an_old_import_that_failed_and_is_checked_again_stays(client, old):
    _three_weeks_ago("failed")

    client.send(f"{old}/again")

    assert _is_there()
    assert "2 rows of products.csv are valid" in client.page(old).text


@pytest.mark.parametrize("step", ["layout", "columns"])
def test_an_old_draft_with_which_somebody_goes_on_stays(client, old, step):
    sent = columns(client.page(f"{old}?step=columns")) if step == "columns" else {"header_row": "1"}

    client.send(f"{old}/{step}", sent)

    assert _is_there()
