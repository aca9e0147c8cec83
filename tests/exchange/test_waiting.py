"""While the rows of a file are read nobody has to wait for the database, and whoever reads shows that they live."""

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from crm_app.exchange import claims, jobs, planning, reading
from crm_app.exchange.commands import import_
from crm_app.exchange.models import Import
from crm_app.extensions import db
from tests import make
from tests.exchange.importing import agreed, plan

_CSV = "Name,Price\n" + "".join(f"Product {number},{number}.50\n" for number in range(1, 30))


@pytest.fixture
def held(monkeypatch):
    """For each reading of a file, whether a transaction was open meanwhile."""
    records, seen = reading.records, []

    def watched(table):
        seen.append(False)
        for record in records(table):
            seen[-1] |= db.session().in_transaction()
            yield record

    monkeypatch.setattr(reading, "records", watched)
    return seen


@pytest.fixture
def to_check(olivia):
    """The number of an import whose rows wait to be checked by the worker."""
    import_id = agreed(plan("products", _CSV, olivia), _CSV, olivia)
    db.session.execute(update(Import).values(status="check queued"))
    db.session.commit()
    return import_id


def test_a_check_holds_no_transaction_while_it_reads(to_check, held):
    jobs.check_import(to_check)

    assert db.session.get(Import, to_check).status == "draft"
    assert len(held) > 2 and not any(held)


@pytest.mark.parametrize("option", ["--dry-run", "--yes"])
def test_an_import_from_the_command_line_holds_no_transaction_while_it_reads(olivia, tmp_path, held, option):
    path = tmp_path / "products.csv"
    path.write_text(_CSV)
    db.session.commit()

    result = CliRunner().invoke(import_, ["products", str(path), option])

    assert result.exit_code == 0 and "29 valid" in result.output, result.output
    assert len(held) > 2 and not any(held)


@pytest.fixture
def silence(monkeypatch):
    """How many rows were read since the last sign of life, at each."""
    records, change_mine, rows = reading.records, claims.change_mine, [0]

    def watched(table):
        for record in records(table):
            rows[-1] += 1
            yield record

    def alive(*arguments, **values):
        rows.append(0)
        change_mine(*arguments, **values)

    monkeypatch.setattr(reading, "records", watched)
    monkeypatch.setattr(jobs, "change_mine", alive)
    monkeypatch.setattr(reading, "_FEW", 10)
    monkeypatch.setattr(planning, "BATCH", 10)
    return rows


def test_a_check_never_reads_long_without_a_sign_of_life(olivia, silence):
    make.company(None, "Known")
    text = "account,revenue,subsidiary_of\n" + "".join(f"Firm {number},{number}.50,Mother\n" for number in range(60))
    means = {"parent": {"Mother": "Known"}}
    planned = plan("companies", text, olivia, values=means)
    import_id = agreed(planned, text, olivia, values=means)
    laid_out = {"layout": planned.prepared.plan.sheet.layout}
    db.session.execute(update(Import).values(status="check queued", **laid_out))
    db.session.commit()
    silence[:] = [0]

    jobs.check_import(import_id)

    import_ = db.session.get(Import, import_id)
    assert import_.status == "draft" and [one["rows"] for one in import_.preview["questions"]] == [60]
    # For notations, parents, names, the rows themselves, and how many the answer is about.
    assert sum(silence) > 5 * 60 and max(silence) < 15
