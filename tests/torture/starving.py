"""A server whose files may not grow any more, as on a full disk: writes are refused in words, reads go on."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from tests.torture.crashing import Victim


@contextmanager
def without_room(one: Victim) -> Iterator[None]:
    """Of all its processes, while it runs; afterwards there is room again, and nobody starts it anew."""
    pids = one.pids()
    for pid in pids:
        _limit(pid, 4096)
    try:
        yield
    finally:
        for pid in pids:
            _limit(pid, resource.RLIM_INFINITY)


def _limit(pid: int, most: int) -> None:
    """The hard limit stays, or it could not be raised again. Python ignores the signal that comes with the refusal."""
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))
