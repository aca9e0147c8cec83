"""What runs for months runs without docstrings, assertions and columns of errors; `make setup` has compiled it so."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import crm_app
from crm_app import optimized

OURS = Path(crm_app.__file__).parent


@pytest.fixture
def started(monkeypatch, tmp_path):
    """The command that took the place of `crm ...`, or None: `started("serve")`."""
    monkeypatch.setattr(optimized, "COMPILED", tmp_path)

    def crm(*arguments):
        found = []
        monkeypatch.setattr(sys, "argv", ["crm", *arguments])
        monkeypatch.setattr(sys, "orig_argv", ["python", ".venv/bin/crm", *arguments])
        monkeypatch.setattr(os, "execv", lambda program, command: found.append((program, command)))
        optimized.start_again_if_lasting()
        return found[0] if found else None

    return crm


@pytest.mark.parametrize("command", ["serve", "web", "worker"])
def test_what_lasts_starts_again_from_optimized_code_with_all_it_was_told(started, command):
    program, again = started(command, "--port", "8001")

    assert program == sys.executable
    assert again == [sys.executable, *optimized.OPTIONS, ".venv/bin/crm", command, "--port", "8001"]


@pytest.mark.parametrize(
    "arguments", [(), ("--help",), ("doctor",), ("demo", "serve"), ("serve", "-h"), ("web", "--help")]
)
def test_what_ends_soon_or_explains_itself_runs_as_it_is(started, arguments):
    assert started(*arguments) is None


def test_where_nothing_is_compiled_it_runs_as_it_is(started, monkeypatch, tmp_path):
    monkeypatch.setattr(optimized, "COMPILED", tmp_path / "nowhere")

    assert started("serve") is None


def test_whoever_chose_how_python_optimizes_is_left_their_choice():
    program = """
import os, sys
from crm_app import optimized
os.execv = lambda *_command: print("started again")
optimized.COMPILED, sys.argv[1:] = optimized.COMPILED.parent, ["serve"]
optimized.start_again_if_lasting()
print(sys.flags.optimize)
"""
    said = [
        subprocess.check_output([sys.executable, "-c", program], env=os.environ | chosen, text=True).split("\n")[:-1]
        for chosen in ({}, {"PYTHONOPTIMIZE": "1"})
    ]

    assert said == [["started again", "0"], ["1"]]


def test_setting_up_compiled_all_that_is_ours_and_what_it_reads(monkeypatch):
    """Else each start of a service that may not write there would compile it."""
    monkeypatch.setattr(sys, "pycache_prefix", str(optimized.COMPILED))
    read = {
        module.__file__ for name, module in sys.modules.items() if name.startswith(("flask", "sqlalchemy", "crm_app"))
    }
    ours = [*OURS.rglob("*.py"), *(OURS.parent / "migrations").rglob("*.py")]
    sources = {*map(str, ours), *(path for path in read if path and path.endswith(".py"))}

    missing = [path for path in sources if not _is_compiled(path)]
    assert len(sources) > 400
    assert not missing


def _is_compiled(path):
    return Path(importlib.util.cache_from_source(path, optimization="2")).is_file()


def test_all_is_read_without_docstrings_and_assertions():
    program = "from crm_app import optimized; optimized.read_all(); import crm_app.serving as s; print(s.__doc__)"

    assert subprocess.check_output([sys.executable, *optimized.OPTIONS, "-c", program], text=True) == "None\n"
