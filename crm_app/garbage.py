"""Objects that hold each other are looked for by a thread of its own, never amid an allocation.

CPython before 3.12 looks for them wherever something is allocated: in the midst of C code that is not prepared for what
runs then, and for other threads that run meanwhile. Four who asked for Today at once brought a web process down with a
segmentation fault within seconds. A thread looks between two instructions of the others, as CPython itself does since.
"""

import gc
import sys
import threading
import time

_PAUSE_SECONDS = 0.05


def look_by_itself() -> None:
    """From now on and until the process ends. It is asked for once, in each process that serves."""
    if sys.version_info < (3, 12):
        gc.disable()
        threading.Thread(target=_look, name="garbage", daemon=True).start()


def _look() -> None:
    while True:
        time.sleep(_PAUSE_SECONDS)
        generation = _due()
        if generation is not None:
            gc.collect(generation)


def _due() -> int | None:
    """The oldest generation that has grown beyond its threshold."""
    grown = (number for number in (2, 1, 0) if gc.get_count()[number] > gc.get_threshold()[number])
    return next(grown, None)
