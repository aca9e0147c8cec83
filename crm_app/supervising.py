"""What watches the processes of `crm serve`: a program of its own, which takes the place of the one that started them.

That one had read all code. This one reads next to nothing, and of Peyvand itself nothing: it is run as a file.
"""

import os
import signal
import sys
import time
from collections.abc import Collection, Sequence

# Blocked from before this program begins until it ends: no line of it is interrupted, it looks whether one came.
SIGNALS = {signal.SIGTERM, signal.SIGINT}
# Who ends this soon after another one was replaced would end again and again.
_STEADY_SECONDS = 5.5


def supervise(
    pids: Sequence[int], seconds: float, replaceable: Collection[int] = (), command: Sequence[str] = ()
) -> int:
    """Wait for a signal or for a child to end; then end the rest within so many seconds. Returns the exit status.

    The command starts another one in the place of a child that can be replaced.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    running, replaceable, replaced_at = [*pids], {*replaceable}, -_STEADY_SECONDS
    while not (is_told := bool(SIGNALS & signal.sigpending())):
        before, running = running, _running(running)
        if ended := {*before} - {*running}:
            now = time.monotonic()
            if not ended <= replaceable or now < replaced_at + _STEADY_SECONDS:
                break
            _say("a web process stopped by itself; another one takes its place.")
            others = {_started(command) for _each in ended}
            running, replaceable, replaced_at = [*running, *others], replaceable | others, now
        time.sleep(0.1)
    _end(running, seconds)
    if is_told:
        return 0
    _say("a part of Peyvand stopped by itself; see the lines above.")
    return 1


def _say(what: str) -> None:
    print(f"crm: {what}", file=sys.stderr, flush=True)  # noqa: T201 - click is not read.


def _running(pids: list[int]) -> list[int]:
    """Those that have not ended; of one that has, nothing is left."""
    return [pid for pid in pids if os.waitpid(pid, os.WNOHANG) == (0, 0)]


def _started(command: Sequence[str]) -> int:
    """In a group of its own, as all are, and with ears for the signals that are blocked here."""
    return os.posix_spawn(command[0], command, os.environ, setsid=True, setsigmask=[])


def _end(running: list[int], seconds: float) -> None:
    for pid in running:
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while running and time.monotonic() < deadline:
        time.sleep(0.02)
        running = _running(running)
    for pid in running:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _remove(folder: str) -> None:
    """With the files in it; nothing else is in it. (`pathlib` would be a third of what is read here.)"""
    for file in os.scandir(folder):
        os.unlink(file)  # noqa: PTH108
    os.rmdir(folder)  # noqa: PTH106


def main(seconds: str, folder: str, web: str, others: str, *command: str) -> int:
    """Of the processes each part is a list of numbers; the folder is removed in the end."""
    replaceable = [int(pid) for pid in web.split()]
    try:
        return supervise([*replaceable, *(int(pid) for pid in others.split())], float(seconds), replaceable, command)
    finally:
        _remove(folder)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
