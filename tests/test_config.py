"""Settings come from the environment, strictly, and the documentation names each of them."""

import errno
import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from crm_app import config, secret_key

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


@pytest.mark.parametrize("has_links", [True, False], ids=["hard links", "no hard links"])
def test_a_secret_key_that_finds_no_room_leaves_nothing_and_the_next_start_makes_one(tmp_path, monkeypatch, has_links):
    if not has_links:
        monkeypatch.setattr(os, "link", _refused)
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", lambda _file: _raised(errno.ENOSPC))
        with pytest.raises(config.ConfigError, match=r"cannot be written to \(No space left on device\)"):
            _load(tmp_path)

    assert list((tmp_path / "instance").iterdir()) == []
    assert len(_load(tmp_path)["SECRET_KEY"]) >= 32


def test_a_start_that_was_killed_before_its_secret_key_was_whole_hinders_no_later_one(tmp_path, monkeypatch):
    with monkeypatch.context() as killed:
        killed.setattr(os, "fsync", lambda _file: _raised(errno.EIO))
        killed.setattr(Path, "unlink", lambda _path, missing_ok=False: None)
        with pytest.raises(config.ConfigError):
            _load(tmp_path)

    assert not (tmp_path / "instance" / "secret_key").exists()
    assert _load(tmp_path)["SECRET_KEY"] == _load(tmp_path)["SECRET_KEY"]


def test_several_that_start_at_once_agree_on_one_secret_key(tmp_path, monkeypatch):
    together, token = Barrier(8), secret_key.secrets.token_urlsafe

    def made_by_all_at_once(size):
        together.wait(10)
        return token(size)

    monkeypatch.setattr(secret_key.secrets, "token_urlsafe", made_by_all_at_once)
    with ThreadPoolExecutor(8) as starting:
        keys = set(starting.map(lambda _number: secret_key.stored(tmp_path), range(8)))

    assert keys == {(tmp_path / "secret_key").read_text(encoding="ascii")}
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def _raised(number):
    raise OSError(number, os.strerror(number))


def _refused(_draft, _path):
    _raised(errno.EPERM)


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
        ("SECRET_KEY_FILE", "/dev/null"),
        ("SECRET_KEY", "short"),
        ("DATABASE_URL", "postgresql://["),
        ("DATABASE_URL", "postgresql://host:abc/name"),
        ("REDIS_URL", "redis://127.0.0.1:6379/five"),
        ("REDIS_URL", "redis://127.0.0.1:99999/0"),
        ("BASE_URL", "http:crm"),
        ("BASE_URL", "https://crm.example/path"),
        ("BASE_URL", "https://crm.example?x"),
        ("BASE_URL", "https://crm example"),
        ("DATABASE_URL", "sqlite:///peyvand.db"),
        ("SMTP_URL", "smtp://:587"),
        ("SMTP_URL", "smtp://mail.example"),
        ("MAIL_FROM", "Peyvand"),
        ("MAIL_FROM", "a@b.example\r\nBcc: c@d.example"),
        ("TRUSTED_PROXIES", "localhost"),
        ("TRUSTED_PROXIES", "127.0.0.1 10.0.0.1"),
        ("TRUSTED_PROXIES", "10.0.0.1, 0.0.0.0/0"),
        ("TRUSTED_PROXIES", "::/0"),
        ("METRICS_TOKEN", "short"),
        ("METRICS_TOKEN", "with blanks in between it"),
        ("METRICS_TOKEN", "رمز عبور برای اعداد این برنامه"),
    ],
)
def test_nonsense_is_refused_in_a_sentence_that_names_the_setting(tmp_path, name, value):
    with pytest.raises(config.ConfigError, match=name.removesuffix("_FILE")):
        _load(tmp_path, **{name: value})


def test_what_people_get_wrong_is_said_by_name(tmp_path):
    with pytest.raises(config.ConfigError, match=r"BASE_URL must be a full address .*, without a path"):
        _load(tmp_path, BASE_URL="https://crm.example/path")
    with pytest.raises(config.ConfigError, match="after four slashes"):
        _load(tmp_path, DATABASE_URL="sqlite:///peyvand.db")


@pytest.mark.parametrize("url", ["postgresql://crm:se@cret@host/name", "postgresql://crm:se@cr/et@host/name"])
def test_a_password_that_would_be_taken_for_a_host_is_not_repeated(tmp_path, url):
    with pytest.raises(config.ConfigError, match="DATABASE_URL: write @ in the password as %40") as refused:
        _load(tmp_path, DATABASE_URL=url)

    assert "cr" not in str(refused.value).removeprefix("DATABASE_URL")


def test_who_signs_in_to_a_mail_server_by_an_address_needs_no_signs_for_it(tmp_path):
    url = "smtp://crm@example.com:secret@mail.example:587"

    assert _load(tmp_path, BASE_URL="https://crm.example", SMTP_URL=url)["SMTP_URL"] == url


def test_a_setting_and_its_file_cannot_both_be_given(tmp_path):
    (tmp_path / "key").write_text("x" * 40)

    with pytest.raises(config.ConfigError, match="both"):
        _load(tmp_path, SECRET_KEY="x" * 40, SECRET_KEY_FILE=str(tmp_path / "key"))


def test_a_file_of_other_bytes_than_text_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "key").write_bytes(b"\xff\xfe" * 40)

    with pytest.raises(config.ConfigError, match="SECRET_KEY_FILE"):
        _load(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key"))


def test_an_empty_setting_is_one_that_is_not_given(tmp_path):
    settings = _load(tmp_path, PORT="", HOST=" ", SECRET_KEY="", SECRET_KEY_FILE="", DATABASE_URL="")

    assert (settings["PORT"], settings["HOST"]) == (8000, "127.0.0.1")
    assert len(settings["SECRET_KEY"]) >= 32


@pytest.mark.parametrize(
    "url",
    ["redis://h", "redis://:secret@h:6379/5", "rediss://h/0", "unix:///run/redis.sock?db=5"],
)
def test_every_usual_address_of_redis_is_taken(tmp_path, url):
    assert _load(tmp_path, REDIS_URL=url)["REDIS_URL"] == url


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_an_instance_folder_that_cannot_be_is_refused_in_a_sentence(tmp_path, folder):
    (tmp_path / "file").touch()

    with pytest.raises(config.ConfigError, match=f"INSTANCE_PATH: {tmp_path / folder} "):
        config.load({"INSTANCE_PATH": str(tmp_path / folder), "SECRET_KEY": "x" * 40})


def test_a_folder_that_takes_no_file_is_refused_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda path, _mode: path != tmp_path)

    with pytest.raises(config.ConfigError, match="INSTANCE_PATH"):
        config.load({"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "x" * 40})


def test_cookies_are_secure_once_the_address_is(tmp_path):
    settings = _load(tmp_path, BASE_URL="https://crm.example/")

    assert settings["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["BASE_URL"] == "https://crm.example"


def test_every_setting_is_documented_and_no_other():
    read = set(re.findall(r'env\.(?:text|integer|url|email)\(\s*"([A-Z_]+)"', (ROOT / "crm_app/config.py").read_text()))
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/deployment.md").read_text(), re.MULTILINE))

    assert read == documented
