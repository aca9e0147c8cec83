"""PostgreSQL that goes away for a while under four writers, and comes back: nobody starts anything anew."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from tests.torture.crashing import WRITERS, Victim, column

# It gives the database two seconds.
_HEALTH_WITHIN = 5.0


class Absence(NamedTuple):
    """`answers` while it was away, by status; `longest` took one of them, `healed` it took until all were served again.

    `health` is what `/healthz` said meanwhile, and `health_longest` what that took. `in_doubt` are those that were
    refused and stand all the same: their commit was on its way.
    """

    answers: Counter[int]
    longest: float
    healed: float
    health: Counter[int]
    health_longest: float
    in_doubt: int
    faults: list[str]


def absence(one: Victim, leave: Callable[[], None], come_back: Callable[[], None], seconds: float) -> Absence:
    asked: list[tuple[str, int, float, float]] = []
    over, web = threading.Event(), one.web_pids()
    threads = [threading.Thread(target=_write, args=(one, f"{seconds} {n}", asked, over)) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    left = time.monotonic()
    leave()
    health = _health(one, left + seconds)
    back = time.monotonic()
    come_back()
    healed = _until_all_are_served(asked, back)
    over.set()
    for thread in threads:
        thread.join()
    meanwhile = [(status, took) for _name, status, took, at in asked if left < at - took < back]
    faults, in_doubt = _faults(one, asked)
    if one.web_pids() != web:
        faults.append("a web process was started anew")
    if not _worker_tells(one):
        faults.append("the worker says no more that it lives")
    if {status for status, _took in health} != {503}:
        faults.append("/healthz did not say all the time that the database is away")
    if (slowest := max(took for _status, took in health)) > _HEALTH_WITHIN:
        faults.append(f"/healthz took {slowest:.1f} s")
    longest = max((took for _status, took in meanwhile), default=0.0)
    answers, said = (Counter(status for status, _took in found) for found in (meanwhile, health))
    return Absence(answers, longest, healed, said, slowest, in_doubt, faults)


def _health(one: Victim, until: float) -> list[tuple[int, float]]:
    """What a watcher hears every second."""
    heard = []
    while time.monotonic() < until:
        began = time.monotonic()
        heard.append((one.ask("GET", "/healthz")[0], time.monotonic() - began))
        time.sleep(1)
    return heard


def _write(one: Victim, prefix: str, asked: list[tuple[str, int, float, float]], over: threading.Event) -> None:
    number = 0
    while not over.is_set():
        number += 1
        began = time.monotonic()
        name = f"Away {prefix} {number} {began}"
        fields = {"csrf_token": one.token, "name": name, "revenue_currency": "EUR"}
        status, _page = one.ask("POST", "/contacts/companies/new", **fields)
        asked.append((name, status, time.monotonic() - began, time.monotonic()))
        time.sleep(0.1)


def _until_all_are_served(asked: list[tuple[str, int, float, float]], back: float) -> float:
    """The seconds after which the last refusal was given, once as many were served as there are writers."""
    while time.monotonic() < back + 60:
        time.sleep(0.2)
        later = [(status, at) for _name, status, _took, at in list(asked) if at > back]
        refused = [at for status, at in later if status != 303]
        since = max(refused, default=back)
        if sum(status == 303 and at > since for status, at in later) >= 2 * WRITERS:
            return since - back
    return 60.0


def _faults(one: Victim, asked: list[tuple[str, int, float, float]]) -> tuple[list[str], int]:
    kept = Counter(column(one, "SELECT name FROM companies"))
    faults = [f"lost: {name}" for name, status, *_rest in asked if status == 303 and not kept[name]]
    faults += [f"twice: {name}" for name, times in kept.items() if times > 1]
    faults += [f"answered {status}: {name}" for name, status, *_rest in asked if status not in (303, 503)]
    return faults, sum(kept[name] for name, status, *_rest in asked if status == 503)


def _worker_tells(one: Victim) -> bool:
    told, until = column(one, "SELECT max(seen_at) FROM workers")[0], time.monotonic() + 60
    while time.monotonic() < until:
        time.sleep(1)
        if column(one, "SELECT max(seen_at) FROM workers")[0] > told:
            return True
    return False
