"""Pipelines and their stages: shaped by the owner, within what must always hold."""

import pytest

from crm_app.extensions import db, utc_now
from crm_app.pipeline.models import Pipeline, Stage
from tests import make


@pytest.fixture
def owner(browser_of, olivia):
    return browser_of(olivia)


@pytest.fixture
def pipeline(organisation):
    return make.pipeline()


def _names(pipeline):
    db.session.expire_all()
    return [stage.name for stage in pipeline.stages]


def _url(pipeline, stage=None, path=""):
    return f"/settings/pipelines/{pipeline.id}" + (f"/stages/{stage.id}" if stage else "") + path


FACTS = {"name": "Trial", "kind": "open", "probability": "60", "rot_days": "7", "wip_limit": "5"}


def test_the_list_shows_each_pipeline_with_its_stages_and_deals(owner, pipeline, alice):
    make.deal(alice)
    make.deal(alice, deleted_at=utc_now())

    page = owner.page("/settings/pipelines")

    assert "Sales" in page.text
    assert "Negotiation" in page.text
    row = page.text_of(page.all("tr")[1])
    assert row.endswith("2")


def test_a_new_pipeline_begins_with_stages_of_every_kind(owner, pipeline):
    response = owner.send("/settings/pipelines", {"name": "Renewals"})
    new = db.session.scalars(db.select(Pipeline).where(Pipeline.name == "Renewals")).one()

    assert (response.status_code, response.location) == (303, f"/settings/pipelines/{new.id}")
    assert {stage.kind for stage in new.stages} == {"open", "won", "lost"}
    assert new.position > pipeline.position
    assert "Renewals" in owner.page(f"/pipeline/board?pipeline={new.id}").text


def test_a_pipeline_is_renamed(owner, pipeline):
    owner.send(_url(pipeline), {"name": "New business"})

    assert pipeline.name == "New business"


@pytest.mark.parametrize(
    ("name", "message"), [("", "Fill this in."), ("x" * 101, "No more than 100"), ("sales", "already")]
)
def test_a_name_that_cannot_be_is_refused(owner, pipeline, name, message):
    response = owner.send("/settings/pipelines", {"name": name})

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert db.session.scalars(db.select(Pipeline)).all() == [pipeline]


def test_a_pipeline_without_deals_is_deleted(owner, pipeline):
    owner.send("/settings/pipelines", {"name": "Renewals"})
    new = db.session.scalars(db.select(Pipeline).where(Pipeline.name == "Renewals")).one()
    asked = owner.page(_url(new, path="/deletion"))

    response = owner.send(_url(new, path="/deletion"))

    assert "Renewals" in asked.text
    assert response.status_code == 303
    assert db.session.scalars(db.select(Pipeline)).all() == [pipeline]
    assert db.session.scalar(db.select(db.func.count(Stage.id))) == 6


def test_the_only_pipeline_stays(owner, pipeline):
    response = owner.send(_url(pipeline, path="/deletion"))

    assert response.status_code == 422
    assert "It is the only pipeline." in response.get_data(as_text=True)


def test_a_pipeline_with_deals_stays_even_if_they_are_in_the_bin(owner, pipeline, alice):
    owner.send("/settings/pipelines", {"name": "Renewals"})
    make.deal(alice, deleted_at=utc_now())

    asked = owner.page(_url(pipeline, path="/deletion"))
    response = owner.send(_url(pipeline, path="/deletion"))

    assert "It contains 1 deal (deleted ones included), so it cannot be deleted." in asked.text
    assert "Sales cannot be deleted" in asked.text_of(asked.one("h1")) and "Delete this" not in asked.text
    assert response.status_code == 422
    assert db.session.get(Pipeline, pipeline.id)


def test_a_new_stage_stands_last_among_the_open_ones(owner, pipeline):
    response = owner.send(_url(pipeline, path="/stages/new"), FACTS)

    assert response.status_code == 303
    assert _names(pipeline) == ["New lead", "Qualified", "Proposal", "Negotiation", "Trial", "Won", "Lost"]
    assert [stage.position for stage in pipeline.stages] == [1, 2, 3, 4, 5, 6, 7]
    stage = pipeline.stages[4]
    assert (stage.probability, stage.rot_days, stage.wip_limit, stage.kind) == (60, 7, 5, "open")


def test_what_is_won_is_certain_and_what_is_lost_hopeless(owner, pipeline):
    owner.send(_url(pipeline, path="/stages/new"), FACTS | {"kind": "won", "probability": "10"})
    owner.send(_url(pipeline, path="/stages/new"), FACTS | {"name": "Gone", "kind": "lost"})

    assert [(one.name, one.probability, one.rot_days, one.wip_limit) for one in pipeline.stages[-2:]] == [
        ("Trial", 100, None, None),
        ("Gone", 0, None, None),
    ]


def test_a_stage_is_changed(owner, pipeline):
    stage = make.stage("Proposal")

    owner.send(_url(pipeline, stage), FACTS | {"rot_days": ""})

    assert (stage.name, stage.probability, stage.rot_days) == ("Trial", 60, None)


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"name": ""}, "Fill this in."),
        ({"name": "QUALIFIED"}, "There is already a stage with this name."),
        ({"probability": "101"}, "Must be at most 100."),
        ({"probability": "-1"}, "Must be at least 0."),
        ({"probability": "5.5"}, "Enter a whole number."),
        ({"rot_days": "0"}, "Must be at least 1."),
        ({"wip_limit": "0"}, "Must be at least 1."),
        ({"wip_limit": "many"}, "Enter a number"),
        ({"rot_days": "soon"}, "Enter a number"),
        ({"kind": "paused"}, "Not a valid choice"),
    ],
)
def test_a_stage_that_cannot_be_is_refused(owner, pipeline, sent, message):
    stage = make.stage("Proposal")

    for url in (_url(pipeline, path="/stages/new"), _url(pipeline, stage)):
        response = owner.send(url, FACTS | sent)

        assert response.status_code == 422
        assert message in response.get_data(as_text=True)
    assert len(_names(pipeline)) == 6
    assert (stage.name, stage.probability, stage.kind) == ("Proposal", 50, "open")


