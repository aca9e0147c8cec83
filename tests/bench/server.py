"""Servers as they run in earnest, and what they spend: CPU of all their processes, out of /proc."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROCESSES = 2
_WARMING, _ROUNDS, _REQUESTS = 40, 5, 40


class Server:
    def __init__(self, process: subprocess.Popen[bytes], port: int):
        self._process, self._port = process, port

    def cost(self, path: str, cookie: str = "") -> tuple[float, bytes]:
        """CPU milliseconds of one request, of the quietest round, and the answer as it went over the wire."""
        headers = {"Cookie": cookie, "Accept-Encoding": "gzip, deflate, br, zstd"}
        # Each connection is served by one of the processes; all of them are warmed.
        for _ in range(_WARMING):
            body = self._asked(self._connection(), path, headers)
        rounds = []
        for _ in range(_ROUNDS):
            connection, before = self._connection(), self._spent()
            for _ in range(_REQUESTS):
                self._asked(connection, path, headers)
            rounds.append((self._spent() - before) / 1e6 / _REQUESTS)
        return min(rounds), body

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)

    def _asked(self, connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> bytes:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status in (200, 204), f"{path}: {answer.status}"
        return body

    def _spent(self) -> int:
        """Nanoseconds of all threads of all its processes."""
        return sum(
            int(task.read_text().split()[0])
            for pid in descendants(self._process.pid)
            for task in Path(f"/proc/{pid}/task").glob("*/schedstat")
        )


@contextmanager
def serving(target: str, **environment: str) -> Iterator[Server]:
    """A WSGI application on granian, as `crm web` runs Peyvand: two processes of three threads."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(_PROCESSES), "--blocking-threads", "3", "--no-ws", "--log-level", "error", target,
    ]  # fmt: skip
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        server = Server(process, port)
        _wait_for(port)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server does not answer")


def descendants(pid: int) -> list[int]:
    found = [pid]
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        for number in child.read_text().split():
            found += descendants(int(number))
    return found
