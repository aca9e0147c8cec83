"""Objects that hold each other go, and nothing is interrupted in the middle to look for them."""

import subprocess
import sys

CIRCLES = """
import gc, sys, time, weakref
from crm_app import garbage

class One:
    pass

garbage.look_by_itself()
assert gc.isenabled() == (sys.version_info >= (3, 12))
amid = []
gc.callbacks.append(lambda phase, _: amid.append(sys._getframe(1).f_code.co_name))
found = []
for _ in range(5_000):
    one = One()
    one.itself = one
    found.append(weakref.ref(one))
del one
deadline = time.monotonic() + 10
while any(ref() for ref in found) and time.monotonic() < deadline:
    time.sleep(0.01)
assert gc.isenabled() or not any(ref() for ref in found), "they stay"
assert gc.isenabled() or set(amid) == {"_look"}, amid
"""


def test_what_holds_itself_goes_and_is_looked_for_by_one_thread_alone():
    ended = subprocess.run([sys.executable, "-c", CIRCLES], capture_output=True, text=True, timeout=60)

    assert ended.returncode == 0, ended.stderr
