"""A backup opened for reading: whole, unchanged, and of an instance whose key is known."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from flask import current_app

from crm_app.backups import BackupError, WrongPassphraseError, kept, manifest
from crm_app.backups.manifest import Manifest
from crm_app.web import packages
from crm_app.web.texts import gettext as _

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
                _(
                    "The backup was altered, or was created with a different SECRET_KEY. Use the key it was "
                    "created with."
                )
            )
        self._expect_nothing_besides()

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
                raise _changed(part.name)

    def _expect_nothing_besides(self) -> None:
        """Each part once, as long as it says, and none sharing bytes with another to unpack to more than there is."""
        sizes = {part.name: part.size for part in self.manifest.parts}
        entries = self._package.infolist()
        names = [entry.filename for entry in entries]
        expected = {*sizes, manifest.NAME, manifest.SIGNATURE}
        if (missing := sorted(expected - set(names))) or len(names) != len(expected):
            raise BackupError(
                _("%(name)s is missing from the backup.", name=missing[0])
                if missing
                else _("The backup contains files that its manifest does not list.")
            )
        longer = [entry.filename for entry in entries if sizes.get(entry.filename, entry.file_size) != entry.file_size]
        if longer:
            raise _changed(longer[0])
        if sum(entry.compress_size for entry in entries) > self._package.start_dir:
            raise BackupError(_("Parts of the backup overlap, so Peyvand did not create this file."))

    def _read(self, name: str) -> bytes:
        with _reading(name):
            if self._package.getinfo(name).file_size > _MOST_ABOUT:
                raise BackupError(_("%(name)s is larger than in any valid backup.", name=name))
            return self._package.read(name)


def _changed(name: str) -> BackupError:
    return BackupError(_("%(name)s does not match the manifest: the backup was altered.", name=name))


@contextmanager
def opened(path: Path, passphrase: str | None = None) -> Iterator[Backup]:
    """By the passphrase that is set here, unless one is given, if it is locked.

    Raises BackupError for what is no backup, or was changed; OSError where there is no such file.
    """
    with path.open("rb") as file, read(file, path.name, passphrase) as backup:
        yield backup


@contextmanager
def read(file: BinaryIO, name: str, passphrase: str | None = None) -> Iterator[Backup]:
    """The same of an open file."""
    with _reading(name):
        package = zipfile.ZipFile(_unlocked(file, passphrase))
    yield Backup(package)


def _unlocked(file: BinaryIO, passphrase: str | None) -> BinaryIO:
    from crm_app.backups import age

    if not age.is_locked(file):
        return file
    passphrase = kept.passphrase() if passphrase is None else passphrase
    if not passphrase:
        raise WrongPassphraseError(_("The backup is encrypted. Enter its passphrase to open it."))
    return cast(BinaryIO, io.BufferedReader(age.Reader(file, passphrase)))


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise BackupError(_("%(name)s cannot be read: it is damaged, or not a Peyvand backup.", name=name)) from error
