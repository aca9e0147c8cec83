"""`crm search`: the indexes are filled anew, and known to be of this version or not."""

import pytest
from sqlalchemy import text

from crm_app.cli import main
from crm_app.contacts.models import Company
from crm_app.extensions import db
from crm_app.search import rebuilding
from crm_app.search.commands import catch_up, warn_if_behind
from crm_app.web import found_by, tokens, word_index
from tests import make


def run(app, *arguments):
    result = app.test_cli_runner().invoke(main, arguments)
    db.session.expire_all()
    return result


def lose():
    for model in found_by.models():
        db.session.execute(text(f"DELETE FROM {word_index.name_of(model)}"))
    db.session.commit()


def tables():
    return [model.__tablename__ for model in rebuilding.behind()]


@pytest.fixture
def optik(alice):
    make.deal(alice, "Refit")
    return make.company(alice, "Optik")


def held():
    return word_index.contents(db.session.connection(), Company)


def test_rebuilding_fills_what_was_lost_and_drops_what_is_of_no_record(app, optik):
    before = held()
    word_index.forget(db.session.connection(), Company, [optik.id])
    key = "rowid" if db.engine.dialect.name == "sqlite" else "id"
    strange = f"INSERT INTO companies_words ({key}, words) SELECT {optik.id + 9}, words FROM deals_words"
    db.session.execute(text(strange))
    db.session.commit()

    result = run(app, "search", "rebuild")

    assert held() == before
    assert result.exit_code == 0
    assert (
        "The search index covers 1 companies.\nThe search index covers 1 deals.\nThe search index covers 0 people."
        in result.output
    )


def test_it_may_be_stopped_at_any_step_and_run_again(app, alice, monkeypatch):
    monkeypatch.setattr(rebuilding, "_BATCH", 2)
    for number in range(5):
        make.company(alice, f"Optik {number}")
    before = held()
    lose()

    steps = rebuilding.steps(Company)
    for _step in range(3):
        next(steps)
        db.session.commit()
    steps.close()

    assert 0 < len(held()) < len(before) and "companies" in tables()
    assert run(app, "search", "rebuild").exit_code == 0
    assert held() == before and tables() == []


def test_what_is_written_while_it_goes_on_stays(app, alice, monkeypatch):
    monkeypatch.setattr(rebuilding, "_BATCH", 1)
    first, second = make.company(alice, "Optik"), make.company(alice, "Halbach")

    for step in rebuilding.steps(Company):
        if step == 1:
            first.change(name="Optik Bern")
            second.change(name="Rheinwerk")
            make.company(alice, "New")
        db.session.commit()

    assert {token for found in held().values() for token in found} >= {"bern", "rheinwerk", "new"}


def test_an_index_of_older_rules_is_told_of_and_filled_when_upgrading(app, optik, monkeypatch, capsys):
    run(app, "search", "rebuild")
    warn_if_behind()
    assert capsys.readouterr().err == ""

    monkeypatch.setattr(tokens, "SCHEME", tokens.SCHEME + 1)
    warn_if_behind()
    told = capsys.readouterr().err
    lose()
    catch_up()

    assert "companies, deals, people and products" in told and "crm search rebuild" in told
    assert tables() == [] and len(held()) == 1
    said = capsys.readouterr().out
    assert "The search index covers 1 companies." in said and "people" not in said


def test_a_new_database_is_filled_without_a_word(app, capsys):
    catch_up()

    assert tables() == [] and capsys.readouterr().out == ""
