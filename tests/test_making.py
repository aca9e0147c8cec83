"""`make setup`: what is set up stays, unless it cannot run any more."""

import shutil
import subprocess
import sys

import pytest

from crm_app.config import ROOT


@pytest.fixture
def folder(tmp_path):
    """One that is set up, with as little as that takes."""
    programs = tmp_path / "peyvand" / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / "peyvand" / name)
    _write_program(programs / "python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    _write_program(programs / "crm", f"#!{programs}/python\n")
    (programs.parent / ".installed").touch()
    return tmp_path / "peyvand"


def _write_program(path, text):
    path.write_text(text)
    path.chmod(0o755)


def _steps(folder):
    """What `make setup` would do there."""
    command = ["make", "-n", "--no-print-directory", "-C", str(folder), "setup"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def test_what_is_set_up_is_left_as_it_is(folder):
    assert "-m venv" not in _steps(folder)


def test_a_folder_that_was_moved_is_set_up_anew(folder):
    assert "-m venv" in _steps(folder.rename(folder.parent / "moved"))


def test_after_python_was_replaced_it_is_set_up_anew(folder):
    _write_program(folder / ".venv" / "bin" / "python", "#!/nowhere/python3.9\n")

    assert "-m venv" in _steps(folder)