def test_a_second_stage_of_a_name_whose_letters_become_many_is_refused(owner, pipeline):
    make.stage("Proposal").name = "\ufdfa" * 20
    db.session.commit()

    response = owner.send(_url(pipeline, path="/stages/new"), FACTS | {"name": "\ufdfa" * 20})

    assert response.status_code == 422
    assert "There is already a stage with this name." in response.get_data(as_text=True)


def test_a_stage_where_deals_were_keeps_its_kind(owner, pipeline, alice):
    deal = make.deal(alice, at="Proposal")
    deal.move_to(make.stage("Negotiation"))

    response = owner.send(_url(pipeline, make.stage("Proposal")), FACTS | {"kind": "lost"})

    assert response.status_code == 422
    assert "Deals are or were in this stage" in response.get_data(as_text=True)
    assert make.stage("Proposal").kind == "open"


@pytest.mark.parametrize("name", ["Won", "Lost"])
def test_a_pipeline_keeps_a_stage_of_each_kind(owner, pipeline, name):
    stage = make.stage(name)

    changed = owner.send(_url(pipeline, stage), FACTS)
    deleted = owner.send(_url(pipeline, stage, "/deletion"))

    for response in (changed, deleted):
        assert response.status_code == 422
        assert "It is the only stage of its type" in response.get_data(as_text=True)
    assert name in _names(pipeline)


def test_the_last_open_stage_stays(owner, pipeline):
    for name in ("New lead", "Qualified", "Proposal"):
        owner.send(_url(pipeline, make.stage(name), "/deletion"))

    response = owner.send(_url(pipeline, make.stage("Negotiation"), "/deletion"))

    assert response.status_code == 422
    assert _names(pipeline) == ["Negotiation", "Won", "Lost"]


def test_stages_move_up_and_down(owner, pipeline):
    up = owner.send(_url(pipeline, make.stage("Proposal"), "/place"), {"way": "up"})
    owner.send(_url(pipeline, make.stage("New lead"), "/place"), {"way": "down"})
    owner.send(_url(pipeline, make.stage("Proposal"), "/place"), {"way": "up"})
    owner.send(_url(pipeline, make.stage("Lost"), "/place"), {"way": "down"})

    assert up.status_code == 303
    assert _names(pipeline) == ["Proposal", "New lead", "Qualified", "Negotiation", "Won", "Lost"]
    assert owner.send(_url(pipeline, make.stage("Lost"), "/place"), {"way": "off"}).status_code == 400


def test_an_unused_stage_is_deleted(owner, pipeline):
    asked = owner.page(_url(pipeline, make.stage("Proposal"), "/deletion"))

    owner.send(_url(pipeline, make.stage("Proposal"), "/deletion"))

    assert "No deal was ever in Proposal" in asked.text
    assert _names(pipeline) == ["New lead", "Qualified", "Negotiation", "Won", "Lost"]
    assert [stage.position for stage in pipeline.stages] == [1, 2, 3, 4, 5]


def test_a_stage_belongs_to_its_pipeline(owner, pipeline):
    owner.send("/settings/pipelines", {"name": "Renewals"})
    new = db.session.scalars(db.select(Pipeline).where(Pipeline.name == "Renewals")).one()

    assert owner.get(_url(new, make.stage("Proposal"))).status_code == 404
    assert owner.send(_url(new, make.stage("Proposal"), "/deletion")).status_code == 404
    assert owner.get("/settings/pipelines/999").status_code == 404


def test_only_owners_shape_pipelines(browser_of, pipeline, alice, charlie, vera):
    agent = make.user("Agnes", role="agent")
    stage = make.stage("Proposal")
    pages = [
        "/settings/pipelines", _url(pipeline), _url(pipeline, path="/deletion"), _url(pipeline, path="/stages/new"),
        _url(pipeline, stage), _url(pipeline, stage, "/deletion"),
    ]  # fmt: skip

    for person in (alice, charlie, vera, agent):
        browser = browser_of(person)
        for url in pages:
            assert browser.get(url).status_code == 403
        for url in [*pages, _url(pipeline, stage, "/place")]:
            assert browser.send(url, FACTS | {"way": "up"}).status_code == 403
    assert _names(pipeline) == ["New lead", "Qualified", "Proposal", "Negotiation", "Won", "Lost"]


def test_few_statements_however_many_pipelines_and_stages(owner, pipeline, statements):
    def needed():
        urls = ("/settings/pipelines", _url(pipeline))
        found = []
        for url in urls:
            with statements() as seen:
                owner.page(url)
            found.append(len(seen))
        return found

    few = needed()
    for number in range(5):
        owner.send("/settings/pipelines", {"name": f"Pipeline {number}"})
        owner.send(_url(pipeline, path="/stages/new"), FACTS | {"name": f"Stage {number}"})

    assert needed() == few
    assert max(few) <= 12
