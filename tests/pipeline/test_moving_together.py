"""Ten people dragging the same twenty cards at once, or into a stage that goes.

MOVING_SECONDS says for how long they drag: 60 for a real trial.
"""

import os
import random
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import func, select

from crm_app.accounts.models import User
from crm_app.extensions import db
from crm_app.pipeline.models import Deal, Stay
from tests import make
from tests.pipeline.test_move import column

STAGES = ("New lead", "Qualified", "Proposal", "Negotiation")
PEOPLE, CARDS = 10, 20
SECONDS = float(os.environ.get("MOVING_SECONDS", "4"))


def test_no_card_is_lost_no_rank_is_double_and_each_refusal_is_explained(app, client, alice):
    deals = [make.deal(alice, at=STAGES[n % 4], rank=n, value=n * 10_00).id for n in range(CARDS)]
    stages = [make.stage(name).id for name in STAGES]
    task = partial(_moves, app, alice.id, deals, stages, time.monotonic() + SECONDS)
    db.session.commit()

    with ThreadPoolExecutor(PEOPLE) as people:
        answers = sum(people.map(task, range(PEOPLE)), Counter())

    db.session.rollback()
    ranks = db.session.execute(select(Deal.stage_id, Deal.rank)).all()
    open_stays = dict(db.session.execute(select(Stay.deal_id, Stay.stage_id).where(Stay.left_at.is_(None))).all())
    assert set(answers) <= {"moved", "refused", "undone", "too late"}, answers
    assert answers["moved"] and answers["refused"], answers
    assert len(ranks) == len(set(ranks)) == CARDS
    assert open_stays == dict(db.session.execute(select(Deal.id, Deal.stage_id)).all())
    assert _heads(client) == _recount()


@pytest.mark.parametrize("past", ["kept", "joined"])
def test_of_many_moves_and_a_deletion_at_once_each_goes_along_or_is_refused(app, past, alice, olivia):
    deals = [make.deal(alice, at="New lead").id for _ in range(12)]
    stage, pipeline, home = make.stage("Proposal"), make.pipeline(), make.stage("Qualified").id
    make.deal(alice, at=stage)
    gone, users = stage.id, {"move": alice.id, "delete": olivia.id}
    deletion = f"/settings/pipelines/{pipeline.id}/stages/{gone}/deletion"
    db.session.commit()

    def come(deal_id):
        with app.app_context():
            browser = app.test_client().sign_in(db.session.get(User, users["move" if deal_id else "delete"]))
            browser.checks_html = False
            if not deal_id:
                return "gone", browser.send(deletion, {"home": home, "past": past}).status_code
            return "moved", browser.send(f"/pipeline/deals/{deal_id}/stage", {"stage": gone}, htmx=True).status_code

    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(come, [*deals[:6], None, *deals[6:]]))

    db.session.rollback()
    moved = [status for what, status in answers if what == "moved"]
    ranks = db.session.execute(select(Deal.stage_id, Deal.rank)).all()
    open_stays = dict(db.session.execute(select(Stay.deal_id, Stay.stage_id).where(Stay.left_at.is_(None))).all())
    assert ("gone", 303) in answers and set(moved) <= {200, 409}
    assert db.session.scalar(select(func.count()).where(Deal.stage_id == gone)) == 0
    assert len(column("Qualified")) == moved.count(200) + 1
    assert len(column("New lead")) == moved.count(409)
    assert len(ranks) == len(set(ranks))
    assert open_stays == dict(db.session.execute(select(Deal.id, Deal.stage_id)).all())


def _moves(app, user_id, deals, stages, until, seed):
    """How often one person got which answer, who sees what stood a moment ago or now and then something else.

    One move in five is taken back.
    """
    chance, answers = random.Random(seed), Counter()
    with app.app_context():
        browser = app.test_client().sign_in(db.session.get(User, user_id))
        browser.checks_html = False
        while time.monotonic() < until:
            deal_id = chance.choice(deals)
            version = db.session.scalar(select(Deal.version).where(Deal.id == deal_id)) + (chance.random() < 0.1)
            neighbours = {"after": chance.choice(deals), "before": chance.choice(deals)}
            fields = {"stage": chance.choice(stages), "version": version} | neighbours
            answer = browser.send(f"/pipeline/deals/{deal_id}/stage", fields, htmx=True)
            answers[_told(answer, {200: "moved", 409: "refused"}, "Someone moved this deal a moment ago")] += 1
            offered = re.search(r'name="event" value="(\d+)"', answer.get_data(as_text=True))
            if offered and chance.random() < 0.2:
                undone = browser.send(f"/pipeline/deals/{deal_id}/undo", {"event": offered[1]}, htmx=True)
                answers[_told(undone, {200: "undone", 409: "too late"}, "can no longer be undone")] += 1
    return answers


def _told(answer, words, reason):
    """The answer in a word; a refusal without its reason counts as none of them."""
    explained = answer.status_code != 409 or reason in answer.get_data(as_text=True)
    return words.get(answer.status_code, answer.status_code) if explained else "refused without a word"


def _heads(client):
    page = client.page("/pipeline/board")
    heads = [page.one("header", id=f"stage-{make.stage(name).id}-head") for name in STAGES]
    return [(int(head.get("data-board-count")), page.text_of(head.find("p/b"))) for head in heads]


def _recount():
    found = []
    for name in STAGES:
        counted = select(func.count(), func.coalesce(func.sum(Deal.value_amount), 0))
        count, value = db.session.execute(counted.where(Deal.stage == make.stage(name))).one()
        found.append((count, f"€{value // 100:,}"))
    return found
