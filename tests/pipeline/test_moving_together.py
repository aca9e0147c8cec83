"""Several people moving the same cards at the same moment."""

import random
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy import func, select

from crm_app.accounts.models import User
from crm_app.extensions import db
from crm_app.pipeline.models import Deal, Stay
from tests import make

STAGES = ("New lead", "Qualified", "Proposal")
PEOPLE, MOVES = 3, 8


def test_no_card_is_lost_no_rank_is_double_and_each_refusal_is_a_plain_one(app, alice):
    deals = [make.deal(alice, at=STAGES[number % 3], rank=number).id for number in range(12)]
    stages = [make.stage(name).id for name in STAGES]

    task = partial(_moves, app, alice.id, deals, stages)
    db.session.commit()

    with ThreadPoolExecutor(PEOPLE) as people:
        answers = [answer for answers in people.map(task, range(PEOPLE)) for answer in answers]

    db.session.rollback()
    ranks = db.session.execute(select(Deal.stage_id, Deal.rank)).all()
    open_stays = db.session.scalar(select(func.count()).select_from(Stay).where(Stay.left_at.is_(None)))
    assert set(answers) <= {200, 409} and 200 in answers
    assert len(ranks) == len(set(ranks)) == len(deals) == open_stays


def _moves(app, user_id, deals, stages, seed):
    """The answers that one person gets, who sees what stands just before each move."""
    chance, answers = random.Random(seed), []
    with app.app_context():
        browser = app.test_client().sign_in(db.session.get(User, user_id))
        browser.checks_html = False
        for _ in range(MOVES):
            deal_id = chance.choice(deals)
            version = db.session.get(Deal, deal_id).version
            neighbours = {"after": chance.choice(deals), "before": chance.choice(deals)}
            fields = {"stage": chance.choice(stages), "version": version} | neighbours
            answers.append(browser.send(f"/pipeline/deals/{deal_id}/stage", fields, htmx=True).status_code)
    return answers
