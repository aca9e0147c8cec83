"""Code without what only programmers read: docstrings, assertions, and where in a line an error came about.

What runs for months runs so: all processes of `crm serve` together take a twentieth less memory. `make setup` compiles
it, beside what other commands and the tests are run from (`python -m crm_app.optimized`).
"""

import os
import sys
from pathlib import Path

COMPILED = Path(sys.prefix) / "optimized"
# Not as options: processes that are started anew, and not copied, are told by the environment alone.
ENVIRON = {"PYTHONOPTIMIZE": "2", "PYTHONNODEBUGRANGES": "1", "PYTHONPYCACHEPREFIX": str(COMPILED)}
# Written once all is compiled; it says for which Python.
MARK = COMPILED / ".compiled"
_LASTING = {"serve", "web", "worker"}
_OURS = tuple(str(Path(__file__).parents[1] / folder) for folder in ("crm_app", "migrations"))
_UNUSED = r"/(pip|setuptools)/"
_UNUSED_OF_PYTHON = r"/(site-packages|dist-packages|tests?|idlelib|lib2to3|turtledemo|tkinter|ensurepip)/"


def start_again_if_lasting() -> None:
    """In place of this process. Not where nothing is compiled, as each start would then compile all."""
    if sys.flags.optimize or sys.flags.dev_mode or not MARK.is_file():
        return
    # What a command says of itself is its docstring.
    if not _LASTING.intersection(sys.argv[1:2]) or {"-h", "--help"}.intersection(sys.argv):
        return
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | ENVIRON)  # noqa: S606


def compile_all() -> None:
    """What is ours and has changed; once for each Python, its own library and all packages."""
    # Whoever only starts again has no use for it.
    import sysconfig

    python = f"{sys.version} {Path(os.__file__).stat().st_mtime}"
    if not MARK.is_file() or MARK.read_text() != python:
        MARK.unlink(missing_ok=True)
        _compile(sysconfig.get_path("purelib"), but=_UNUSED)
        _compile(sysconfig.get_path("stdlib"), but=_UNUSED_OF_PYTHON)
    _compile(*_OURS)
    MARK.write_text(python)


def _compile(*folders: str, but: str = "") -> None:
    """A package may bring files that are for another Python; those that do not compile are not read here."""
    import subprocess

    left_out = ["-x", but] if but else []
    program = [sys.executable, "-m", "compileall", "-qq", "-j", "0", *left_out, *folders]
    subprocess.call(program, env=os.environ | ENVIRON)


if __name__ == "__main__":
    compile_all()
