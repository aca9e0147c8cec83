"""The twins of the attacks: with its guard taken away, each of them gets somewhere."""

import pytest

from tests.security.guards import TWINS
from tests.security.test_attacks import EVERYWHERE

# They try what is not one guard's work: odd texts and paths, names that are not listed (their twin is a canary of the
# fuzzing); or they measure time.
_WITHOUT_TWIN = {"unlisted_names", "kept_as_typed", "odd_paths", "tedious_texts", "boundless_asks"}


@pytest.mark.parametrize("twin", TWINS, ids=lambda one: one.name)
def test_without_its_guard_an_attack_gets_somewhere(scene, monkeypatch, twin):
    with twin.without(scene, monkeypatch):
        breaches = twin.attack(scene.narrowed(twin.endpoints))

    assert breaches


def test_every_attack_has_a_twin_or_says_why_not():
    with_twin = {twin.attack.__name__ for twin in TWINS}

    assert {attack.__name__ for attack in EVERYWHERE} - with_twin == _WITHOUT_TWIN
