"""The files that imports were read from, and what checking them kept: which go into an archive, and back in place."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app
from sqlalchemy import Connection, select

from crm_app.exchange.archive import ArchiveError
from crm_app.exchange.archive.manifest import Part, is_upload
from crm_app.exchange.archive.opening import Archive
from crm_app.exchange.models import Import
from crm_app.web import packages


def path_of(name: str) -> Path:
    if not is_upload(name):
        raise ValueError(f"{name!r} is no upload")
    return Path(current_app.config["INSTANCE_PATH"]) / name


def names(connection: Connection) -> Iterator[str]:
    """Of all imports that are known in this transaction, the newest first; files that have gone are left out."""
    known = select(Import.stored_name, Import.checked["name"].as_string()).order_by(Import.id.desc())
    for stored_name, checked in connection.execute(known):
        for name in (f"imports/{stored_name}", f"checked/{checked}.rows", f"checked/{checked}.refused"):
            if is_upload(f"uploads/{name}") and path_of(f"uploads/{name}").is_file():
                yield f"uploads/{name}"


@contextmanager
def in_place(archive: Archive) -> Iterator[None]:
    """Put all files where they belong; if what is done with them fails, they go again."""
    put: list[Path] = []
    try:
        for part in archive.manifest.uploads.values():
            path = path_of(part.name)
            if path.exists():
                _expect_same(path, part)
                continue
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            put.append(path)
            with packages.whole(path) as file:
                file.writelines(archive.pieces(part))
        yield
    except BaseException:
        for path in put:
            path.unlink(missing_ok=True)
        raise


def _expect_same(path: Path, part: Part) -> None:
    """Of an earlier life of this instance, perhaps; random names are never equal by chance."""
    if not packages.has_digest(path, part.sha256):
        raise ArchiveError(f"There is already a different {part.name} in the instance folder.")
