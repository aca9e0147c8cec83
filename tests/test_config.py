"""Settings come from the environment, strictly, and the documentation names each of them."""

import re
import stat
from pathlib import Path

import pytest

from crm_app import config

ROOT = Path(__file__).parent.parent


def _load(tmp_path, **environ):
    return config.load({"INSTANCE_PATH": str(tmp_path / "instance")} | environ)


def test_sqlite_in_the_instance_folder_is_the_default(tmp_path):
    settings = _load(tmp_path)

    assert settings["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path / 'instance' / 'peyvand.db'}"
    assert settings["PORT"] == 8000


def test_the_secret_key_is_made_once_and_is_its_owners_alone(tmp_path):
    first = _load(tmp_path)["SECRET_KEY"]
    second = _load(tmp_path)["SECRET_KEY"]
    path = tmp_path / "instance" / "secret_key"

    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_can_be_read_from_a_file(tmp_path):
    (tmp_path / "key").write_text("from a file, and long enough to be one\n")

    assert _load(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key"))["SECRET_KEY"].startswith("from a file")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "۸۰۰۰"),
        ("DATABASE_URL", "mysql://db"),
        ("REDIS_URL", "localhost:6379"),
        ("BASE_URL", "crm.example"),
        ("SMTP_URL", "mail.example"),
        ("SECRET_KEY_FILE", "/nowhere/at/all"),
    ],
)
def test_nonsense_is_refused_in_a_sentence_that_names_the_setting(tmp_path, name, value):
    with pytest.raises(config.ConfigError, match=name.removesuffix("_FILE")):
        _load(tmp_path, **{name: value})


def test_a_setting_and_its_file_cannot_both_be_given(tmp_path):
    (tmp_path / "key").write_text("x" * 40)

    with pytest.raises(config.ConfigError, match="both"):
        _load(tmp_path, SECRET_KEY="x" * 40, SECRET_KEY_FILE=str(tmp_path / "key"))


def test_cookies_are_secure_once_the_address_is(tmp_path):
    settings = _load(tmp_path, BASE_URL="https://crm.example/")

    assert settings["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["BASE_URL"] == "https://crm.example"


def test_every_setting_is_documented_and_no_other():
    read = set(re.findall(r'env\.(?:text|integer|url)\(\s*"([A-Z_]+)"', (ROOT / "crm_app/config.py").read_text()))
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/deployment.md").read_text(), re.MULTILINE))

    assert read == documented
