"""Odd values in every field of every form and every route; `make security` tries many more of them."""

import pytest

from crm_app import create_app
from crm_app.extensions import db
from tests.conftest import Browser
from tests.security import business, canaries, world
from tests.security.fuzzing.fuzzing import Fuzzer

# In the suite three of each; what they are is the same each time.
_EXAMPLES = 3
# On PostgreSQL each field meets odd values in test_odd_input.py, and `make security` does this
# if it is asked to (docs/security.md).
pytestmark = [pytest.mark.slow, pytest.mark.sqlite]


def test_nothing_that_is_sent_to_any_route_does_what_it_should_not(app):
    seen = Fuzzer(app, business.begin, business.browsers(app), _EXAMPLES).run(usual=world.USUAL)

    assert not seen.findings, "\n".join(map(str, seen.findings))
    assert seen.targets > 150 and seen.tried > seen.targets * 2


@pytest.fixture
def planted(app):
    """The same installation with holes in it."""
    other = canaries.plant(
        create_app(
            TESTING=True,
            SQLALCHEMY_DATABASE_URI=app.config["SQLALCHEMY_DATABASE_URI"],
            RATELIMIT_ENABLED=False,
        )
    )
    other.test_client_class = Browser
    with other.app_context():
        yield other
        db.session.remove()
        db.engine.dispose()


def test_every_hole_that_was_made_on_purpose_is_found(planted):
    seen = Fuzzer(planted, business.begin, business.browsers(planted), 60).run(canaries.USUAL, canaries.USUAL)

    found, elsewhere = canaries.among(seen.findings)
    assert found == set(canaries.KINDS)
    assert not elsewhere
