"""The worker: what is due by the clock is asked for, and what waits in the queue is done by a process that ends then.

What a job leaves in memory goes with the process that did it.
"""

import math
import os
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from typing import Any

from flask import Flask

from crm_app import garbage, processes
from crm_app.health import jobs as telling
from crm_app.jobs import Consumer, ConsumerStopped, jobs
from crm_app.supervising import Steady

_NAME = "crm worker"
# A process that cannot be copied reads all code anew, so there it stays.
_IDLE_SECONDS = 3.0 if processes.METHOD == "fork" else math.inf
# How long one that is at work on something else leaves alone what comes in.
_LEFT_SECONDS = 0.5
_AGAIN_SECONDS = 10.0
_PUT_BACK_MINUTES = 60


class Worker:
    """A part of what is supervised. The database is asked nothing here: a statement touches more than all the rest."""

    def __init__(self, application: Callable[[], Flask]):
        """What makes the application is asked in each process: one that is not copied makes its own."""
        self._application, self._name = application, telling.name_of_worker()
        self._huey, self._log = application().extensions["huey"], application().logger
        self._clock, self._steady = Clock(self._huey), Steady("worker")
        self._tell_at, self._look_at = -math.inf, -math.inf
        self._working: BaseProcess | None = None
        self._telling: BaseProcess | None = None

    def look(self) -> bool:
        if self._working and not self._working.is_alive():
            is_well, self._working = self._working.exitcode == 0 or self._steady.replaces(), None
            if not is_well:
                return False
        if self._telling and not self._telling.is_alive():
            self._telling = None
        if time.monotonic() >= self._look_at:
            try:
                self._tell()
                self._clock.look()
                if not self._working and self._huey.pending_count():
                    self._working = processes.started(_NAME, _work, self._application)
            except Exception as error:
                # Neither a queue that is away or damaged nor a process too many is a reason to end those that serve.
                self._log.error("the worker looks again in %s seconds: %r", _AGAIN_SECONDS, error)
                self._look_at = time.monotonic() + _AGAIN_SECONDS
        return True

    def running(self) -> list[BaseProcess]:
        return [one for one in (self._working, self._telling) if one and one.is_alive()]

    def over(self) -> None:
        with self._application().app_context():
            telling.tell(self._name, is_over=True)

    def _tell(self) -> None:
        if time.monotonic() < self._tell_at or self._telling:
            return
        is_new, self._tell_at = math.isinf(self._tell_at), time.monotonic() + telling.EVERY_SECONDS
        arguments = self._application, self._name, is_new
        if processes.METHOD == "fork":
            self._telling = processes.started(_NAME, _tell, *arguments)
        else:
            _tell(*arguments)


class Clock:
    """Asks each second for what was put off until then, and each minute for what is due by the clock."""

    def __init__(self, huey: Any):
        self._huey = huey
        self._next_second, self._minute = time.monotonic(), -1

    def look(self) -> None:
        """Raises whatever the queue raises, once all that was taken out of it was asked for."""
        now = time.monotonic()
        if now < self._next_second:
            return
        self._next_second = now + 1
        self._ask(self._huey.read_schedule())
        if self._is_new(minute := int(time.time() // 60)):
            # Minutes that were slept through are not made up for.
            self._minute = minute
            self._ask(self._huey.read_periodic(datetime.fromtimestamp(minute * 60, UTC).replace(tzinfo=None)))

    def _is_new(self, minute: int) -> bool:
        """A clock that is put back a little repeats nothing; behind one that was wrong by more nobody waits."""
        return minute > self._minute or minute < self._minute - _PUT_BACK_MINUTES

    def _ask(self, tasks: Iterable[Any]) -> None:
        failed = None
        for task in tasks:
            try:
                self._huey.enqueue(task)
            except Exception as error:
                failed = error
        if failed:
            raise failed


def _tell(application: Callable[[], Flask], name: str, is_new: bool) -> None:
    with application().app_context():
        telling.tell(name, is_new=is_new)
        if is_new:
            jobs.ask_at_start()


def _work(application: Callable[[], Flask]) -> None:
    """One task at a time in each of two threads."""
    garbage.look_by_itself()
    huey = application().extensions["huey"]
    # Whoever waits inside Redis would take what comes as this process ends.
    huey.storage.blocking = False
    _UntilNothingIsLeft(
        huey,
        workers=2,
        periodic=False,
        max_delay=_LEFT_SECONDS,
        graceful_signal="TERM",
        shutdown_timeout=processes.GRACE_SECONDS,
    ).run()


class _UntilNothingIsLeft(Consumer):
    """Ends once there was nothing to do for a while, or nobody is left who would tell it to end."""

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self._parent, self._busy_at = os.getppid(), time.monotonic()

    def start(self) -> None:
        """Ready to be told before there is something to interrupt."""
        self._set_signal_handlers()
        super().start()

    def loop(self, health_check_ts: float | None = None) -> float | None:
        if self._has_work():
            self._busy_at = time.monotonic()
        if time.monotonic() > self._busy_at + _IDLE_SECONDS:
            self._let_threads_end()
        if self._is_orphaned():
            self._let_idle_threads_end()
            self.stop()
            raise ConsumerStopped
        if self.stop_flag.is_set():
            self.stop(graceful=True)
            raise ConsumerStopped
        return super().loop(health_check_ts)

    def _has_work(self) -> bool:
        try:
            return bool(self.huey._tasks_in_flight or self.huey.pending_count())
        except Exception:
            # Its threads say what is wrong with the queue.
            return False

    def _let_threads_end(self) -> None:
        """Each after what it took up in this very moment, however long that takes."""
        self.stop_flag.set()
        while self._threads() and self._signum is None and not self._is_orphaned():
            time.sleep(0.05)

    def _let_idle_threads_end(self) -> None:
        """What the others are at goes back into the queue, and none of ours may take it out again."""
        self.stop_flag.set()
        deadline = time.monotonic() + _LEFT_SECONDS
        while self._threads() > len(self.huey._tasks_in_flight) and time.monotonic() < deadline:
            time.sleep(0.01)

    def _threads(self) -> int:
        return sum(self.environment.is_alive(thread) for _worker, thread in self.worker_threads)

    def _is_orphaned(self) -> bool:
        return os.getppid() != self._parent
