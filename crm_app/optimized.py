"""Code without what only programmers read: docstrings, assertions, and where in a line an error came about.

What runs for months runs so: all processes of `crm serve` together take a twentieth less memory. `make setup` compiles
it, beside what other commands and the tests are run from (`python -m crm_app.optimized`).
"""

import os
import sys
from pathlib import Path

COMPILED = Path(sys.prefix) / "optimized"
OPTIONS = ("-OO", "-X", "no_debug_ranges", "-X", f"pycache_prefix={COMPILED}")
_LASTING = {"serve", "web", "worker"}
_PACKAGES = COMPILED / ".packages"
_LEFT_OUT = "-x", "/(pip|setuptools)/"


def start_again_if_lasting() -> None:
    """In place of this process, unless it was told how to run or nothing is compiled: each start would compile all."""
    command, is_told = sys.argv[1:2], sys.flags.optimize or not COMPILED.is_dir()
    # What a command says of itself is its docstring.
    if is_told or not _LASTING.intersection(command) or {"-h", "--help"}.intersection(sys.argv):
        return
    os.execv(sys.executable, [sys.executable, *OPTIONS, *sys.orig_argv[1:]])  # noqa: S606


def compile_all() -> None:
    """All packages, once; and what has changed since of ours and of what is read along with it."""
    # Whoever only starts again has no use for them.
    import subprocess
    import sysconfig

    optimizing = [sys.executable, *OPTIONS]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if not _PACKAGES.is_file():
        # A package may bring files that are for another Python; those that do not compile are not read here.
        subprocess.call([*optimizing, "-m", "compileall", "-qq", "-j", "0", *_LEFT_OUT, sysconfig.get_path("purelib")])
        _PACKAGES.touch()
    subprocess.call([*optimizing, "-m", "compileall", "-qq", str(Path(__file__).parents[1] / "migrations")])
    reading = "from crm_app import optimized; optimized.read_all()"
    subprocess.check_call([*optimizing, "-c", reading], env=environment)


def read_all() -> None:
    import importlib
    import pkgutil

    import crm_app

    for module in pkgutil.walk_packages(crm_app.__path__, "crm_app."):
        importlib.import_module(module.name)
    importlib.import_module("granian.server.mp")


if __name__ == "__main__":
    compile_all()
