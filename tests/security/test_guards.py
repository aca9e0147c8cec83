"""The twins of the attacks: with its guard taken away, each of them gets somewhere."""

import pytest

from tests.security.guards import TWINS
from tests.security.test_attacks import EVERYWHERE, marks_of


@pytest.mark.parametrize("twin", [pytest.param(one, marks=marks_of(one.attack), id=one.name) for one in TWINS])
def test_without_its_guard_an_attack_gets_somewhere(scene, monkeypatch, twin):
    with twin.without(scene, monkeypatch):
        breaches = twin.attack(scene.narrowed(twin.endpoints))

    assert breaches


def test_every_attack_has_a_twin():
    assert {attack.__name__ for attack in EVERYWHERE} == {twin.attack.__name__ for twin in TWINS}
