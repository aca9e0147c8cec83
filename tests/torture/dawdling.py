"""Hundreds who ask slowly, send slowly or read slowly, and whether anybody else notices."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from tests.torture.crashing import Victim

_PAGE = "/contacts/companies"


class Felt(NamedTuple):
    """How others were answered: the seconds that 95 of 100 took at most, how many asked, and how many got no page."""

    p95: float
    asked: int
    refused: int


@contextmanager
def slow_ones(one: Victim, number: int) -> Iterator[list[socket.socket]]:
    """A third of each kind: headers that never end, a form that never ends, a page that nobody takes."""
    ways = (_asks_slowly, _sends_slowly, _reads_slowly)
    ends = [ways[each % 3](one, each) for each in range(number)]
    over = threading.Event()
    thread = threading.Thread(target=_drip, args=(ends, over))
    thread.start()
    # Requests are answered in the order of coming: by now the pages that nobody takes are made.
    one.ask("GET", _PAGE)
    try:
        yield ends
    finally:
        over.set()
        thread.join()
        for end in ends:
            end.close()


def still_there(ends: list[socket.socket]) -> int:
    """How many of those who send are still listened to."""
    found = 0
    for number, end in enumerate(ends):
        with suppress(OSError):
            found += number % 3 != 2 and end.send(b"a")
    return found


def felt_by_others(one: Victim, seconds: float) -> Felt:
    """As four people feel it, who read and write in turn."""
    ends, waits, refused = time.monotonic() + seconds, [], []

    def ask(person: int) -> None:
        number = 0
        while time.monotonic() < ends:
            number += 1
            began = time.monotonic()
            fields = {"csrf_token": one.token, "name": f"Firm {person} {number} {began}", "revenue_currency": "EUR"}
            asked = ("GET", _PAGE) if number % 2 else ("POST", "/contacts/companies/new")
            try:
                status, _page = one.ask(*asked, **({} if number % 2 else fields))
            except OSError:
                status = 0
            waits.append(time.monotonic() - began)
            if status not in (200, 303):
                refused.append(status)
            time.sleep(0.05)

    threads = [threading.Thread(target=ask, args=(person,)) for person in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waits.sort()
    return Felt(waits[len(waits) * 95 // 100], len(waits), len(refused))


def _asks_slowly(one: Victim, _number: int) -> socket.socket:
    return _connected(one, f"GET {_PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")


def _sends_slowly(one: Victim, number: int) -> socket.socket:
    """Half of them as somebody whom nobody knows."""
    path, cookie = ("/accounts/sign-in", "") if number % 2 else ("/contacts/companies/new", f"Cookie: {one.cookie}\r\n")
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n"
    return _connected(one, f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}{form}\r\nname=")


def _reads_slowly(one: Victim, _number: int) -> socket.socket:
    asked = f"GET {_PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {one.cookie}\r\n\r\n"
    return _connected(one, asked, window=2048)


def _connected(one: Victim, said: str, window: int = 0) -> socket.socket:
    end = socket.socket()
    if window:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    end.settimeout(10)
    end.connect(("127.0.0.1", one.port))
    end.sendall(said.encode())
    return end


def _drip(ends: list[socket.socket], over: threading.Event) -> None:
    """A letter a second of each that says something, a letter a second read by each that listens."""
    while not over.wait(1):
        for number, end in enumerate(ends):
            end.setblocking(False)
            with suppress(OSError):
                end.recv(1) if number % 3 == 2 else end.send(b"a")
