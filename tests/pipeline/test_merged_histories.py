"""Any history at all: after a merger, stays and figures are what they would be had the two stages always been one."""

import random
from datetime import timedelta
from itertools import groupby, pairwise

import pytest

from crm_app.extensions import db, utc_now
from crm_app.measures import asking, observed
from crm_app.measures.catalogue import MEASURES
from crm_app.measures.scope import Scope
from crm_app.pipeline.models import Pipeline, Stage, Stay
from crm_app.web.money import Rates
from tests import make
from tests.pipeline.test_merging import START, facts, merge
from tests.pipeline.test_move import column

STAY = (
    "entered_at", "left_at", "seconds", "left_to_id", "owner_id", "team_id", "value_amount", "currency",
)  # fmt: skip
OPEN = ("New lead", "Qualified", "Proposal", "Negotiation")


@pytest.mark.parametrize("seed", range(6))
def test_any_history_is_what_it_would_be_had_there_been_one_stage(alice, bob, seed):
    chance = random.Random(seed)
    deals = [_wander(chance, alice, bob) for _number in range(30)]
    name, into = chance.sample(OPEN, 2)
    expected = {deal.id: _as_one(deal, name, into) for deal in deals}
    order = column(into) + column(name)

    merge(name, into)

    db.session.expire_all()
    assert column(into) == order
    for deal in deals:
        assert [facts(stay) for stay in deal.stays] == expected[deal.id]
        assert [stay.seq for stay in deal.stays] == list(range(1, len(deal.stays) + 1))
        assert (deal.stage, deal.entered_stage_at) == (deal.stays[-1].stage, deal.stays[-1].entered_at)


@pytest.mark.parametrize("seed", range(3))
def test_every_figure_is_what_it_would_be_had_there_been_one_stage(alice, bob, olivia, organisation, seed):
    chance = random.Random(seed)
    deals = [_wander(chance, alice, bob) for _number in range(30)]
    days = [START.date() + timedelta(days=7 * number) for number in range(7)]
    weeks = [organisation.calendar().custom(first, beyond) for first, beyond in pairwise(days)]
    twin = _twin(deals, "Proposal", "Qualified")
    before = _figures(make.pipeline(), olivia, weeks)

    merge()

    after = _figures(make.pipeline(), olivia, weeks)
    assert after == _figures(twin, olivia, weeks)
    for measure in MEASURES:
        assert [figure.n for figure in after[measure, None]] == [figure.n for figure in before[measure, None]]


def _wander(chance, *people):
    """A deal with any history: through stages, from hand to hand, with one value or another, closed and reopened."""
    begun = START + timedelta(hours=chance.randrange(200))
    deal = make.deal(chance.choice(people), at=chance.choice(OPEN), created=begun, value=chance.randrange(9) * 10_00)
    for _step in range(chance.randrange(9)):
        deal.change(owner=chance.choice(people), value_amount=chance.choice([None, 50_00, 70_00]))
        hours = chance.randrange(1, 60)
        if not deal.is_open:
            deal.reopen(make.stage(chance.choice(OPEN)))
            deal.closings[-1].reversed_at = deal.closed_at or deal.closings[-1].closed_at + timedelta(hours=hours)
        elif chance.random() < 0.2:
            deal.lose("Too dear", utc_now(), Rates.load("EUR"))
        else:
            deal.move_to(make.stage(chance.choice([name for name in OPEN if name != deal.stage.name])))
        at = deal.stays[-2].entered_at + timedelta(hours=hours)
        deal.stays[-2].leave(at, deal.stage)
        deal.stays[-1].entered_at = deal.entered_stage_at = at
        if not deal.is_open:
            deal.closed_at = deal.closings[-1].closed_at = at
    db.session.commit()
    return deal


def _as_one(deal, name, into, stage_of=make.stage):
    """Its stays as they would read had the one stage always been the other."""
    renamed = [(into if stay.stage.name == name else stay.stage.name, stay) for stay in deal.stays]
    found = []
    for called, group in groupby(renamed, key=lambda pair: pair[0]):
        parts = [stay for _called, stay in group]
        last = parts[-1]
        seconds = sum(part.seconds for part in parts) if last.left_at else None
        left_to = last.left_to_id and db.session.get(Stage, last.left_to_id).name
        left_to = left_to and stage_of(into if left_to == name else left_to).id
        found.append((called, parts[0].entered_at, last.left_at, seconds, left_to, *facts(last)[5:]))
    return found


def _twin(deals, name, into):
    """A pipeline in which the same happened, but where the two stages were one from the beginning."""
    twin = Pipeline(name="Twin", position=2)
    for stage in make.pipeline().stages:
        if stage.name != name:
            facts_of = {"position": stage.position, "probability": stage.probability, "kind": stage.kind}
            twin.stages.append(Stage(name=stage.name, **facts_of))
    db.session.add(twin)
    db.session.flush()
    stages = {stage.name: stage for stage in twin.stages}
    for deal in deals:
        copy = _copy(deal, pipeline=twin, stage=stages[into if deal.stage.name == name else deal.stage.name])
        for seq, (called, *rest) in enumerate(_as_one(deal, name, into, stages.get), 1):
            given = dict(zip(STAY, rest, strict=True))
            copy.stays.append(Stay(stage=stages[called], pipeline_id=twin.id, seq=seq, **given))
        copy.closings = [_copy(closing) for closing in deal.closings]
        copy.entered_stage_at = copy.stays[-1].entered_at
        db.session.add(copy)
    db.session.commit()
    return twin


def _copy(row, **others):
    columns = {column.key for column in type(row).__table__.columns} - {"id", "deal_id", "pipeline_id", "stage_id"}
    return type(row)(**{name: getattr(row, name) for name in columns} | others)


def _figures(pipeline, user, periods):
    """All figures of a pipeline: of each measure together and by whom or where, and how often deals were won."""
    scope = Scope(user, pipeline_id=pipeline.id)
    found = {}
    for measure in MEASURES:
        found[measure, None] = asking.over_time(measure, periods, scope)
        for dimension in ("owner", "stage") if MEASURES[measure].is_snapshot else ("owner",):
            rows = asking.matrix(measure, periods, dimension, scope)
            found[measure, dimension] = [(label, figures) for _key, label, figures in rows]
    rows = db.session.execute(observed.stages(scope).where(Stage.pipeline_id == pipeline.id).order_by(Stage.position))
    found["observed"] = [(row[0].name, row[1], row[2]) for row in rows]
    return found
