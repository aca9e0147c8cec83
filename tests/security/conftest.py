"""The scene of attacks."""

import pytest

from tests.security import world
from tests.security.attacks.scene import Scene


@pytest.fixture
def scene(app, browser_of, alice, bob, olivia, vera):
    arguments = world.build(alice, olivia)
    return Scene(app, browser_of, alice, bob, olivia, vera, arguments, world.routes(app, arguments))
