"""The processes of `crm serve`: copies of one that has read all code, watched together.

What is read once is in memory once. Where processes cannot be copied safely (macOS) each reads for itself.
"""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NoReturn

from crm_app import supervising

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


def started(name: str, run: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process that runs a function of a module. A signal of the terminal reaches us alone: we pass it on."""
    gc.freeze()
    process = multiprocessing.get_context(METHOD).Process(target=_alone, args=(name, run, *arguments))
    process.start()
    return process


def status_of(process: BaseProcess) -> int:
    """Once it has ended, the exit status as a shell gives it."""
    process.join()
    code = process.exitcode or 0
    return code if code >= 0 else 128 - code


def supervise(web: Sequence[BaseProcess], others: Sequence[BaseProcess], folder: str, command: str) -> NoReturn:
    """Become the program that watches them, which holds none of all that was read. It tells of itself in its file.

    A web process that dies is replaced by what our command of that name starts. The folder is removed in the end.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, supervising.SIGNALS)
    sys.stdout.flush()
    sys.stderr.flush()
    watching = [sys.executable, "-I", "-S", supervising.__file__, str(GRACE_SECONDS + 5), folder]
    numbers = [" ".join(str(process.pid) for process in processes) for processes in (web, others)]
    os.execv(sys.executable, [*watching, *numbers, sys.executable, "-m", "crm_app", command])  # noqa: S606 - of our own.


def name_this(name: str) -> None:
    """As `ps` and `top` show it, up to fifteen letters, where the system has a place for it."""
    with suppress(OSError):
        Path("/proc/self/comm").write_text(name)


def _alone(name: str, run: Callable[..., None], *arguments: object) -> None:
    os.setsid()
    name_this(name)
    run(*arguments)
