"""The worker: what is due by the clock is asked for, and what waits in the queue is done by a process that ends then.

What a job leaves in memory goes with the process that did it.
"""

import math
import os
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any

from flask import Flask
from huey.consumer import Consumer, ConsumerStopped, Scheduler

from crm_app import garbage, processes
from crm_app.health import jobs as telling
from crm_app.jobs import jobs
from crm_app.refusals import of_queue
from crm_app.supervising import Steady

_NAME = "crm worker"
# A process that cannot be copied reads all code anew, so there it stays.
_IDLE_SECONDS = 3.0 if processes.METHOD == "fork" else math.inf


class Worker:
    """A part of what is supervised. The database is asked nothing here: a statement touches more than all the rest."""

    def __init__(self, application: Callable[[], Flask]):
        """What makes the application is asked in each process: one that is not copied makes its own."""
        self._application, self._name = application, telling.name_of_worker()
        self._huey = application().extensions["huey"]
        self._due, self._steady = _EverySecond(self._huey), Steady("worker")
        self._tell_at = -math.inf
        self._working: BaseProcess | None = None
        self._telling: BaseProcess | None = None

    def look(self) -> bool:
        self._tell()
        self._due.look()
        if self._working and not self._working.is_alive():
            is_well, self._working = self._working.exitcode == 0 or self._steady.replaces(), None
            if not is_well:
                return False
        if not self._working and _something_waits(self._huey):
            self._working = processes.started(_NAME, _work, self._application)
        return True

    def running(self) -> list[BaseProcess]:
        return [one for one in (self._working, self._telling) if one and one.is_alive()]

    def over(self) -> None:
        with self._application().app_context():
            telling.tell(self._name, is_over=True)

    def _tell(self) -> None:
        if self._telling and not self._telling.is_alive():
            self._telling = None
        if time.monotonic() < self._tell_at or self._telling:
            return
        is_new, self._tell_at = math.isinf(self._tell_at), time.monotonic() + telling.EVERY_SECONDS
        self._telling = processes.started(_NAME, _tell, self._application, self._name, is_new)


def _tell(application: Callable[[], Flask], name: str, is_new: bool) -> None:
    with application().app_context():
        telling.tell(name, is_new=is_new)
        if is_new:
            jobs.ask_at_start()


def _work(application: Callable[[], Flask]) -> None:
    """One task at a time in each of two threads."""
    garbage.look_by_itself()
    _UntilNothingIsLeft(
        application().extensions["huey"],
        workers=2,
        periodic=False,
        graceful_signal="TERM",
        shutdown_timeout=processes.GRACE_SECONDS,
    ).run()


def _something_waits(huey: Any) -> bool:
    try:
        return huey.pending_count() > 0
    except of_queue():
        return False


class _EverySecond(Scheduler):
    """huey's scheduler, but that it is told when to look and does not wait by itself."""

    def __init__(self, huey: Any):
        super().__init__(huey, stop_flag=None, interval=1, periodic=True)
        self._look_at = -math.inf

    def look(self) -> None:
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + self.interval
            self.loop()

    def sleep_for_interval(self, _start_ts: float, _nseconds: float) -> None:
        """Not here."""


class _UntilNothingIsLeft(Consumer):
    """Ends once there was nothing to do for a while, or nobody is left who would tell it to end."""

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self._parent, self._busy_at = os.getppid(), time.monotonic()

    def loop(self, health_check_ts: float | None = None) -> float | None:
        if os.getppid() != self._parent:
            # What it is at goes back into the queue.
            self.stop()
            raise ConsumerStopped
        if self.huey._tasks_in_flight or _something_waits(self.huey):
            self._busy_at = time.monotonic()
        elif time.monotonic() > self._busy_at + _IDLE_SECONDS:
            self.stop(graceful=True)
            raise ConsumerStopped
        return super().loop(health_check_ts)
