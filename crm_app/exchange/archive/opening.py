"""An archive that may come from anybody: opened only if it is what its manifest says, and nothing more."""

import io
import json
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crm_app.exchange.archive import ArchiveError, manifest, values
from crm_app.exchange.archive.manifest import Manifest, Part
from crm_app.web import packages

MOST_ENTRIES = 8_000
# Tables shrink to a tenth or a twentieth; what shrinks to far less is made to do harm.
MOST_TIMES = 200
_SMALL = 16 << 20
_MOST_AT_ONCE = 4 << 20
_PIECE = 1 << 16
_ROWS = 1_000
_BATCH = 1 << 20
_ENCRYPTED = 0x1
_DAMAGED = (*packages.DAMAGED, OSError)


class Archive:
    """The parts of an archive, read piece by piece."""

    def __init__(self, package: zipfile.ZipFile, about: Manifest):
        self._package, self.manifest = package, about

    def verify(self) -> None:
        """Read all of it once: each part has the size and the hash that the manifest tells."""
        for part in self.manifest.parts:
            if not packages.is_unchanged(part, self.pieces(part)):
                raise ArchiveError(f"{part.name} does not match the manifest: the archive was altered.")

    def pieces(self, part: Part) -> Iterator[bytes]:
        with _reading(part.name), self._package.open(part.name) as member:
            while piece := member.read(_PIECE):
                yield piece

    def batches(self, part: Part) -> Iterator[list[list[Any]]]:
        """The rows of a table as plain values, as many as the manifest tells, and never too much of them at once."""
        number = size = 0
        batch: list[list[Any]] = []
        with _reading(part.name), self._package.open(part.name) as member, io.BufferedReader(member, _PIECE) as lines:
            while line := lines.readline(values.LONGEST_LINE + 1):
                number, size = number + 1, size + len(line)
                row = _row(line)
                if row is None or len(row) != len(part.columns):
                    raise ArchiveError(f"{part.name}: line {number:,} is not a row of its table.")
                batch.append(row)
                if len(batch) == _ROWS or size > _BATCH:
                    yield batch
                    batch, size = [], 0
        if number != part.rows:
            raise ArchiveError(f"{part.name} has {number:,} rows, not {part.rows:,} as its manifest says.")
        if batch:
            yield batch


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Raises ArchiveError for what is no archive or could do harm; that is known before a part is unpacked."""
    with _reading(path.name):
        file = _Bounded(path)
    with file:
        with _reading(path.name):
            package = zipfile.ZipFile(file)
        _expect_harmless(package, file.size)
        with _reading(manifest.NAME):
            about = manifest.read(package.read(manifest.NAME))
        _expect_complete(package, about)
        yield Archive(package, about)


class _Bounded(io.FileIO):
    """Never reads much at once: the list of contents, which is read as a whole, cannot fill the memory."""

    def __init__(self, path: Path):
        super().__init__(path)
        self.size = path.stat().st_size

    def read(self, size: int | None = -1) -> bytes:
        rest = self.size - self.tell()
        if (rest if size is None or size < 0 else min(size, rest)) > _MOST_AT_ONCE:
            raise ArchiveError("The archive contains too many files.")
        return super().read(size)


def _expect_harmless(package: zipfile.ZipFile, packed: int) -> None:
    entries = package.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise ArchiveError("The archive contains too many files.")
    # Files that share their packed bytes unpack to more than there is.
    if sum(entry.compress_size for entry in entries) > packed:
        raise ArchiveError("The archive is damaged: its files overlap.")
    if unpacked > _SMALL and unpacked > packed * MOST_TIMES:
        raise ArchiveError(f"The archive unpacks to {unpacked >> 20:,} MB, far more than one of its size should.")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise ArchiveError("The archive contains several files with the same name.")
    if manifest.NAME not in names or package.getinfo(manifest.NAME).file_size > _MOST_AT_ONCE:
        raise ArchiveError("This is not a Peyvand archive, or its manifest is damaged.")
    for entry in entries:
        _expect_plain(entry)


def _expect_plain(entry: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    is_plain = kind in (0, stat.S_IFREG) and not entry.is_dir() and not entry.flag_bits & _ENCRYPTED
    if not is_plain or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError(f"The archive holds {_shown(entry.filename)}, which is not a regular file.")


def _expect_complete(package: zipfile.ZipFile, about: Manifest) -> None:
    """Not a file more than the manifest names, none less, under the only names that archives have."""
    sizes = {entry.filename: entry.file_size for entry in package.infolist() if entry.filename != manifest.NAME}
    named = {part.name: part for part in about.parts}
    are_named = all(part.name == manifest.table_file(table) for table, part in about.tables.items()) and all(
        part.name == name and manifest.is_upload(name) for name, part in about.uploads.items()
    )
    strange = next((name for name in sizes if name not in named), None)
    missing = next((name for name in named if name not in sizes), None)
    if strange is not None or not are_named:
        raise ArchiveError(f"The archive holds {_shown(strange or 'files')} that does not belong in a Peyvand archive.")
    if missing is not None:
        raise ArchiveError(f"The archive is missing {_shown(missing)}, which is listed in its manifest.")
    if lying := next((name for name, size in sizes.items() if size != named[name].size), None):
        raise ArchiveError(f"{lying} does not have the size in the manifest: the archive was altered.")


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise ArchiveError(
            f"{_shown(name)} cannot be read: it is not a ZIP file, or it is damaged or cut off."
        ) from error


def _row(line: bytes) -> list[Any] | None:
    if not values.is_bearable(line):
        return None
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, list) else None


def _shown(name: str) -> str:
    return repr(name[:80])
