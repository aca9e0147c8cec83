"""A process that counts what it does to a database and to files, and kills itself at one of these steps."""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


class Steps:
    """Counts what a job does, and dies at one of the steps."""

    def __init__(self, dies_at: int = 0):
        self.number, self._dies_at, self.last = 0, dies_at, ""
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "engine_connect", self._wrap_commit)
        sys.addaudithook(self._file)

    def step(self, what: str) -> None:
        self.number += 1
        self.last = what
        if self.number == self._dies_at:
            os.write(1, f"{what}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def _statement(self, _connection, _cursor, statement, _parameters, _context, _many) -> None:
        if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER ", "DROP T", "DROP I"):
            self.step(" ".join(statement.split()[:3]))

    def _wrap_commit(self, connection) -> None:
        dialect = connection.dialect
        if "do_commit" in dialect.__dict__:
            return
        commit = dialect.do_commit

        def committing(dbapi_connection):
            self.step("before a commit")
            commit(dbapi_connection)
            self.step("after a commit")

        dialect.do_commit = committing

    def _file(self, name: str, arguments: tuple) -> None:
        if name in ("os.rename", "os.remove"):
            self.step(f"{name} {Path(str(arguments[0])).name}")


def forked(work: Callable[[], Any]) -> tuple[int, str]:
    """The status with which it ended, negative for a signal, and what it wrote: its answer, or where it was killed."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(reading)
            os.dup2(writing, 1)
            os.write(1, json.dumps(work()).encode())
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as answers:
        told = answers.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), told


def chosen(steps: int, points: int) -> list[int]:
    """All of them, or so many, evenly: the first and the last say least."""
    if points <= 0 or steps <= points:
        return list(range(1, steps + 1))
    return [1 + int((number + 0.5) * steps / points) for number in range(points)]
