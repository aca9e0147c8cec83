"""Who tests of settings are about: the owner's browser, and people to pick together."""

import pytest

from tests import make


@pytest.fixture
def owner(browser_of, olivia):
    return browser_of(olivia)


@pytest.fixture
def staff(olivia):
    return [make.user(name) for name in ("Rita", "Rolf", "Rosa")]
