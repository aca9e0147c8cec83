"""Archives and backups that were made to do harm, belong elsewhere, or were changed."""

import io
import json
import os
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from flask import Flask

from crm_app import create_app
from crm_app.backups import manifest
from crm_app.cli import main
from crm_app.extensions import db
from crm_app.migrating import upgrade
from tests import databases
from tests.conftest import empty_database
from tests.exchange.archive import living
from tests.security import world
from tests.security.attacks.scene import Scene

_UPLOAD = "uploads/imports/" + "e" * 32
_NAMES = ("../evil", "/tmp/peyvand-evil", "uploads/../../evil", "uploads\\..\\evil", "uploads/imports/../../evil")
_MANY, _MEGABYTES = 10_000, 64


def harmful_archives(scene: Scene) -> list[str]:
    """T24: an archive with other paths, links, ten thousand files, or a bomb is refused before anything is written."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.zip"
        pristine = living.exported(path).read_bytes()
        living.emptied()
        before, files = scene.fingerprint(), _files(scene)
        for name, change in _HARMFUL.items():
            path.write_bytes(pristine)
            change(path)
            db.session.commit()
            result = scene.app.test_cli_runner().invoke(main, ["import", "archive", str(path)])
            db.session.expire_all()
            found += [f"{name}: {result.output[-200:]!r}"] * (result.exit_code != 1 or bool(_traces(result)))
            if scene.fingerprint() != before or _files(scene) != files or list(Path(folder).iterdir()) != [path]:
                found.append(f"{name}: something was written")
                empty_database()
    return found


def _traces(result) -> list[str]:
    """What a command that broke leaves behind; one that refused says so and ends."""
    return re.findall("Traceback", result.output) + ([] if isinstance(result.exception, SystemExit) else ["broke"])


def _files(scene: Scene) -> list[Path]:
    instance = Path(scene.app.config["INSTANCE_PATH"])
    # Backups and databases come and go by themselves; what is unpacked would lie in uploads, or outside.
    inside = [path for path in (instance / "uploads").rglob("*") if path.is_file()]
    return sorted([*inside, *(one for one in (instance / "evil", instance.parent / "evil") if one.exists())])


def _named_elsewhere(path: Path) -> None:
    """Named in the manifest as well, which is what a packer of harm would do."""
    with living.rewritten(path) as (about, files):
        for name in _NAMES:
            files[name] = b"evil"
            about["uploads"][name] = {"name": name, "size": 4, "sha256": sha256(b"evil").hexdigest()}


def _a_link(path: Path) -> None:
    with living.rewritten(path) as (about, _files):
        target = b"/etc/passwd"
        about["uploads"][_UPLOAD] = {"name": _UPLOAD, "size": len(target), "sha256": sha256(target).hexdigest()}
    with zipfile.ZipFile(path, "a") as package:
        entry = zipfile.ZipInfo(_UPLOAD)
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        package.writestr(entry, target)


def _many_files(path: Path) -> None:
    with living.rewritten(path) as (about, files):
        for number in range(_MANY):
            name = f"uploads/imports/{number:032x}"
            files[name] = b""
            about["uploads"][name] = {"name": name, "size": 0, "sha256": sha256(b"").hexdigest()}


def _a_bomb(path: Path) -> None:
    content = bytes(_MEGABYTES << 20)
    with living.rewritten(path) as (about, files):
        files[_UPLOAD] = content
        about["uploads"][_UPLOAD] = {"name": _UPLOAD, "size": len(content), "sha256": sha256(content).hexdigest()}


_HARMFUL: dict[str, Callable[[Path], None]] = {
    "names that lead elsewhere": _named_elsewhere,
    "a link": _a_link,
    "ten thousand files": _many_files,
    "a bomb": _a_bomb,
}


def other_backups(scene: Scene) -> list[str]:
    """T70: a backup of another instance, or one that was edited, is put back by no command; one of ours is."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.zip"
        db.session.commit()
        made = scene.app.test_cli_runner().invoke(main, ["backup", str(path)])
        assert made.exit_code == 0, made.output
        ours = path.read_bytes()
        with _elsewhere(scene, Path(folder) / "there") as there:
            for name, change in _EDITED.items():
                path.write_bytes(ours)
                change(path)
                if wrong := _put_back(there, path):
                    # It is in use now, and refuses whatever comes.
                    return [f"{name}: {one}" for one in wrong]
            path.write_bytes(ours)
            found += ["one of ours is refused"] * (not _put_back(there, path))
    return found


