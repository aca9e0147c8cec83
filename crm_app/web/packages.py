"""ZIP files of our own: written under another name until they are whole, each part with its size and its digest."""

import hashlib
import os
import secrets
import stat
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from crm_app.extensions import utc_now

PIECE = 1 << 20


class Written(NamedTuple):
    """A part of a package by its name there, its size in bytes and its digest in hexadecimal digits."""

    name: str
    size: int
    sha256: str


@contextmanager
def written(path: Path) -> Iterator[zipfile.ZipFile]:
    """For its owner alone. Raises OSError where it cannot be written, and then nothing of it is left."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w") as package:
                yield package
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def add(
    package: zipfile.ZipFile, name: str, pieces: Iterable[bytes], kind: int = zipfile.ZIP_DEFLATED, level: int = 6
) -> Written:
    entry = zipfile.ZipInfo(name, utc_now().timetuple()[:6])
    entry.compress_type, entry.external_attr = kind, (stat.S_IFREG | 0o600) << 16
    # What `writestr` takes as an argument, `open` only finds here.
    entry._compresslevel = level  # type: ignore[attr-defined]
    digest, size = hashlib.sha256(), 0
    with package.open(entry, "w", force_zip64=True) as member:
        for piece in pieces:
            member.write(piece)
            digest.update(piece)
            size += len(piece)
    return Written(name, size, digest.hexdigest())
