"""The twins of the attacks: with its guard taken away, each of them gets somewhere."""

import pytest

from tests.security.attacks import requests, texts
from tests.security.guards import TWINS
from tests.security.test_attacks import EVERYWHERE

# That an attack can get somewhere is shown once; that it does not, on each database.
_GUARDED_BY_THE_DATABASE = {texts.rewritten_log, requests.reading_changes}


def _marks_of(twin):
    return [] if twin.attack in _GUARDED_BY_THE_DATABASE else [pytest.mark.sqlite]


@pytest.mark.parametrize("twin", [pytest.param(one, marks=_marks_of(one), id=one.name) for one in TWINS])
def test_without_its_guard_an_attack_gets_somewhere(scene, monkeypatch, twin):
    with twin.without(scene, monkeypatch):
        breaches = twin.attack(scene.narrowed(twin.endpoints))

    assert breaches


def test_every_attack_has_a_twin():
    assert {attack.__name__ for attack in EVERYWHERE} == {twin.attack.__name__ for twin in TWINS}
