"""The processes of `crm serve`: copies of one that has read all code, watched together.

What is read once is in memory once. Where processes cannot be copied safely (macOS) each reads for itself.
"""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess

import click

GRACE_SECONDS = 20
# Of malloc.h. Setting them keeps glibc from raising them by itself.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGE = 1 << 20
METHOD = "fork" if sys.platform == "linux" else "spawn"


@contextmanager
def reading_code() -> Iterator[None]:
    """Next to nothing of what is read becomes garbage, so nobody looks for any; and copies never touch it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def give_back_memory() -> None:
    """What glibc is given back goes back to the system, however large it was; else each thread keeps megabytes."""
    with suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None)
        for option in (_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD):
            libc.mallopt(option, _LARGE)


def started(run: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process that runs a function of a module. A signal of the terminal reaches us alone: we pass it on."""
    gc.freeze()
    process = multiprocessing.get_context(METHOD).Process(target=_alone, args=(run, *arguments))
    process.start()
    return process


def status_of(process: BaseProcess) -> int:
    """Once it has ended, the exit status as a shell gives it."""
    process.join()
    code = process.exitcode or 0
    return code if code >= 0 else 128 - code


def supervise(processes: Sequence[BaseProcess]) -> int:
    """Wait for a signal or for a process to end; then end the rest. Returns the exit status."""
    # Not a threading.Event: a second signal would wait for the lock that the first one's waiter holds.
    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: signals.append(number))
    while not signals and all(process.is_alive() for process in processes):
        time.sleep(0.1)
    failed = [process for process in processes if not process.is_alive()]
    for process in processes:
        if process.is_alive():
            process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS + 5
    for process in processes:
        process.join(max(deadline - time.monotonic(), 0.1))
        if process.is_alive():
            os.killpg(process.pid or 0, signal.SIGKILL)
    if failed and not signals:
        click.echo("crm: a part of Peyvand stopped by itself; see the lines above.", err=True)
        return 1
    return 0


def _alone(run: Callable[..., None], *arguments: object) -> None:
    os.setsid()
    run(*arguments)
