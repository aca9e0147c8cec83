"""Taking the demo company away: everything is as before, but for what somebody added, and what that hangs on."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from crm_app.accounts import links
from crm_app.accounts.models import Team, User
from crm_app.activity import record
from crm_app.activity.recording import acting_as
from crm_app.catalog.models import Product
from crm_app.contacts.models import Company, Person, Tag
from crm_app.contacts.tagging import tag_as
from crm_app.demo import jobs, removing
from crm_app.demo.models import Demo, DemoRecord
from crm_app.extensions import db
from crm_app.goals.models import Goal, Target
from crm_app.pipeline.models import Deal, Pipeline, Stage
from crm_app.settings import teams
from crm_app.web import found_by, word_index
from crm_app.web.money import Rate
from tests import make


def _rows():
    """Every row of every table but the audit log, which only grows, and every word of every index."""
    tables = [table for table in db.metadata.sorted_tables if table.name != "audit_entries"]
    found = {table.name: sorted(map(repr, db.session.execute(select(table)))) for table in tables}
    connection = db.session.connection()
    words = {model.__tablename__ + " words": word_index.contents(connection, model) for model in found_by.models()}
    db.session.commit()
    return found | words


def _removed():
    went, stayed = removing.remove()
    db.session.commit()
    return went, stayed


def test_afterwards_every_table_is_as_before(small, filled, olivia):
    make.pipeline()
    make.goal(700_00)
    tag = Tag(name="Newsletter")
    db.session.add_all([tag, Rate(currency="USD", day=make.today().replace(day=1), rate=2)])
    db.session.commit()
    before = _rows()

    filled()
    assert _rows() != before
    went, stayed = _removed()

    assert stayed == {}
    assert len(went["deals"]) == small.deals
    assert _rows() == before


def test_what_was_tried_out_on_the_demos_records_goes_with_them(filled, olivia, browser_of):
    make.pipeline()
    before = _rows()
    filled()
    deal = db.session.scalar(select(Deal).where(Deal.status == "open").order_by(Deal.id))
    company = db.session.scalar(select(Company).order_by(Company.id))

    deal.move_to(deal.pipeline.open_stages[-1])
    deal.change(title="Tried out")
    company.delete()
    record(company, "noted", text="Only looking")
    db.session.commit()
    _removed()

    assert _rows() == before


def test_a_deal_of_ones_own_keeps_what_it_hangs_on_and_nothing_more(filled, olivia):
    filled()
    renewals = db.session.scalar(select(Pipeline).where(Pipeline.name == "Renewals"))
    theirs = db.session.scalar(select(Deal).where(Deal.person_id.is_not(None), Deal.product_id.is_not(None)))
    company, person, product, rep = theirs.company, theirs.person, theirs.product, theirs.owner
    at = renewals.open_stages[0]
    mine = make.deal(rep, "Mine", at=at, company=company, person=person, product=product, currency="USD")
    kept = {
        "companies": {company.id}, "people": {person.id}, "products": {product.id}, "users": {rep.id},
        "teams": {rep.team_id}, "pipelines": {renewals.id},
        "rates": set(db.session.scalars(select(Rate.id).where(Rate.currency == "USD"))),
    }  # fmt: skip

    _went, stayed = _removed()

    assert stayed == kept
    assert [deal.title for deal in db.session.scalars(select(Deal))] == ["Mine"]
    assert (mine.company, mine.person, mine.product, mine.owner) == (company, person, product, rep)
    assert mine.stage == at
    assert db.session.scalar(select(DemoRecord.record_id).limit(1)) is None
    connection = db.session.connection()
    found = connection.execute(found_by.rows(Company)).all()
    assert word_index.contents(connection, Company) == {row.id: set(found_by.tokens_of(Company, row)) for row in found}


def test_boards_that_show_the_demo_beside_ones_own_deals_are_shown_again(filled, olivia, browser_of):
    filled()
    with acting_as(olivia, make.utc_now() - timedelta(minutes=1)):
        make.deal(olivia, "Mine")
    board = browser_of(olivia).page("/pipeline/board").one("div", id="board-news").get("hx-get")
    assert browser_of(olivia).get(board).status_code == 204

    _removed()

    assert "data-board-outdated" in browser_of(olivia).get(board).text


def test_a_company_that_stays_is_nobodys_when_its_rep_goes(filled, olivia):
    filled()
    company = db.session.scalar(select(Company).where(Company.owner_id.is_not(None)).order_by(Company.id))
    make.person(olivia, "Mine", company=company)

    _went, stayed = _removed()

    assert stayed == {"companies": {company.id}}
    assert company.owner is None
    assert db.session.scalar(select(User.id).where(User.id != olivia.id)) is None


def test_who_was_let_in_stays_with_their_team(filled, olivia):
    filled()
    rep = db.session.scalar(select(User).where(User.role == "rep").order_by(User.id))
    links.new_password_link(rep)
    db.session.commit()

    _went, stayed = _removed()

    assert stayed == {"users": {rep.id}, "teams": {rep.team_id}}
    assert set(db.session.scalars(select(User.name))) == {"Olivia Owen", rep.name}


def test_a_target_that_was_added_keeps_its_goal_and_nothing_else_of_it(filled, olivia):
    filled()
    goal = db.session.scalar(select(Goal).where(Goal.unit == "month", Goal.team_id.is_not(None)))
    target = Target(period_key="2031-01", start=make.today().replace(2031, 1, 1), end=make.today().replace(2031, 2, 1))
    goal.targets.append(target)
    target.set(5, olivia)
    db.session.commit()

    _went, stayed = _removed()

    assert stayed == {"goals": {goal.id}, "teams": {goal.team_id}}
    assert [one.amount for one in db.session.scalars(select(Target))] == [5]


def test_a_tag_on_ones_own_company_stays(filled, olivia):
    filled()
    mine = make.company(olivia, "Mine")
    tag_as(mine, ["Key account", "Own"])
    db.session.commit()

    _went, stayed = _removed()

    assert list(stayed) == ["tags"]
    assert {tag.name for tag in mine.tags} == {"Key account", "Own"}


def test_a_record_of_ones_own_that_got_the_number_of_the_demos_stays(filled, olivia):
    filled()
    last = db.session.scalar(select(Team).order_by(Team.id.desc()))
    for user in db.session.scalars(select(User).where(User.team_id == last.id)):
        user.team = None
    db.session.execute(text("DELETE FROM goals WHERE team_id = :team"), {"team": last.id})
    for table, column in (("stays", "team_id"), ("closings", "team_id"), ("deals", "first_team_id")):
        db.session.execute(text(f"UPDATE {table} SET {column} = NULL WHERE {column} = :team"), {"team": last.id})
    teams.delete(last)
    db.session.commit()
    mine = make.team("Mine")

    _removed()

    assert db.session.scalars(select(Team)).all() == [mine]


def test_a_half_made_demo_is_removed_fully(small, olivia):
    make.pipeline()
    before = _rows()
    claimed = jobs.begin("en", 7, olivia, "building")
    db.session.commit()

    class PowerCut(Exception):
        pass

    def die(progress):
        if progress.done > progress.whole / 2:
            raise PowerCut

    with pytest.raises(PowerCut):
        jobs.make(claimed, die)
    db.session.rollback()
    assert db.session.scalar(select(Deal.id).limit(1)) is not None
    _removed()

    assert _rows() == before


def test_who_makes_it_finds_that_it_was_removed_meanwhile(small, olivia):
    make.pipeline()
    before = _rows()
    claimed = jobs.begin("en", 7, olivia, "building")
    db.session.commit()

    def remove_half_way(progress):
        if progress.done > progress.whole / 2 and db.session.get(Demo, 1):
            _removed()

    with pytest.raises(jobs.LostError):
        jobs.make(claimed, remove_half_way)
    db.session.rollback()

    assert _rows() == before


def test_the_stages_of_ones_own_pipeline_are_left_alone(filled, olivia):
    own = make.pipeline()
    names = [stage.name for stage in own.stages]
    filled()
    assert db.session.scalar(select(Deal.id).where(Deal.pipeline_id == own.id).limit(1)) is not None

    _removed()

    assert [stage.name for stage in db.session.scalars(select(Stage).order_by(Stage.position))] == names
    assert db.session.scalar(select(Product.id)) is None and db.session.scalar(select(Person.id)) is None
