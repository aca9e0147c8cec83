"""The processes of `crm serve`: copies of one that has read all code.

What is read once is in memory once. Where processes cannot be copied safely (macOS) each reads for itself.
"""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

GRACE_SECONDS = 20
SIGNALS = {signal.SIGTERM, signal.SIGINT}
# A terminal that is closed ends all, but for whoever was started with `nohup`.
if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
    SIGNALS.add(signal.SIGHUP)
_LOOK_SECONDS = 0.5
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


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """Whoever imports one of these meanwhile, unless it was imported before, is told that it is not installed."""
    unread = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(unread))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in unread:
            del sys.modules[name]


def give_back_memory() -> None:
    """What glibc is given back goes back to the system, however large it was; else each thread keeps megabytes."""
    with suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None)
        for option in (_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD):
            libc.mallopt(option, _LARGE)


def block_signals() -> None:
    """For good: whoever supervises looks whether one came, and no line of it is interrupted."""
    if METHOD == "spawn":
        # Started later, it would unblock them.
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def call_this(name: str) -> None:
    """As `ps` and `top` show this process, up to fifteen letters, where the system has a place for it."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name)


def started(name: str, run: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process that runs a function of a module. A signal of the terminal reaches us alone: we pass it on."""
    process = multiprocessing.get_context(METHOD).Process(target=_alone, args=(name, run, *arguments))
    process.start()
    return process


def end_when_left_alone() -> None:
    """Told to end once whoever started this process is dead, however that came; what is deaf is ended."""
    threading.Thread(target=_look_for_parent, daemon=True).start()


def status_of(process: BaseProcess) -> int:
    """Once it has ended, the exit status as a shell gives it."""
    process.join()
    code = process.exitcode or 0
    return code if code >= 0 else 128 - code


def _look_for_parent() -> None:
    parent = multiprocessing.parent_process()
    while parent and os.getppid() == parent.pid:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


def _alone(name: str, run: Callable[..., None], *arguments: object) -> None:
    os.setsid()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    call_this(name)
    run(*arguments)
