"""Templates as Jinja compiled them, kept beside them as Python keeps its modules: to compile all takes a second."""

import hashlib
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache, TemplateNotFound
from jinja2.bccache import Bucket

from crm_app.web import templating


class _Compiled(FileSystemBytecodeCache):
    """A template that was changed is compiled anew; where nothing can be written, all are, in each process."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def init_app(app: Flask) -> None:
    """What is compiled depends on Jinja and on our own ways with it as well."""
    folder = Path(app.root_path).parent / str(app.template_folder) / "__pycache__"
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
    ways = hashlib.sha256(version("jinja2").encode() + Path(templating.__file__).read_bytes()).hexdigest()[:12]
    app.jinja_env.bytecode_cache = _Compiled(str(folder), f"{ways}-%s.cache")


def read_all(app: Flask) -> None:
    """Before processes are copied, so that they share what is read."""
    for name in app.jinja_env.list_templates(extensions=["html", "txt"]):
        with suppress(TemplateNotFound):
            app.jinja_env.get_template(name)
