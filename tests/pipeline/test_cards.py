from sqlalchemy import insert, select, update

from crm_app.extensions import db
from crm_app.pipeline.cards import card, cards_of
from crm_app.pipeline.models import Deal, Stage
from tests import make


def test_a_card_is_the_same_whether_its_deal_is_at_hand_or_read(app, alice):
    full = make.deal(alice, company=make.company(alice), value=1_00, expected_close=make.today())
    bare = make.deal(None)
    with app.test_request_context("/", method="POST"):
        for deal in (full, bare):
            assert cards_of(select(Deal).where(Deal.id == deal.id)) == [(card(deal),)]


def test_a_stage_that_came_while_the_page_was_read_is_named_too(app, alice):
    deal, pipeline = make.deal(alice), make.pipeline()
    with app.test_request_context("/", method="POST"):
        known = {stage.id for stage in pipeline.stages}
        facts = {"name": "Trial", "name_key": "trial", "position": 9, "probability": 5, "kind": "open"}
        added = db.session.execute(insert(Stage).values(pipeline_id=pipeline.id, **facts).returning(Stage.id)).scalar()
        moved = update(Deal).where(Deal.id == deal.id).values(stage_id=added)
        db.session.execute(moved, execution_options={"synchronize_session": False})
        ((found,),) = cards_of(select(Deal).where(Deal.id == deal.id))

    assert added not in known and found.stage.name == "Trial"
