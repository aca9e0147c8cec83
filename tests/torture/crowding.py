"""Four people who write and four who read, all the time: nobody is turned away, and nobody waits long."""

import threading
import time
from collections import Counter
from typing import NamedTuple

from tests.torture.crashing import WRITERS, Victim, torn

READERS = 4
_READ = ("/contacts/companies", "/", "/search/?q=firm", "/contacts/companies?q=firm")


class Crowd(NamedTuple):
    """`answers` by status; `waits` are the seconds of each write, in order of length."""

    answers: Counter[int]
    waits: list[float]
    torn: list[str]

    @property
    def p99(self) -> float:
        return self.waits[int(len(self.waits) * 0.99)] if self.waits else 0.0

    @property
    def refused(self) -> int:
        return sum(number for status, number in self.answers.items() if status not in (200, 303))


def crowd_of(one: Victim, seconds: float) -> Crowd:
    ends = time.monotonic() + seconds
    answers: Counter[int] = Counter()
    waits: list[float] = []
    lock = threading.Lock()

    def write(writer: int) -> None:
        number = 0
        while time.monotonic() < ends:
            number += 1
            began = time.monotonic()
            fields = {"csrf_token": one.token, "name": f"Firm {writer} {number} {began}", "revenue_currency": "EUR"}
            status, _page = one.ask("POST", "/contacts/companies/new", **fields)
            with lock:
                answers[status] += 1
                waits.append(time.monotonic() - began)

    def read(reader: int) -> None:
        number = reader
        while time.monotonic() < ends:
            number += 1
            status, _page = one.ask("GET", _READ[number % len(_READ)])
            with lock:
                answers[status] += 1

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    threads += [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Crowd(answers, sorted(waits), torn(one))
