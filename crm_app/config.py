"""Every setting, read from the environment once, strictly; docs/deployment.md lists them all."""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from crm_app import secret_key
from crm_app.secret_key import ConfigError

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_PASSPHRASE = 12
_TOKEN = re.compile(r"[\w.~+/=-]{20,200}", re.ASCII)


def load(environ: dict[str, str] | None = None) -> dict[str, object]:
    """The settings as Flask's config wants them; relative paths count from the project's folder. Raises ConfigError."""
    env = _Environment(os.environ if environ is None else environ)
    instance = _instance(ROOT / Path(env.text("INSTANCE_PATH", "instance")).expanduser())
    base_url = env.url("BASE_URL", schemes=("http", "https")).rstrip("/")
    return {
        "INSTANCE_PATH": str(instance),
        "SQLALCHEMY_DATABASE_URI": _database_url(env, instance),
        # The connection that was used last is used next: it has the most at hand (see web/unchanged.py). A statement
        # that is kept takes some 200 kB; all pages at their usual filters have 75.
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_use_lifo": True, "query_cache_size": 150},
        "SQLALCHEMY_BINDS": _reports_database(env),
        "REDIS_URL": env.url("REDIS_URL", schemes=("redis", "rediss", "unix")),
        "SECRET_KEY": _secret_key(env) or secret_key.stored(instance),
        "BASE_URL": base_url,
        "TRUSTED_HOSTS": hosts(base_url),
        "HOST": env.text("HOST", "127.0.0.1"),
        "PORT": env.integer("PORT", 8000, least=1, most=65535),
        "WEB_PROCESSES": env.integer("WEB_PROCESSES", os.cpu_count() or 1, least=1, most=64),
        "TRUSTED_PROXIES": _networks(env.text("TRUSTED_PROXIES", "")),
        "SMTP_URL": _smtp_url(env, base_url),
        "MAIL_FROM": env.email("MAIL_FROM"),
        "BACKUP_PASSPHRASE": _passphrase(env.text("BACKUP_PASSPHRASE", "")),
        "METRICS_TOKEN": _metrics_token(env.text("METRICS_TOKEN", "")),
        "SESSION_COOKIE_NAME": "__Host-peyvand" if base_url.startswith("https:") else "peyvand",
        "SESSION_COOKIE_SECURE": base_url.startswith("https:"),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 30 * 24 * 3600,
        "SESSION_REFRESH_EACH_REQUEST": False,
        # Of a form; views that take files say so themselves.
        "MAX_CONTENT_LENGTH": 1024 * 1024,
        "IMPORT_MEGABYTES": env.integer("IMPORT_MEGABYTES", 1024, least=1, most=16384),
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_HEADERS_ENABLED": False,
    }


class _Environment:
    """Reads `NAME`, or the file that `NAME_FILE` points to, and refuses nonsense."""

    def __init__(self, environ):
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        """What is set to nothing counts as not set."""
        given, path = self._environ.get(name, "").strip(), self._environ.get(f"{name}_FILE", "").strip()
        if not path:
            return given or default
        if given:
            raise ConfigError(f"{name} and {name}_FILE are both set; use only one of them.")
        try:
            stored = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"{name}_FILE: {path} cannot be read ({error.strerror}).") from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"{name}_FILE: {path} is not UTF-8 text.") from error
        if not stored:
            raise ConfigError(f"{name}_FILE: {path} is empty.")
        return stored

    def integer(self, name: str, default: int, *, least: int, most: int) -> int:
        text = self.text(name, str(default))
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ConfigError(f"{name} must be a whole number from {least} to {most}, not “{text}”.")
        return int(text)

    def email(self, name: str) -> str:
        text = self.text(name, "")
        if text and not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", text):
            raise ConfigError(f"{name} must be an email address, such as crm@example.com, not “{text}”.")
        return text

    def url(self, name: str, *, schemes: tuple[str, ...]) -> str:
        """An address, or nothing. The refusal does not repeat it: there may be a password in it."""
        text = self.text(name, "")
        if text and not _is_address(text, schemes):
            kinds = " or ".join(f"{scheme}://" for scheme in schemes)
            limit = ", without a path" if "http" in schemes else ""
            raise ConfigError(f"{name} must be a full address that starts with {kinds}{limit}.")
        if text.startswith("postgres") and text.partition("?")[0].count("@") > 1:
            raise ConfigError(f"{name}: write @ in the password as %40.")
        return text


