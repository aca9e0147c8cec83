"""A backup opened for reading: whole, unchanged, and of an instance whose key is known."""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

from crm_app.backups import BackupError, manifest
from crm_app.backups.manifest import Manifest
from crm_app.web import packages

# A part that is not there is asked for by its name.
_DAMAGED = (*packages.DAMAGED, KeyError)
_MOST_ABOUT = 64 << 20


class Backup:
    """The parts of a backup, read piece by piece."""

    def __init__(self, package: zipfile.ZipFile):
        self._package = package
        content = self._read(manifest.NAME)
        self.manifest: Manifest = manifest.read(content)
        if not manifest.signer(self.key).verify_signature(content, self._read(manifest.SIGNATURE)):
            raise BackupError(
                "The backup was changed, or made with another SECRET_KEY than the one that is set here; it is read "
                "with the key that it was made with."
            )

    @property
    def key(self) -> str:
        """The key in it, or else the one that is set here."""
        is_inside = any(part.name == manifest.KEY for part in self.manifest.parts)
        return (
            self._read(manifest.KEY).decode("ascii", "replace").strip()
            if is_inside
            else current_app.config["SECRET_KEY"]
        )

    def pieces(self, name: str) -> Iterator[bytes]:
        with _reading(name), self._package.open(name) as member:
            while piece := member.read(packages.PIECE):
                yield piece

    def verify(self, within: Callable[[Iterable[bytes]], Iterable[bytes]] = iter) -> None:
        """Read all of it once: each part has the size and the digest that the manifest tells.

        Whoever gives `within` sees all pieces, and may leave off.
        """
        for part in self.manifest.parts:
            if not packages.is_unchanged(part, within(self.pieces(part.name))):
                raise BackupError(f"{part.name} is not what the manifest says it is: the backup was changed.")

    def _read(self, name: str) -> bytes:
        with _reading(name):
            if self._package.getinfo(name).file_size > _MOST_ABOUT:
                raise BackupError(f"{name} is longer than that of any backup.")
            return self._package.read(name)


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """Raises BackupError for what is no backup, or was changed; OSError where there is no such file."""
    with path.open("rb") as file:
        with _reading(path.name):
            package = zipfile.ZipFile(file)
        yield Backup(package)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise BackupError(f"{name} cannot be read: this is no backup of Peyvand, or it is damaged.") from error
