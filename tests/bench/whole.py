"""What a whole installation costs: the bytes of a first and of a later visit, memory, and the time until it answers."""

import os
import re
import subprocess
import sys
import time

from tests.bench.server import Server, free_port, running

_ASSET = re.compile(rb'(?:href|src)="(/static/[^"#]+)')


def visits(server: Server, path: str, cookie: str) -> dict[str, float]:
    """With nothing at hand the page brings its assets along; later they are at hand, and never asked for again."""
    page = server.get(path, cookie)
    assets = sorted({found.decode() for found in _ASSET.findall(server.get(path, cookie, encodings="identity"))})
    whole = len(page) + sum(len(server.get(asset)) for asset in assets)
    return {
        "first visit": whole / 1000,
        "requests of a first visit": 1 + len(assets),
        "later visit": len(page) / 1000,
    }


def memory(server: Server) -> float:
    """Megabytes of the web server, which has been at work, and of an idle worker beside it."""
    worker = subprocess.Popen([sys.executable, "-m", "crm_app", "worker"], stdout=subprocess.DEVNULL)
    try:
        time.sleep(5)
        return server.pss() + Server(worker, 0).pss()
    finally:
        worker.terminate()
        worker.wait(60)


def cold_start() -> float:
    """Seconds from the command until `crm serve` answers, on the database as it stands."""
    port, begun = free_port(), time.perf_counter()
    os.environ["PORT"] = str(port)
    with running([sys.executable, "-m", "crm_app", "serve"], port):
        return time.perf_counter() - begun
