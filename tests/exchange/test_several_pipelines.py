"""Deals of several pipelines in one file, which says of each row where its deal is."""

import pytest
from sqlalchemy import select

from crm_app.extensions import db
from crm_app.pipeline.models import Deal, Pipeline, Stage
from tests import make
from tests.exchange.importing import bring_in, plan, reasons
from tests.exchange.stepping import drafted

HEAD = "code,deal,pipeline,stage,owner,close date,value\n"


@pytest.fixture
def renewals(alice, olivia):
    make.pipeline()
    stages = [("Due", "open"), ("Talking", "open"), ("Renewed", "won"), ("Lost", "lost")]
    pipeline = Pipeline(name="Renewals", position=2)
    for position, (name, kind) in enumerate(stages, 1):
        chance = {"won": 100, "lost": 0}.get(kind, 50)
        pipeline.stages.append(Stage(name=name, kind=kind, position=position, probability=chance))
    db.session.add(pipeline)
    db.session.commit()
    return pipeline


def stand(code):
    deal = db.session.scalars(select(Deal).where(Deal.code == code)).one()
    assert deal.pipeline_id == deal.stage.pipeline_id
    return deal.stage.pipeline.name, deal.stage.name, deal.status


@pytest.mark.parametrize("language", ["en", "fa", "zh"])
def test_an_export_of_several_pipelines_comes_back_in_one_import(browser_of, olivia, alice, renewals, language):
    olivia.language = language
    make.deal(alice, "One", at="Proposal", code="A1")
    make.deal(alice, "Two", at=renewals.stages[1], code="B1")
    make.lost(alice, title="Three", code="A2", reason="Too dear")
    db.session.commit()
    exported = browser_of(olivia).get("/lists/deals/export.csv?everything=1").get_data(as_text=True)

    planned = plan("deals", exported, olivia)

    assert reasons(planned) == {}
    assert planned.counts == {"unchanged": 3}


def test_each_row_goes_to_the_pipeline_that_it_names(olivia, renewals):
    first = make.pipeline().name
    rows = (
        f"A1,One,{first},Proposal,Alice Adler,,10\nB1,Two,renewals,Talking,Alice Adler,,10\n"
        f"B2,Three,Renewals,Won,Alice Adler,2017-02-01,10\nA2,Four,,Lost,Alice Adler,2017-02-01,10\n"
    )

    import_ = bring_in("deals", HEAD + rows, olivia)

    assert (import_.created, import_.refused) == (4, 0)
    assert stand("A1") == (first, "Proposal", "open")
    assert stand("B1") == ("Renewals", "Talking", "open")
    assert stand("B2") == ("Renewals", "Renewed", "won")
    assert stand("A2") == (first, "Lost", "lost")


def test_a_deal_moves_within_its_pipeline_and_not_out_of_it(olivia, renewals):
    bring_in("deals", f"{HEAD}B1,Two,Renewals,Due,Alice Adler,,10\n", olivia)
    first = make.pipeline().name

    import_ = bring_in("deals", f"{HEAD}B1,Two,Renewals,Renewed,Alice Adler,2017-02-01,10\n", olivia)
    elsewhere = plan("deals", f"{HEAD}B1,Two,{first},Proposal,Alice Adler,,10\n", olivia)
    without_stage = plan("deals", f"code,pipeline,value\nB1,{first},20\n", olivia)

    assert import_.updated == 1 and stand("B1") == ("Renewals", "Renewed", "won")
    for planned in (elsewhere, without_stage):
        assert "This deal is in another pipeline." in reasons(planned)[2]


def test_a_stage_of_another_pipeline_and_a_pipeline_that_is_not_there_are_refused(olivia, renewals):
    planned = plan(
        "deals", f"{HEAD}B1,Two,Renewals,Proposal,Alice Adler,,10\nB2,Two,Nowhere,Due,Alice Adler,,10\n", olivia
    )

    assert "The pipeline “Renewals” has no stage “Proposal”." in reasons(planned)[2]
    assert "There is no pipeline “Nowhere”." in reasons(planned)[3]


def test_a_new_pipeline_takes_all_rows_whichever_pipeline_they_name(olivia, renewals):
    rows = f"{HEAD}B1,Two,Renewals,Due,Alice Adler,,10\nB2,Three,Nowhere,Hoping,Alice Adler,,10\n"

    import_ = bring_in("deals", rows, olivia, new_pipeline="Fresh")

    assert import_.created == 2
    assert (stand("B1"), stand("B2")) == (("Fresh", "Due", "open"), ("Fresh", "Hoping", "open"))


def test_a_file_that_names_known_pipelines_is_not_offered_a_new_one(browser_of, olivia, renewals):
    first = make.pipeline().name
    browser = browser_of(olivia)

    page = browser.page(drafted(browser, "deals", f"{HEAD}A,One,{first},Proposal,,,1\nB,Two,Renewals,Due,,,1\n"))

    chosen = [e for e in page.one("select", name="pipeline").iter("option") if e.get("selected") is not None]
    assert ["".join(e.itertext()).strip() for e in chosen] == [first]
