"""Static files under addresses that change with their content, compressed once, cached for ever; no build step."""

import gzip
import hashlib
import shutil
from functools import cache
from pathlib import Path

import brotli
from flask import Flask
from whitenoise import WhiteNoise

from crm_app.web.headers import STATIC_HEADERS

_COMPRESSED = {".css", ".js", ".svg"}


def init_app(app: Flask) -> None:
    """Serve `static/` under `/static/<hash of everything in it>/`, so relative addresses inside keep working."""
    source = Path(app.config["STATIC_PATH"])
    version = _version(source)
    published = _publish(source, Path(app.config["INSTANCE_PATH"]) / "static" / version)
    prefix = f"/static/{version}/"
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(published),
        prefix=prefix.strip("/"),
        immutable_file_test=lambda path, url: True,
        add_headers_function=_add_headers,
    )
    modules = sorted(path.name for path in (source / "js").glob("*.js"))

    @cache
    def asset(path: str) -> str:
        if not (source / path).is_file():
            raise FileNotFoundError(f"static/{path}")
        return prefix + path

    app.jinja_env.globals.update(
        asset=asset,
        stylesheets=lambda: [prefix + "css/all.css"],
        modules=lambda: [f"{prefix}js/{name}" for name in modules],
    )


def _add_headers(headers, _path, _url) -> None:
    for name, value in STATIC_HEADERS.items():
        headers[name] = value


def _version(source: Path) -> str:
    digest = hashlib.sha256()
    for path in _files(source):
        digest.update(path.relative_to(source).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _files(source: Path) -> list[Path]:
    return sorted(path for path in source.rglob("*") if path.is_file() and path.suffix != ".md")


def _publish(source: Path, target: Path) -> Path:
    """Copy, join and compress under a name of its own, then rename: several processes may start at once."""
    if target.is_dir():
        return target
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.{hashlib.sha256(str(id(target)).encode()).hexdigest()[:8]}")
    for path in _files(source):
        copy = draft / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    sheets = sorted((draft / "css").glob("*.css"))
    (draft / "css" / "all.css").write_bytes(b"\n".join(sheet.read_bytes() for sheet in sheets))
    for path in _files(draft):
        if path.suffix in _COMPRESSED:
            content = path.read_bytes()
            path.with_name(path.name + ".br").write_bytes(brotli.compress(content, quality=9))
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
    for outdated in target.parent.iterdir():
        if outdated != draft and "." not in outdated.name:
            shutil.rmtree(outdated, ignore_errors=True)
    try:
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
    return target
