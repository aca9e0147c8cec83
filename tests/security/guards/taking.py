"""How a guard is taken away: by that alone the attack must get somewhere.

A guard is a context manager that gets the scene and pytest's monkeypatch. Where what protects is that no view does a
thing, the guard puts in the place of one view a view that does it.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, NamedTuple

from tests.security.attacks.scene import Scene


class Twin(NamedTuple):
    """Without the guard that `without` takes away, `attack` on these endpoints, or on all, must find a breach."""

    name: str
    without: Callable[[Scene, Any], Any]
    attack: Callable[[Scene], list[str]]
    endpoints: tuple[str, ...] = ()


def instead(place: Any, name: str, value: Any):
    """The guard is one function or value of a module or class."""

    def without(_scene, monkeypatch):
        monkeypatch.setattr(place, name, value)
        return nullcontext()

    return without


def setting(name: str, value: object):
    def without(scene, monkeypatch):
        monkeypatch.setitem(scene.app.config, name, value)
        return nullcontext()

    return without


def view(endpoint: str, view: Callable[..., Any]):
    """A view that does what none of ours does, in the place of one of ours."""

    def without(scene, monkeypatch):
        ours = scene.app.view_functions[endpoint]
        monkeypatch.setitem(scene.app.view_functions, endpoint, lambda **arguments: view(ours, **arguments))
        return nullcontext()

    return without
