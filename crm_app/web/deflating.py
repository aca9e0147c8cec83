"""Deflating on up to four processors: blocks are packed side by side into one stream that any ZIP reader reads."""

import os
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

# Each starts without knowing what was before, which costs little in as much as this.
BLOCK = 1 << 20
_THREADS = min(os.cpu_count() or 1, 4)
_END = zlib.compressobj(wbits=-zlib.MAX_WBITS).flush()


class Deflater:
    """In the place of a `zlib.compressobj`. Threads are only started for more than one block."""

    def __init__(self, level: int):
        self._level, self._waiting = level, b""
        self._threads: ThreadPoolExecutor | None = None
        self._packing: deque[Future[bytes]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._threads:
            self._threads.shutdown(cancel_futures=True)

    def compress(self, block: bytes) -> bytes:
        """Packs the block before; gives what is packed already, in order, and waits where too much is not."""
        if self._waiting:
            self._threads = self._threads or ThreadPoolExecutor(_THREADS, "deflating")
            self._packing.append(self._threads.submit(_packed, self._waiting, self._level))
        self._waiting = block
        return self._ready(2 * _THREADS)

    def flush(self) -> bytes:
        return self._ready(0) + _packed(self._waiting, self._level) + _END

    def _ready(self, most_left: int) -> bytes:
        ready = []
        while self._packing and (len(self._packing) > most_left or self._packing[0].done()):
            ready.append(self._packing.popleft().result())
        return b"".join(ready)


def _packed(block: bytes, level: int) -> bytes:
    """Up to where a byte begins, so that another can follow."""
    packing = zlib.compressobj(level, wbits=-zlib.MAX_WBITS)
    return packing.compress(block) + packing.flush(zlib.Z_SYNC_FLUSH)
