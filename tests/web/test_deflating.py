"""What is deflated in blocks side by side is one stream for whoever reads it."""

import io
import os
import random
import threading
import zipfile
import zlib

import pytest

from crm_app.web import packages
from crm_app.web.deflating import BLOCK, Deflater


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 7 * BLOCK + 3])
def test_any_zip_reads_what_was_packed_in_blocks(size):
    content = b"".join(random.Random(size).choices([b"Person ", b"Number ", b"\x00", b"\xff"], k=size // 4 + 1))[:size]
    file = io.BytesIO()

    with zipfile.ZipFile(file, "w") as package:
        pieces = (content[start : start + 1000] for start in range(0, size, 1000))
        written = packages.add(package, "rows", pieces, level=1)
        packages.add(package, "stored", [content], zipfile.ZIP_STORED)

    with zipfile.ZipFile(file) as package:
        assert package.testzip() is None
        assert package.read("rows") == package.read("stored") == content
        assert packages.is_unchanged(written, [content])
    assert zlib.decompress(_packed(content), -zlib.MAX_WBITS) == content


def test_rows_are_packed_together_however_short_they_are():
    rows = [f"Person Number {number}\n".encode() for number in range(10_000)]
    file = io.BytesIO()

    with zipfile.ZipFile(file, "w") as package:
        packages.add(package, "rows", rows)

    with zipfile.ZipFile(file) as package:
        (entry,) = package.infolist()
    assert entry.compress_size < len(zlib.compress(b"".join(rows))) * 1.01


def test_a_disk_that_is_full_ends_it_and_its_threads():
    class Full(io.BytesIO):
        def write(self, piece):
            if self.tell() > BLOCK:
                raise OSError(28, "No space left on device")
            return super().write(piece)

    with pytest.raises(OSError, match="No space left"), zipfile.ZipFile(Full(), "w") as package:
        packages.add(package, "rows", (os.urandom(BLOCK) for _ in range(9)))

    assert not [thread for thread in _threads() if thread.startswith("deflating")]


def _packed(content):
    with Deflater(6) as deflater:
        blocks = [content[start : start + BLOCK] for start in range(0, len(content), BLOCK)]
        return b"".join(map(deflater.compress, blocks)) + deflater.flush()


def _threads():
    return [thread.name for thread in threading.enumerate()]
