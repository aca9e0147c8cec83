"""Writing an archive: all tables as they stand at one instant, a few rows at a time, and the files of imports."""

import os
import zipfile
import zlib
from collections.abc import Iterator
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Table, select

from crm_app.accounts.models import Organisation
from crm_app.exchange.archive import ArchiveError, contents, manifest, uploads, values
from crm_app.exchange.archive.manifest import Manifest, Part
from crm_app.exchange.archive.opening import MOST_ENTRIES, MOST_TIMES
from crm_app.extensions import one_instant, utc_now
from crm_app.web import packages

# What an import wrote stands in rows of some hundred kilobytes.
_ROWS = 100
# Room for the manifest and for more tables than there will be.
_MOST_UPLOADS = MOST_ENTRIES - 500


def write(path: Path, *, has_passwords: bool) -> Manifest:
    """Raises OSError where it cannot be written, and then nothing of it is left."""
    with packages.written(path) as package, one_instant() as connection:
        return _packed(package, connection, has_passwords=has_passwords)


def _packed(package: zipfile.ZipFile, connection: Connection, *, has_passwords: bool) -> Manifest:
    made_at = utc_now()
    organisation = connection.scalar(select(Organisation.name))
    if organisation is None:
        raise ArchiveError("Peyvand has not been set up yet: there is nothing to export.")
    tables = {
        table.name: _table(package, connection, table, has_passwords=has_passwords) for table in contents.tables()
    }
    left_out = dict(contents.left_out(has_passwords=has_passwords))
    names = uploads.names(connection)
    files = {name: part for name in islice(names, _MOST_UPLOADS) if (part := _upload(package, name))}
    if more := sum(1 for _name in names):
        left_out["uploads"] = f"{more} files of the oldest imports, more than an archive may hold"
    about = Manifest(
        version("peyvand"), contents.revision(connection), organisation, made_at, has_passwords, tables, files, left_out
    )
    packages.add(package, manifest.NAME, [manifest.written(about)])
    return about


def _table(package: zipfile.ZipFile, connection: Connection, table: Table, *, has_passwords: bool) -> Part:
    columns = contents.columns(table, has_passwords=has_passwords)
    ordered = select(*columns).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS)
    rows = 0

    def lines() -> Iterator[bytes]:
        nonlocal rows
        for row in connection.execute(ordered):
            line = values.line_of(list(row))
            if not values.is_bearable(line):
                raise ArchiveError(f"A row of {table.name} is longer than an archive may hold.")
            rows += 1
            yield line

    part = packages.add(package, manifest.table_file(table.name), lines())
    return Part(*part, rows=rows, columns=tuple(column.name for column in columns))


def _upload(package: zipfile.ZipFile, name: str) -> Part | None:
    """None if somebody has taken the file away since its row was read."""
    try:
        file = uploads.path_of(name).open("rb")
    except FileNotFoundError:
        return None
    with file:
        # One that shrinks to almost nothing would make the whole archive look as if it were made to do harm.
        kind = zipfile.ZIP_STORED if _shrinks_to_nothing(file) else zipfile.ZIP_DEFLATED
        file.seek(0)
        return Part(*packages.add(package, name, _pieces(file), kind))


def _shrinks_to_nothing(file: BinaryIO) -> bool:
    """Read no further than until that can no longer be, whatever follows."""
    enough, packed, packer = os.fstat(file.fileno()).st_size * 2 // MOST_TIMES, 0, zlib.compressobj()
    for piece in _pieces(file):
        packed += len(packer.compress(piece))
        if packed > enough:
            return False
    return packed + len(packer.flush()) <= enough


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(packages.PIECE), b"")
