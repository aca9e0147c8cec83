"""`crm serve`: what was started together stops together, whenever it is told to."""

import subprocess
import sys

# A signal may arrive between any two lines; here one arrives before each line that the supervisor runs.
SIGNALLED = """
import os, signal, subprocess, sys
from crm_app.serving import _supervise

child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)

def insist(frame, event, _argument):
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        os.kill(os.getpid(), signal.SIGTERM)
    return insist

sys.settrace(insist)
status = _supervise([child])
sys.settrace(None)
assert child.poll() is not None, "the child is left running"
sys.exit(status)
"""

ONE_ENDS = """
import subprocess, sys
from crm_app.serving import _supervise

children = [subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({n})"]) for n in (0, 60)]
status = _supervise(children)
assert all(child.poll() is not None for child in children)
sys.exit(status)
"""


def test_a_signal_at_any_moment_stops_everything():
    """`make` passes on the signal that the whole group got already, so there are always two."""
    ended = subprocess.run([sys.executable, "-c", SIGNALLED], timeout=20)

    assert ended.returncode == 0


def test_a_part_that_ends_by_itself_ends_the_others_and_says_so():
    ended = subprocess.run([sys.executable, "-c", ONE_ENDS], capture_output=True, text=True, timeout=20)

    assert ended.returncode == 1
    assert "stopped by itself" in ended.stderr