def hosts(base_url: str) -> list[str] | None:
    """Where we are reached from outside, and from this machine itself; any, as long as nobody has said where."""
    host = urlsplit(base_url).hostname
    return [host, "localhost", "127.0.0.1"] if host else None


def _smtp_url(env: _Environment, base_url: str) -> str:
    url = env.url("SMTP_URL", schemes=("smtp", "smtps"))
    if url and not base_url:
        raise ConfigError("SMTP_URL also needs BASE_URL: emails contain links, which must work from anywhere.")
    return url


def _is_address(text: str, schemes: tuple[str, ...]) -> bool:
    """Each kind says as much as it needs: pages have no path, Redis a numbered database, the rest is for the driver."""
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        return False
    if parts.scheme not in schemes or not text.startswith(f"{parts.scheme}://"):
        return False
    if parts.scheme in ("http", "https"):
        return (
            not re.search(r"\s", text)
            and bool(parts.hostname)
            and not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
        )
    if parts.scheme in ("redis", "rediss"):
        return bool(parts.hostname) and bool(re.fullmatch(r"(/\d*)?", parts.path, re.ASCII))
    if parts.scheme in ("smtp", "smtps"):
        return bool(parts.hostname)
    return bool(parts.netloc + parts.path.strip("/"))


def _instance(folder: Path) -> Path:
    """The folder of this installation, made if it is not there, for its owner alone."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = "not a folder" if isinstance(error, FileExistsError) else error.strerror
        raise ConfigError(f"INSTANCE_PATH: {folder} cannot be created ({reason}).") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigError(f"INSTANCE_PATH: {folder} cannot be written to.")
    return folder


def _database_url(env: _Environment, instance: Path) -> str:
    url = env.url("DATABASE_URL", schemes=("postgresql", "postgres", "postgresql+psycopg", "sqlite"))
    if url.startswith("sqlite:") and not url.startswith("sqlite:////"):
        raise ConfigError(
            "DATABASE_URL must contain the absolute path of a SQLite database, after four slashes, such as "
            "sqlite:////var/lib/peyvand/peyvand.db."
        )
    return _of_postgresql(url) or f"sqlite:///{instance / 'peyvand.db'}"


def _reports_database(env: _Environment) -> dict[str, object]:
    """A replica is told of as a database beside the first one (web/replica.py)."""
    url = _of_postgresql(env.url("REPORTS_DATABASE_URL", schemes=("postgresql", "postgres", "postgresql+psycopg")))
    if url and not env.text("DATABASE_URL", "").startswith("postgres"):
        raise ConfigError(
            "REPORTS_DATABASE_URL must be a streaming replica of the PostgreSQL database in DATABASE_URL."
        )
    if not url:
        return {}
    options = {"connect_args": {"connect_timeout": 2}, "execution_options": {"only_reads": True}}
    return {"reports": {"url": url, "pool_use_lifo": True} | options}


def _of_postgresql(url: str) -> str:
    """Some services still write the short name that SQLAlchemy no longer takes."""
    return url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url


def _networks(text: str) -> tuple[str, ...]:
    """Addresses and networks, separated by commas. One that holds every address would trust everybody."""
    found = []
    for one in filter(None, (part.strip() for part in text.split(","))):
        try:
            network = ip_network(one, strict=False)
        except ValueError:
            network = None
        if network is None or network.prefixlen == 0:
            raise ConfigError(
                "TRUSTED_PROXIES must list addresses or networks of your own web servers, separated by commas, such as "
                f"127.0.0.1, 10.0.0.0/8; not “{one}”."
            )
        found.append(str(network))
    return tuple(found)


def _passphrase(text: str) -> str:
    """The refusal does not repeat it."""
    if text and (len(text) < SHORTEST_PASSPHRASE or "\n" in text):
        raise ConfigError(
            f"BACKUP_PASSPHRASE must be one line of at least {SHORTEST_PASSPHRASE} characters, such as five unrelated "
            "words; leave it unset for backups without encryption."
        )
    return text


def _metrics_token(token: str) -> str:
    """The refusal does not repeat it."""
    if token and not _TOKEN.fullmatch(token):
        raise ConfigError(
            "METRICS_TOKEN must be 20 to 200 letters, digits and . ~ + / = - _; leave it unset to turn metrics off."
        )
    return token


def _secret_key(env: _Environment) -> str:
    key = env.text("SECRET_KEY", "")
    if key and len(key) < secret_key.SHORTEST:
        raise ConfigError(
            f"SECRET_KEY must be at least {secret_key.SHORTEST} characters long; leave it unset to have a key created."
        )
    return key
