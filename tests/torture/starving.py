"""A server whose files may not grow any more, as on a full disk: writes are refused in words, reads go on."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.torture.crashing import Victim


@contextmanager
def without_room(one: Victim) -> Iterator[None]:
    """Of all its processes, while it runs; afterwards there is room again, and nobody starts it anew.

    One that is copied from another meanwhile has no more room than that.
    """
    _limit_all(one, 4096)
    try:
        yield
    finally:
        _limit_all(one, resource.RLIM_INFINITY)


def _limit_all(one: Victim, most: int) -> None:
    for pid in one.pids():
        # What does the work may have ended meanwhile.
        with suppress(ProcessLookupError):
            _limit(pid, most)


def _limit(pid: int, most: int) -> None:
    """The hard limit stays, or it could not be raised again. Python ignores the signal that comes with the refusal."""
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))