def _put_back(there: Flask, path: Path) -> list[str]:
    """What came of it in an installation where nothing is yet: nothing where it was refused."""
    before = world.fingerprint(there)
    result = there.test_cli_runner().invoke(main, ["restore", str(path)])
    db.session.expire_all()
    found = [f"ended with {result.exit_code}: {result.output[-100:]!r}"] * (result.exit_code != 1)
    found += ["it broke"] * (result.exit_code == 1 and bool(_traces(result)))
    return found + ["something was written"] * (world.fingerprint(there) != before)


@contextmanager
def _elsewhere(scene: Scene, folder: Path) -> Iterator[Flask]:
    """With the key of the scene: that a backup of another key is refused must not be all that refuses."""
    folder.mkdir()
    is_sqlite, worker = db.engine.dialect.name == "sqlite", os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    url = f"sqlite:///{folder}/peyvand.db" if is_sqlite else databases.fresh_postgres(f"peyvand_put_back_{worker}")
    key = scene.app.config["SECRET_KEY"]
    there = create_app(TESTING=True, INSTANCE_PATH=str(folder), SQLALCHEMY_DATABASE_URI=url, SECRET_KEY=key)
    try:
        with there.app_context():
            upgrade()
            yield there
            db.session.remove()
            db.engine.dispose()
    finally:
        shutil.rmtree(folder)


def _edited_rows(path: Path) -> None:
    _rewritten(path, lambda name, content: content.replace(b"Alpha Optics", b"Alpha Opticz"))


def _edited_manifest(path: Path) -> None:
    _rewritten(path, _of_another_organisation)


def _of_another_organisation(name: str, content: bytes) -> bytes:
    if name != manifest.NAME:
        return content
    return json.dumps(json.loads(content) | {"organisation": "Another user has this address."}).encode()


def _of_another_key(path: Path) -> None:
    """As another instance would have signed it, whose key is not in it."""
    with zipfile.ZipFile(path) as package:
        content = package.read(manifest.NAME)
    signature = manifest.signer("the key of another instance, long enough").get_signature(content)
    _rewritten(path, lambda name, before: signature if name == manifest.SIGNATURE else before)


def _led_elsewhere(path: Path) -> None:
    """Signed, as by somebody who has the key: a part that would lie outside the folder of the instance."""
    from flask import current_app

    with zipfile.ZipFile(path) as package:
        facts = json.loads(package.read(manifest.NAME))
    facts["parts"].append({"name": "uploads/../../evil", "size": 4, "sha256": sha256(b"evil").hexdigest()})
    content = json.dumps(facts).encode()
    signature = manifest.signer(current_app.config["SECRET_KEY"]).get_signature(content)
    given = {manifest.NAME: content, manifest.SIGNATURE: signature}
    _rewritten(path, lambda name, before: given.get(name, before))
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("uploads/../../evil", b"evil")


_EDITED: dict[str, Callable[[Path], None]] = {
    "rows that were edited": _edited_rows,
    "a manifest that was edited": _edited_manifest,
    "one of another key": _of_another_key,
    "a part that leads elsewhere": _led_elsewhere,
}


def _rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, change(name, content))


def put_back_by_others(scene: Scene) -> list[str]:
    """T70: once there is an organisation, nobody puts a backup back from a page, by whatever link."""
    found, before = [], scene.fingerprint()
    for user in (None, scene.alice, scene.vera, scene.olivia):
        for method in ("GET", "POST"):
            client, url = scene.browser(user), "/settings/backups/first-run/no-such-token"
            data = {"file": (io.BytesIO(b"PK\x03\x04"), "all.zip"), "passphrase": ""}
            answer = client.get(url) if method == "GET" else client.send(url, data, content_type="multipart/form-data")
            who = user.role if user else "a visitor"
            found += [f"{method} as {who}: {answer.status_code}"] * (answer.status_code != 404)
    return found + ["something was changed"] * (scene.fingerprint() != before)
