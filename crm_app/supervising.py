"""What watches the processes of `crm serve`: the one that has read all code, and that the others are copies of.

It has a single thread, and no file is open in it whenever it is copied.
"""

import math
import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import Protocol

import click

from crm_app import processes

# Who ends this soon after another one was replaced would end again and again.
_STEADY_SECONDS = 5.5
_LOOK_SECONDS = 0.1


class Part(Protocol):
    def look(self) -> bool:
        """Start what should run and does not; False where that is of no use any more."""

    def running(self) -> Iterable[BaseProcess]:
        """Those that have to end."""

    def over(self) -> None:
        """They have ended."""


def supervise(parts: Sequence[Part], seconds: float = processes.GRACE_SECONDS + 5) -> int:
    """Until a signal comes or a part gives up; then end the rest within so many seconds. Returns the exit status."""
    processes.block_signals()
    is_well = True
    try:
        while is_well and not processes.SIGNALS & signal.sigpending():
            is_well = all(part.look() for part in parts)
            time.sleep(_LOOK_SECONDS)
    finally:
        _end([process for part in parts for process in part.running()], seconds)
    for part in parts:
        part.over()
    if not is_well:
        _say("a part of Peyvand stopped unexpectedly; see the lines above.")
    return 0 if is_well else 1


class Steady:
    """Whether a process that died may be replaced: not as soon again."""

    def __init__(self, what: str):
        self._what, self._replaced_at = what, -math.inf

    def replaces(self) -> bool:
        if time.monotonic() < self._replaced_at + _STEADY_SECONDS:
            return False
        _say(f"a {self._what} process stopped unexpectedly; a new one replaces it.")
        self._replaced_at = time.monotonic()
        return True


class Standing:
    """A part of several processes that are alike; one that dies is replaced."""

    def __init__(self, what: str, run: Callable[..., None], *arguments: object, number: int = 1):
        self._start = lambda: processes.started(f"crm {what}", _with_its_supervisor, run, *arguments)
        self._number, self._steady = number, Steady(what)
        self._running: list[BaseProcess] = []

    def look(self) -> bool:
        before, self._running = self._running, [one for one in self._running if one.is_alive()]
        if len(self._running) < len(before) and not self._steady.replaces():
            return False
        while len(self._running) < self._number:
            self._running.append(self._start())
        return True

    def running(self) -> list[BaseProcess]:
        return self._running

    def over(self) -> None:
        """Nothing of theirs is left."""


def _with_its_supervisor(run: Callable[..., None], *arguments: object) -> None:
    processes.end_when_left_alone()
    run(*arguments)


def _say(what: str) -> None:
    click.echo(f"crm: {what}", err=True)


def _end(running: list[BaseProcess], seconds: float) -> None:
    for process in running:
        process.terminate()
    deadline = time.monotonic() + seconds
    for process in running:
        process.join(max(deadline - time.monotonic(), 0))
    for process in running:
        if process.is_alive():
            # With all that it has started.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.join()
