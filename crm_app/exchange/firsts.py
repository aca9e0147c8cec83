"""Which row of a file spoke of something first, for files of any length: twelve bytes for each thing, not hundreds."""

from array import array
from collections.abc import Hashable

_SMALLEST = 1 << 10


class Firsts:
    """A table of open addresses. Two things of one 64-bit hash would be taken for one: once in many million files."""

    def __init__(self) -> None:
        self._filled = 0
        self._make(_SMALLEST)

    def row(self, thing: Hashable, number: int) -> int:
        """The row that spoke of the thing first: `number` itself if none did before."""
        hashed = hash(thing) & 0xFFFF_FFFF_FFFF_FFFF or 1
        place = self._place(hashed)
        if self._hashes[place]:
            return self._rows[place]
        self._hashes[place], self._rows[place] = hashed, number
        self._filled += 1
        if self._filled * 3 > len(self._rows) * 2:
            self._grow()
        return number

    def _place(self, hashed: int) -> int:
        hashes, mask = self._hashes, len(self._hashes) - 1
        place = hashed & mask
        while hashes[place] not in (0, hashed):
            place = (place + 1) & mask
        return place

    def _make(self, size: int) -> None:
        self._hashes, self._rows = array("Q", bytes(8 * size)), array("I", bytes(4 * size))

    def _grow(self) -> None:
        hashes, rows = self._hashes, self._rows
        self._make(2 * len(rows))
        for hashed, number in zip(hashes, rows, strict=True):
            if hashed:
                place = self._place(hashed)
                self._hashes[place], self._rows[place] = hashed, number
