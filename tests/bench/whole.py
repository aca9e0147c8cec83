"""What a whole installation costs: the bytes of a first and of a later visit, memory, and the time until it answers."""

import os
import re
import sys
import time
from collections.abc import Iterable
from statistics import median

from tests.bench.server import Server, free_port, running

_TIMES, _READINGS = 12, 15
_ASSET = re.compile(rb'(?:href|src)="(/static/[^"#]+)')


def visits(server: Server, cookie: str, paths: Iterable[str]) -> dict[str, float]:
    """With nothing at hand the page brings its assets along; later they are at hand, and never asked for again.

    Of each figure the greatest, whichever page it is of.
    """
    lengths: dict[str, int] = {}
    seen = [_visit(server, cookie, path, lengths) for path in paths]
    return {name: max(each[name] for each in seen) for name in seen[0]}


def _visit(server: Server, cookie: str, path: str, lengths: dict[str, int]) -> dict[str, float]:
    page = server.get(path, cookie)
    assets = {found.decode() for found in _ASSET.findall(server.get(path, cookie, encodings="identity"))}
    for asset in assets - lengths.keys():
        lengths[asset] = len(server.get(asset))
    return {
        "first visit": (len(page) + sum(lengths[asset] for asset in assets)) / 1000,
        "requests of a first visit": 1 + len(assets),
        "later visit": len(page) / 1000,
    }


def cold_start_and_memory(cookie: str, paths: Iterable[str]) -> dict[str, float]:
    """Seconds from the command until `crm serve` answers, on the database as it stands; then the megabytes of all of

    it, two web processes and a worker, after each page was asked for so often that both have made it: as they are most
    of the time, for what does the work of a minute is there for seconds.
    """
    port, begun = free_port(), time.perf_counter()
    os.environ["PORT"] = str(port)
    with running([sys.executable, "-m", "crm_app", "serve"], port) as process:
        took, server = time.perf_counter() - begun, Server(process, port)
        for path in [*paths] * _TIMES:
            server.get(path, cookie)
        seen = []
        for _reading in range(_READINGS):
            seen.append(server.pss())
            time.sleep(0.5)
        return {"cold start": took, "memory of web and worker (PSS)": median(seen)}
