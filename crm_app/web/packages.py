"""ZIP files of our own: written under another name until they are whole, each part with its size and its digest."""

import hashlib
import os
import secrets
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from crm_app.extensions import utc_now
from crm_app.web.deflating import BLOCK, Deflater

PIECE = 1 << 20
# What reading a package raises that is none, or is damaged.
DAMAGED = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, RuntimeError)


class Written(NamedTuple):
    """A part of a package by its name there, its size in bytes and its digest in hexadecimal digits."""

    name: str
    size: int
    sha256: str


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file for its owner alone, under another name until it is whole and on the disk; gone if anything fails."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(draft, "x+b", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def written(
    path: Path, through: Callable[[BinaryIO], AbstractContextManager[Any]] = nullcontext
) -> Iterator[zipfile.ZipFile]:
    """Through what changes all that is written. Raises OSError where it cannot be, and then nothing of it is left."""
    with whole(path) as file, through(file) as changed, zipfile.ZipFile(changed, "w") as package:
        yield package


def is_unchanged(part: Any, pieces: Iterable[bytes]) -> bool:
    """Whether the pieces have the size and the digest of what was written; read to the end."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return (size, digest.hexdigest()) == (part.size, part.sha256)


def has_digest(path: Path, sha256: str) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def add(
    package: zipfile.ZipFile, name: str, pieces: Iterable[bytes], kind: int = zipfile.ZIP_DEFLATED, level: int = 6
) -> Written:
    entry = zipfile.ZipInfo(name, utc_now().timetuple()[:6])
    entry.compress_type, entry.external_attr = kind, (stat.S_IFREG | 0o600) << 16
    digest, size = hashlib.sha256(), 0
    with Deflater(level) as deflater, package.open(entry, "w", force_zip64=True) as member:
        if kind == zipfile.ZIP_DEFLATED:
            member._compressor = deflater  # type: ignore[attr-defined]
        for block in in_blocks(pieces):
            member.write(block)
            digest.update(block)
            size += len(block)
    return Written(name, size, digest.hexdigest())


def in_blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Rows and lines are short, and each one would be packed, counted and digested, or sent, by itself."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= BLOCK:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)
