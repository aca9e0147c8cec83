"""`crm import` from the command line."""

import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from crm_app.contacts.models import Company, Person
from crm_app.exchange import commands, jobs, uploads
from crm_app.exchange.commands import import_
from crm_app.exchange.models import Import
from crm_app.extensions import db
from crm_app.pipeline.models import Deal, Pipeline
from tests import make
from tests.exchange.workbooks import texts, workbook


@pytest.fixture
def crm(olivia, tmp_path):
    def run(kind, content, *options, answer=None):
        path = tmp_path / f"{kind}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        db.session.commit()
        # The command of `crm` wraps this one in an application; here there is one already.
        result = CliRunner().invoke(import_, [kind, str(path), *options], input=answer)
        db.session.expire_all()
        return result

    return run


def test_it_says_what_it_did_in_numbers(crm):
    result = crm(
        "companies", "account,revenue\nAcme,1.5\nBeta,2\nBad,-2\n", "--set", "revenue=revenue*1000000", "--yes"
    )

    assert result.exit_code == 0, result.output
    assert "Done: 2 created, 0 updated, 0 unchanged, 1 rejected." in result.output
    assert "Row 4" in result.output and "revenue" in result.output
    assert db.session.scalars(select(Company.revenue_amount).order_by(Company.id)).first() == 1_500_000_00


def test_a_dry_run_writes_nothing(crm):
    result = crm("companies", "account\nAcme\n", "--dry-run")

    assert "1 valid (1 new" in result.output and result.exit_code == 0
    assert db.session.scalars(select(Company)).all() == db.session.scalars(select(Import)).all() == []


def test_it_asks_before_it_writes(crm):
    assert crm("companies", "account\nAcme\n", answer="n\n").exit_code == 1
    assert db.session.scalars(select(Company)).all() == []
    assert crm("companies", "account\nAcme\n", answer="y\n").exit_code == 0
    assert len(db.session.scalars(select(Company)).all()) == 1


