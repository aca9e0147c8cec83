"""A demo company of a thirtieth of its size, which tells nearly as much."""

import pytest

from crm_app.demo import building, jobs
from crm_app.demo.cast import Size
from crm_app.extensions import db
from tests import make


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(building, "SIZE", Size(companies=13, people=40, deals=80))
    return building.SIZE


@pytest.fixture
def filled(small, olivia):
    """Fills the installation in a language, by Olivia; her pipeline is there already."""

    def fill(language="en", seed=building.SEED):
        make.pipeline()
        claimed = jobs.begin(language, seed, olivia, "building")
        assert claimed is not None
        db.session.commit()
        jobs.make(claimed)

    return fill
