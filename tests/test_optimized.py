"""What runs for months runs without docstrings and assertions; `make setup` has compiled it so."""

import importlib.util
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from crm_app import optimized

PACKAGES, PYTHON = sysconfig.get_path("purelib"), sysconfig.get_path("stdlib")
READ_ALL = """
import importlib, pkgutil, sys
import crm_app, granian.server.mp

for module in pkgutil.walk_packages(crm_app.__path__, "crm_app."):
    importlib.import_module(module.name)
print(crm_app.__doc__)
print(*(module.__file__ for module in sys.modules.values() if getattr(module, "__file__", None)), sep="\\n")
"""


@pytest.fixture(scope="module")
def read():
    """What is left of a docstring where all that is ours is read as it is served, and the files that were read."""
    environ = os.environ | optimized.ENVIRON
    docstring, *files = subprocess.check_output([sys.executable, "-c", READ_ALL], env=environ, text=True).splitlines()
    return docstring, files


@pytest.fixture
def started(monkeypatch, tmp_path):
    """What took the place of `crm ...`, as `os.execve` was told, or None: `started("serve")`."""
    monkeypatch.setattr(optimized, "MARK", tmp_path / "mark")
    optimized.MARK.touch()

    def crm(*arguments):
        found = []
        monkeypatch.setattr(sys, "argv", ["crm", *arguments])
        monkeypatch.setattr(sys, "orig_argv", ["python", ".venv/bin/crm", *arguments])
        monkeypatch.setattr(os, "execve", lambda *told: found.append(told))
        optimized.start_again_if_lasting()
        return found[0] if found else None

    return crm


@pytest.mark.parametrize("command", ["serve", "web", "worker"])
def test_what_lasts_starts_again_from_optimized_code_with_all_it_was_told(started, command, monkeypatch):
    monkeypatch.setenv("BASE_URL", "http://here")

    program, again, environ = started(command, "--port", "8001")

    assert program == sys.executable
    assert again == [sys.executable, ".venv/bin/crm", command, "--port", "8001"]
    assert environ == os.environ | optimized.ENVIRON


@pytest.mark.parametrize(
    "arguments", [(), ("--help",), ("doctor",), ("demo", "serve"), ("serve", "-h"), ("web", "--help")]
)
def test_what_ends_soon_or_explains_itself_runs_as_it_is(started, arguments):
    assert started(*arguments) is None


def test_where_not_all_is_compiled_it_runs_as_it_is(started):
    optimized.MARK.unlink()

    assert started("serve") is None


@pytest.mark.parametrize(
    ("chosen", "said"),
    [({}, ["started again", "0"]), ({"PYTHONOPTIMIZE": "1"}, ["1"]), ({"PYTHONDEVMODE": "1"}, ["0"])],
    ids=["nothing", "optimize", "dev"],
)
def test_whoever_chose_how_python_runs_is_left_their_choice(chosen, said):
    program = """
import os, sys
from crm_app import optimized
os.execve = lambda *_told: print("started again")
optimized.MARK, sys.argv[1:] = optimized.Path(sys.executable), ["serve"]
optimized.start_again_if_lasting()
print(sys.flags.optimize)
"""
    told = subprocess.check_output([sys.executable, "-c", program], env=os.environ | chosen, text=True)

    assert told.split("\n")[:-1] == said


def test_setting_up_compiled_all_that_can_be_read(read, monkeypatch):
    """Else each start of a service that may not write there would compile it."""
    monkeypatch.setattr(sys, "pycache_prefix", str(optimized.COMPILED))
    root = Path(optimized.__file__).parents[1]
    ours = {str(path) for folder in ("crm_app", "migrations") for path in (root / folder).rglob("*.py")}
    around = {path for path in read[1] if path.endswith(".py") and path.startswith((PYTHON, PACKAGES))}
    rarely_read = [f"{PACKAGES}/sqlalchemy/dialects/postgresql/psycopg.py", f"{PACKAGES}/alembic/command.py"]
    rarely_read += [f"{PYTHON}/multiprocessing/popen_fork.py", f"{PYTHON}/encodings/idna.py"]

    assert len(ours) > 400 and len(around) > 400
    assert [path for path in sorted({*ours, *around, *rarely_read}) if not _was_compiled_by_then(path)] == []


def _was_compiled_by_then(path):
    """And not written later by whoever was served."""
    compiled = Path(importlib.util.cache_from_source(path, optimization="2"))
    return compiled.is_file() and compiled.stat().st_mtime <= optimized.MARK.stat().st_mtime


def test_what_has_not_changed_is_not_compiled_again(monkeypatch, tmp_path):
    folders = []
    monkeypatch.setattr(optimized, "_compile", lambda *of, but="": folders.append(of))
    monkeypatch.setattr(optimized, "MARK", tmp_path / "mark")

    optimized.compile_all()
    optimized.compile_all()
    optimized.MARK.write_text("another Python")
    optimized.compile_all()

    all_of_it = [(PACKAGES,), (PYTHON,), optimized._OURS]
    assert folders == [*all_of_it, optimized._OURS, *all_of_it]


def test_all_that_is_ours_can_be_read_without_docstrings(read):
    assert read[0] == "None"
