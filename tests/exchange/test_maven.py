"""The export of a real company: the same totals here as it has there."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from crm_app.accounts.models import Team, User
from crm_app.catalog.models import Product
from crm_app.contacts.models import Company
from crm_app.exchange.commands import import_
from crm_app.extensions import db
from crm_app.pipeline.models import Closing, Deal, Stage, Stay

# Kept beside the project, not in it; where it is not, there is nothing to collect.
FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "maven_crm"


_PIPEDRIVE = "../contact_imports/crm_samples/DERIVED_pipedrive_deals_from_maven.csv"


def bring_in(deals):
    for arguments in (
        ["users", "sales_teams.csv"],
        ["companies", "accounts.csv", "--set", "revenue=revenue*1000000"],
        ["products", "products.csv"],
        ["deals", deals, "--pipeline", "Computer hardware"],
    ):
        db.session.commit()
        result = CliRunner().invoke(import_, [arguments[0], str(FOLDER / arguments[1]), *arguments[2:], "--yes"])
        assert result.exit_code == 0 and " 0 rejected" in result.output, result.output
    db.session.expire_all()


def count(table, *conditions):
    return db.session.scalar(select(func.count()).select_from(table).where(*conditions))


# Once: what goes into the database goes the way that the other case goes, on each.
@pytest.mark.slow
@pytest.mark.sqlite
def test_the_same_deals_as_pipedrive_exports_them_come_to_the_same_totals(olivia):
    bring_in(_PIPEDRIVE)

    assert count(Deal) == 8800
    assert (count(Deal, Deal.status == "won"), count(Deal, Deal.status == "lost")) == (4238, 2473)
    assert db.session.scalar(select(func.sum(Closing.value_amount)).where(Closing.outcome == "won")) == 10_005_534_00


@pytest.mark.slow
def test_the_real_case_comes_in_whole(olivia):
    bring_in("sales_pipeline.csv")

    assert (count(Company), count(Product), count(Team), count(Deal)) == (85, 7, 6, 8800)
    assert (count(User, User.role == "rep"), count(User, User.role == "manager")) == (35, 6)
    assert count(Company, Company.parent_id.is_not(None)) == 15
    stages = select(Stage.name, func.count()).join(Deal, Deal.stage_id == Stage.id).group_by(Stage.name)
    assert dict(db.session.execute(stages).all()) == {"Prospecting": 500, "Engaging": 1589, "Won": 4238, "Lost": 2473}
    assert db.session.scalar(select(func.sum(Closing.base_amount)).where(Closing.outcome == "won")) == 10_005_534_00
    assert (count(Closing), count(Stay)) == (6711, 15511)
    assert count(Deal, Deal.company_id.is_(None)) == 1425


if not FOLDER.is_dir():
    del test_the_real_case_comes_in_whole, test_the_same_deals_as_pipedrive_exports_them_come_to_the_same_totals
