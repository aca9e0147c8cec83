"""How long reading may take in tests: what would go on for hours is stopped after some seconds."""

import signal
from contextlib import contextmanager

import pytest


@contextmanager
def within_seconds(most):
    """Fail once it takes longer, even in the middle of the search for a pattern."""

    def stop(_signal, _frame):
        pytest.fail(f"not done within {most} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, most)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
