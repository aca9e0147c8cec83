"""While the rows of a file are read nobody has to wait for the database."""

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from crm_app.exchange import jobs, reading
from crm_app.exchange.commands import import_
from crm_app.exchange.models import Import
from crm_app.extensions import db
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

    assert result.exit_code == 0 and "29 fine" in result.output, result.output
    assert len(held) > 2 and not any(held)
