"""Pipelines that two people shape at once, or where cards move meanwhile: what must always hold, holds."""

import pytest

from crm_app.extensions import db
from crm_app.pipeline import shaping
from crm_app.pipeline.models import Deal, Pipeline
from tests import make
from tests.meanwhile import meanwhile

pytestmark = pytest.mark.postgresql


FACTS = {"name": "Trial", "kind": "open", "probability": "60"}


@pytest.fixture
def other(browser_of):
    """The browser of another owner."""
    return browser_of(make.user("Otto Owen", role="owner"))


def _url(stage, path=""):
    return f"/settings/pipelines/{stage.pipeline_id}/stages/{stage.id}{path}"


def _pipelines():
    return sorted(db.session.scalars(db.select(Pipeline.name)))


def test_of_two_who_delete_the_last_two_pipelines_one_is_told_that_it_stays(owner, other):
    one, another = make.pipeline(), shaping.add_pipeline("Renewals")
    db.session.commit()
    urls = [f"/settings/pipelines/{pipeline.id}/deletion" for pipeline in (one, another)]

    met = meanwhile(
        lambda: owner.send(urls[0]).status_code,
        lambda: other.send(urls[1]).status_code,
        held_at="DELETE FROM stages",
        before=True,
    )

    assert met == (303, 422, True)
    assert _pipelines() == ["Renewals"]


def test_what_somebody_deletes_a_moment_earlier_is_not_found(owner, other):
    url = f"/settings/pipelines/{make.pipeline().id}"
    shaping.add_pipeline("Renewals")
    db.session.commit()

    met = meanwhile(
        lambda: owner.send(f"{url}/deletion").status_code,
        lambda: other.send(f"{url}/stages/new", FACTS).status_code,
        held_at="DELETE FROM stages",
        before=True,
    )

    assert met == (303, 404, True)
    assert _pipelines() == ["Renewals"]


def test_of_two_who_add_a_stage_of_the_same_name_one_is_told_that_it_is_taken(owner, other):
    pipeline = make.pipeline()
    url = f"/settings/pipelines/{pipeline.id}/stages/new"

    met = meanwhile(
        lambda: owner.send(url, FACTS).status_code,
        lambda: other.send(url, FACTS | {"name": "TRIAL"}),
        held_at="INSERT INTO stages",
        before=True,
    )

    assert (met.first, met.second.status_code, met.has_waited) == (303, 422, True)
    assert "There is already a stage with this name." in met.second.get_data(as_text=True)
    names = ["New lead", "Qualified", "Proposal", "Negotiation", "Trial", "Won", "Lost"]
    assert [one.name for one in db.session.get_one(Pipeline, pipeline.id).stages] == names


def test_of_two_who_add_stages_each_finds_its_own_place(owner, other):
    pipeline = make.pipeline()
    url = f"/settings/pipelines/{pipeline.id}/stages/new"

    meanwhile(
        lambda: owner.send(url, FACTS),
        lambda: other.send(url, FACTS | {"name": "Pilot"}),
        held_at="INSERT INTO stages",
        before=True,
    )

    stages = db.session.get_one(Pipeline, pipeline.id).stages
    assert [one.name for one in stages][4:6] == ["Trial", "Pilot"]
    assert [one.position for one in stages] == list(range(1, 9))


def test_of_two_who_give_a_pipeline_the_same_name_one_is_told_that_it_is_taken(owner, other):
    sales = f"/settings/pipelines/{make.pipeline().id}"

    met = meanwhile(
        lambda: owner.send("/settings/pipelines", {"name": "Renewals"}).status_code,
        lambda: other.send(sales, {"name": "renewals"}),
        held_at="INSERT INTO pipelines",
        before=True,
    )

    assert (met.first, met.second.status_code, met.has_waited) == (303, 422, True)
    assert "There is already a pipeline with this name." in met.second.get_data(as_text=True)
    assert _pipelines() == ["Renewals", "Sales"]


def test_of_two_who_delete_the_last_open_stages_one_is_told_that_it_stays(owner, other):
    pipeline = make.pipeline()
    for stage in pipeline.open_stages[2:]:
        shaping.delete_stage(stage)
    db.session.commit()
    one, another = (_url(stage, "/deletion") for stage in pipeline.open_stages)

    met = meanwhile(
        lambda: owner.send(one).status_code,
        lambda: other.send(another).status_code,
        held_at="DELETE FROM stages",
        before=True,
    )

    assert met == (303, 422, True)
    assert len(db.session.get_one(Pipeline, pipeline.id).open_stages) == 1


def test_no_card_moves_into_a_stage_that_becomes_one_where_deals_end(owner, client, alice):
    stage, deal = make.stage("Negotiation"), make.deal(alice, at="Qualified").id
    url, facts = _url(stage), {"name": "Negotiation", "kind": "won", "probability": "100"}
    move = {"stage": stage.id}

    met = meanwhile(
        lambda: owner.send(url, facts).status_code,
        lambda: client.send(f"/pipeline/deals/{deal}/stage", move, htmx=True).status_code,
        held_at="UPDATE stages",
        before=True,
    )

    assert (met.first, met.has_waited) == (303, True)
    assert db.session.get_one(Deal, deal).stage.name == "Qualified"