def test_refused_rows_go_to_a_file_with_their_reason_and_no_formula(crm, tmp_path):
    rejects = tmp_path / "rejects.csv"

    crm("products", "product,price\n=A1,-5\nB,5\n", "--yes", "--rejects", str(rejects))

    lines = rejects.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "product,price,Row,Rejection reason"
    assert lines[1].startswith("'=A1,'-5,2,") and "negative" in lines[1]
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"PK\x03\x04", "damaged"), (b'account\n"cut', "Row 2"), (b"account\n", "no rows")],
)
def test_an_unreadable_file_ends_with_one_sentence(crm, content, said):
    result = crm("companies", content, "--yes")

    assert result.exit_code == 1 and said in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "options",
    [
        ("--set", "nothing=name"), ("--set", "account=spoon"), ("--set", "account=name*1000"), ("--currency", "XQX"),
        ("--value", "spoon:a=b"), ("--as", "nobody@x.example"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(crm, options):
    result = crm("companies", "account\nAcme\n", "--yes", *options)

    assert result.exit_code != 0 and "Error" in result.output
    assert db.session.scalars(select(Company)).all() == []


def test_a_file_without_the_needed_column_names_it(crm):
    result = crm("companies", "spoon,fork\na,b\n", "--yes")

    assert result.exit_code == 1 and "Name" in result.output and "--set" in result.output


def test_values_are_said_or_taken_and_a_pipeline_is_made(crm, alice):
    make.product(alice, "GTX Pro")
    make.product(alice, "MG Special")
    text = "code,product,deal_stage,owner\nA,GTXPro,Warm,Alice Adler\nB,MGX,Cold,Alice Adler\n"

    result = crm("deals", text, "--pipeline", "Hardware", "--value", "product:MGX=MG Special", "--yes")

    assert "Taking “GTXPro”" in result.output
    assert "2 created" in result.output, result.output
    assert set(db.session.scalars(select(Pipeline.name))) == {"Hardware"}


def test_people_and_companies_are_never_guessed(crm, alice):
    make.pipeline()

    result = crm("deals", "code,title,owner,stage\nA,x,Alise Adler,Proposal\n", "--yes")

    assert result.exit_code == 1 and "Did you mean “Alice Adler”?" in result.output
    assert db.session.scalar(select(func.count()).select_from(Deal)) == 0


def test_somebody_else_imports_with_their_own_rights(crm, alice):
    assert crm("users", "name\nX\n", "--yes", "--as", alice.email).exit_code == 1


def test_refused_rows_come_back_as_they_were_once_they_are_corrected(crm, tmp_path):
    rejects = tmp_path / "rejects.csv"
    crm("people", "name,phone,company\nZed,+49 30 123,Nowhere\n", "--dry-run", "--rejects", str(rejects))
    make.company(None, "Nowhere")

    result = crm("people", rejects.read_bytes(), "--yes")

    assert "1 created" in result.output
    assert db.session.scalars(select(Person)).one().phone == "+49 30 123"


def test_the_reason_of_a_refusal_goes_to_no_field(crm, alice, tmp_path):
    make.pipeline()
    rejects = tmp_path / "rejects.csv"
    crm("deals", "id,deal,sales agent,stage\nD1,One,Nobody,Proposal\n", "--dry-run", "--rejects", str(rejects))

    result = crm("deals", rejects.read_bytes(), "--dry-run")

    assert "Columns: id → code, deal → title, sales agent → owner, stage → stage." in result.output


@pytest.mark.parametrize(
    ("name", "said"), [("nowhere/rejects.csv", "cannot be written"), ("people.csv", "of their own")]
)
def test_refused_rows_that_cannot_be_kept_end_it_with_one_sentence(crm, tmp_path, name, said):
    result = crm("people", "name\nZed\n", "--yes", "--rejects", str(tmp_path / name))

    assert result.exit_code and said in result.output
    assert db.session.scalars(select(Person)).all() == []
    assert (tmp_path / "people.csv").read_text() == "name\nZed\n"


def test_encoding_sheet_and_notation_are_said(crm):
    book = workbook(
        ("A", texts(1, "product", "price") + texts(2, "X", "1.234")),
        ("B", texts(1, "product") + texts(2, "Y") + texts(3, "Z")),
    )

    assert "2 rows: 2 valid" in crm("products", book, "--sheet", "B", "--dry-run").output
    assert "1 valid" in crm("products", book, "--notation", "price=,", "--dry-run").output
    undecided = crm("products", book, "--dry-run").output
    assert "use --notation" in undecided and "1 rejected" in undecided
    assert (
        "1 valid" in crm("products", "product\nМосква\n".encode("cp1251"), "--encoding", "cp1251", "--dry-run").output
    )


@pytest.mark.parametrize(
    "options", [("--sheet", "C"), ("--encoding", "rot13"), ("--notation", "account=x"), ("--notation", "x=.")]
)
def test_what_no_file_has_is_refused(crm, options):
    result = crm("companies", "account\nAcme\n", "--dry-run", *options)

    assert result.exit_code != 0 and "Error" in result.output


def test_no_file_is_left_behind_by_a_call_that_wrote_nothing(crm, app):
    crm("companies", "account\nAcme\n", "--dry-run")
    crm("companies", b"", "--yes")

    assert not list((Path(app.config["INSTANCE_PATH"]) / "uploads" / "imports").iterdir())


def test_the_file_of_a_call_that_was_killed_goes_a_day_later_and_that_of_an_import_stays(crm, app, monkeypatch):
    def killed(_import):
        raise SystemExit(9)

    folder = Path(app.config["INSTANCE_PATH"]) / "uploads" / "imports"
    crm("companies", "account\nAcme\n", "--yes")
    with monkeypatch.context() as dying:
        dying.setattr(commands._Import, "run", killed)
        dying.setattr(uploads, "remove", lambda _name: None)
        crm("companies", "account\nBeta\n", "--yes")
    for path in folder.iterdir():
        os.utime(path, (time.time() - 2 * 24 * 3600,) * 2)

    jobs.sweep_imports()

    assert [path.name for path in folder.iterdir()] == db.session.scalars(select(Import.stored_name)).all()


PHONES = "name,Work phone,Mobile phone,Car\nAnna,11,22,33\nBoris,,22,33\nClara,,,33\n"


@pytest.mark.parametrize(
    ("sets", "said", "phones"),
    [
        ((), "Work phone else Mobile phone → phone", ["11", "22", ""]),
        (("Car=phone",), "name → name, Car → phone.", ["33", "33", "33"]),
        (("Car=phone", "Mobile phone=phone"), "Mobile phone else Car → phone", ["22", "22", "33"]),
        (("Work phone=",), "name → name, Mobile phone → phone.", ["22", "22", ""]),
    ],
)
def test_several_columns_may_go_to_the_phone_and_those_that_are_said_replace_those_of_known_names(
    crm, sets, said, phones
):
    result = crm("people", PHONES, "--yes", *(word for text in sets for word in ("--set", text)))

    assert result.exit_code == 0 and said in result.output, result.output
    assert db.session.scalars(select(Person.phone).order_by(Person.name)).all() == phones


def test_a_field_of_one_column_takes_the_one_that_was_said_last(crm):
    result = crm("people", "name,a,b\nAnna,Ann,Bea\n", "--yes", "--set", "a=name", "--set", "b=name")

    assert "Columns: b → name." in result.output
    assert db.session.scalars(select(Person.name)).all() == ["Bea"]
