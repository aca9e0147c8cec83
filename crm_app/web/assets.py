"""Static files under addresses that change with their content, joined and compressed once, cached for ever.

What is made of them is kept beside them, as Python keeps its modules, where that can be written; else by the instance.
"""

import gzip
import hashlib
import shutil
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import brotli
from flask import Flask
from whitenoise import WhiteNoise

from crm_app.web import bundling
from crm_app.web.headers import STATIC_HEADERS

_COMPRESSED = {".css", ".js", ".svg"}
# The width of the side navigation is settled before anything is drawn; htmx waits for nothing either.
_FIRST = "rail.js"
# These are served joined, not one by one.
_JOINED = {"css", "js"}
_KEPT = "__pycache__"
_DAY = 86_400


def init_app(app: Flask) -> None:
    """Serve `static/` under `/static/<hash of everything in it>/`, so relative addresses inside keep working."""
    source = Path(app.config["STATIC_PATH"])
    version = _version(source)
    try:
        published = _publish(source, source / _KEPT / version)
    except OSError:
        published = _publish(source, Path(app.config["INSTANCE_PATH"]) / "static" / version)
    prefix = f"/static/{version}/"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(published),
        prefix=prefix.strip("/"),
        immutable_file_test=lambda path, url: True,
        add_headers_function=_add_headers,
    )

    @cache
    def asset(path: str) -> str:
        if not (published / path).is_file():
            raise FileNotFoundError(f"static/{path}")
        return prefix + path

    app.jinja_env.globals.update(asset=asset)


def _add_headers(headers, _path, _url) -> None:
    for name, value in STATIC_HEADERS.items():
        headers[name] = value


def _version(source: Path) -> str:
    """Of what is served: of the files, and of the way in which they are joined."""
    digest = hashlib.sha256()
    for path in (Path(__file__), Path(bundling.__file__)):
        digest.update(path.read_bytes())
    for path in _files(source):
        digest.update(path.relative_to(source).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _files(source: Path) -> list[Path]:
    # What is kept is not even looked into: it comes and goes while other processes start.
    given = (path for top in source.iterdir() if top.name != _KEPT for path in (top, *top.rglob("*")))
    return sorted(path for path in given if path.is_file() and path.suffix != ".md")


def _publish(source: Path, target: Path) -> Path:
    """Copy, join and compress under a name of its own, then rename: several processes may start at once."""
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{target.name}.", dir=target.parent))
    try:
        _write(source, draft)
        draft.rename(target)
    except OSError:
        # Another one may have been quicker.
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _forget_older_than(target)
    return target


def _forget_older_than(target: Path) -> None:
    """Others that were made a day before or earlier: processes that still run hand them out."""
    for other in target.parent.iterdir():
        with suppress(OSError):
            if other != target and other.stat().st_mtime < target.stat().st_mtime - _DAY:
                shutil.rmtree(other, ignore_errors=True)


def _write(source: Path, draft: Path) -> None:
    for name, content in _served(source).items():
        path = draft / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if path.suffix in _COMPRESSED:
            path.with_name(path.name + ".br").write_bytes(brotli.compress(content, quality=11))
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
    # Of use to whoever may read the sources, not only to who wrote it.
    for path in (draft, *draft.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _served(source: Path) -> dict[str, bytes]:
    """All files by their names, stylesheets and scripts joined: `first.js` is waited for, `all.js` is not."""
    files = {path.relative_to(source).as_posix(): path.read_bytes() for path in _files(source)}
    sheets, scripts = _texts(files, "css"), _texts(files, "js")
    first = bundling.script(_FIRST, scripts.pop(_FIRST))
    alone = {name: content for name, content in files.items() if name.partition("/")[0] not in _JOINED}
    return alone | {
        "css/all.css": bundling.sheet(sheets).encode(),
        "js/first.js": alone.pop("vendor/htmx.min.js") + b"\n" + first.encode(),
        "js/all.js": bundling.modules(scripts).encode(),
    }


def _texts(files: dict[str, bytes], folder: str) -> dict[str, str]:
    prefix = f"{folder}/"
    return {name.removeprefix(prefix): text.decode() for name, text in files.items() if name.startswith(prefix)}
