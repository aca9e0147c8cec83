"""The examples of docs/deployment/ fit what Peyvand is: commands it has, settings it knows, addresses it answers."""

import re
import shlex
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest
import yaml

from crm_app import config
from crm_app.cli import main
from crm_app.web.headers import LONGEST_ADDRESS

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "deployment"
UNITS = sorted(FOLDER.glob("*.service"))
GUIDE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
SETTINGS = set(
    re.findall(r'env\.(?:text|url|integer|email)\("([A-Z_]+)"', Path(config.__file__).read_text(encoding="utf-8"))
)
_HARDENED = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "CapabilityBoundingSet": "", "StateDirectoryMode": "0700", "KillMode": "mixed",
}  # fmt: skip


def _text(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def _unit(path):
    """Sections of a unit; a key that stands several times gives its last value, as here nothing else is asked."""
    parser = RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",), interpolation=None)
    parser.optionxform = str
    parser.read(path, encoding="utf-8")
    return {section: dict(parser[section]) for section in parser.sections()}


def _environment(text):
    """Names and values of a file of settings, those that are only suggested too."""
    return dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", text, re.MULTILINE))


def _is_a_command(words):
    command = main
    for word in words:
        command = command.commands.get(word) if hasattr(command, "commands") else None
        if command is None:
            return False
    return not hasattr(command, "commands")


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_a_command_that_there_is_and_keeps_it_in_its_place(path):
    unit = _unit(path)
    program, *words = shlex.split(unit["Service"]["ExecStart"])

    assert set(unit) == {"Unit", "Service", "Install"}
    assert program == "/opt/peyvand/.venv/bin/crm" and _is_a_command(words)
    assert {name: unit["Service"].get(name) for name in _HARDENED} == _HARDENED
    assert unit["Service"]["User"] != "root" and unit["Service"]["StateDirectory"].split()[0] == "peyvand"
    assert unit["Service"]["EnvironmentFile"] == "/etc/peyvand/peyvand.env"


def test_there_is_a_unit_for_all_of_it_and_one_for_each_part():
    commands = {_unit(path)["Service"]["ExecStart"].split()[1] for path in UNITS}

    assert commands == {"serve", "web", "worker"}


def test_a_process_that_took_too_much_memory_does_not_end_the_unit():
    assert {_unit(path)["Service"]["OOMPolicy"] for path in UNITS} == {"continue"}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_keeps_files_that_are_uploaded_on_the_disk_and_not_in_memory(path):
    """As some systems keep /tmp."""
    service = _unit(path)["Service"]

    assert service["StateDirectory"] == "peyvand peyvand/tmp"
    assert service["Environment"] == "TMPDIR=/var/lib/peyvand/tmp"


def test_containers_keep_files_that_are_uploaded_on_the_disk_and_not_in_memory(composed):
    for name in ("web", "worker"):
        assert "temporary:/tmp" in composed["services"][name]["volumes"]
    assert not any("tmpfs" in service for service in composed["services"].values())


def test_whoever_stops_a_unit_waits_longer_than_peyvand_takes_to_stop():
    from crm_app import processes

    for path in UNITS:
        assert int(_unit(path)["Service"]["TimeoutStopSec"]) > processes.GRACE_SECONDS + 5
    services = yaml.safe_load(_text("compose.yaml"))["services"]
    assert {services[name]["stop_grace_period"] for name in ("web", "worker")} == {"40s"}


@pytest.mark.parametrize("name", ["peyvand.env", "compose.env"])
def test_files_of_settings_name_known_ones_alone_and_hold_no_secret(name):
    given = _environment(_text(name))

    assert set(given) <= SETTINGS | {"POSTGRES_PASSWORD"}
    assert given.get("POSTGRES_PASSWORD", "") == given["METRICS_TOKEN"] == ""


def test_the_settings_for_a_machine_are_understood(tmp_path):
    given = {name: value for name, value in _environment(_text("peyvand.env")).items() if value}

    settings = config.load(given | {"INSTANCE_PATH": str(tmp_path)})
    assert settings["TRUSTED_PROXIES"] == ("127.0.0.1/32", "::1/128")
    assert settings["SESSION_COOKIE_SECURE"]


@pytest.fixture
def composed():
    return yaml.safe_load(_text("compose.yaml"))


def test_the_containers_know_their_settings_and_commands(composed):
    asked = set()
    for name in ("upgrade", "web", "worker"):
        service = composed["services"][name]
        asked |= set(service["environment"])
        assert _is_a_command(service["command"]), name
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["volumes"] == ["instance:/var/lib/peyvand", "temporary:/tmp"]

    assert asked <= SETTINGS
    assert set(re.findall(r"\$\{([A-Z_]+)", _text("compose.yaml"))) == set(_environment(_text("compose.env")))


def test_a_setting_that_is_written_for_the_containers_reaches_them(composed):
    """Else a passphrase for backups would be as nothing there, and nobody would be told."""
    settled_by_the_image = {"INSTANCE_PATH", "HOST", "PORT"}

    for name in ("upgrade", "web", "worker"):
        assert set(composed["services"][name]["environment"]) == SETTINGS - settled_by_the_image


def test_the_settings_of_the_containers_are_understood(composed, tmp_path):
    def filled(text):
        return re.sub(r"\$\{(\w+)(:[^}]*)?\}", lambda one: {"BASE_URL": "https://crm.example"}.get(one[1], ""), text)

    given = {name: filled(value) for name, value in composed["services"]["web"]["environment"].items()}
    settings = config.load(given | {"INSTANCE_PATH": str(tmp_path)})

    assert settings["SQLALCHEMY_DATABASE_URI"] == "postgresql://peyvand:@database/peyvand"
    assert settings["TRUSTED_PROXIES"] == ("172.31.77.1/32",)
    assert composed["networks"]["default"]["ipam"]["config"][0]["gateway"] == "172.31.77.1"


def test_nothing_old_runs_in_containers_while_the_guide_upgrades_the_tables():
    upgrading = GUIDE[GUIDE.index("## In containers") : GUIDE.index("## On several machines")].split("newer version")[1]
    words = [line.split("compose.yaml ")[1] for line in upgrading.splitlines() if line.startswith("    docker compose")]

    assert words == ["build", "stop web worker", "up -d"]


def test_services_wait_for_services_that_there_are(composed):
    services = composed["services"]
    for name, service in services.items():
        for other, condition in service.get("depends_on", {}).items():
            assert other in services, f"{name} waits for {other}"
            if condition["condition"] == "service_healthy":
                assert "test" in services[other]["healthcheck"]
    assert {volume.split(":")[0] for one in services.values() for volume in one["volumes"]} == set(composed["volumes"])
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_the_image_holds_what_runs_and_nothing_else():
    image, ignored = _text("Dockerfile"), _text("Dockerfile.dockerignore")
    taken = re.findall(r"^!(.+)$", ignored, re.MULTILINE)

    assert "\n*\n" in ignored and all((ROOT / name).exists() for name in taken)
    assert {"crm_app", "templates", "static", "migrations", "wsgi.py", "Makefile", "requirements.lock"} <= set(taken)
    assert not {"tests", "instance", ".env", ".git"} & set(taken)
    assert image.rindex("USER peyvand") < image.index("ENTRYPOINT")
    assert set(re.findall(r"([A-Z_]+)=", re.search(r"^ENV (.+)$", image, re.MULTILINE)[1])) <= SETTINGS | {
        "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE",
    }  # fmt: skip
    assert _is_a_command(re.findall(r'"(\w+)"', re.search(r"^CMD (.+)$", image, re.MULTILINE)[1]))


def test_what_is_asked_for_is_answered(app):
    known = {str(rule) for rule in app.url_map.iter_rules()}

    assert "http://127.0.0.1:8000/healthz" in _text("Dockerfile") and "/healthz" in known
    for name in ("nginx.conf", "Caddyfile"):
        assert "/metrics" in _text(name) and "/metrics" in known
    for prefix in re.findall(r"location (?:= )?(/\w[\w/]*)", _text("nginx.conf")):
        assert any(rule.startswith(prefix) for rule in known), prefix


def test_web_servers_in_front_let_in_what_peyvand_lets_in(app):
    megabytes = app.config["IMPORT_MEGABYTES"]

    for prefix in ("/exchange", "/settings/backups/"):
        block = re.search(rf"location {prefix} {{(.*?)}}", _text("nginx.conf"), re.DOTALL)
        assert block and f"client_max_body_size {megabytes}m;" in block[1], prefix
    assert f"client_max_body_size {app.config['MAX_CONTENT_LENGTH'] // 2**20}m;" in _text("nginx.conf")
    assert "max_size 1GiB" in _text("Caddyfile") and megabytes == 1024
    assert "X-Forwarded-For $proxy_add_x_forwarded_for" in _text("nginx.conf")


def test_the_web_server_in_front_lets_in_the_longest_address_and_what_a_page_says_of_it():
    """The address stands in a header of its own as well, for what is asked for from the page that has it."""
    number, kilobytes = re.search(
        r"^    large_client_header_buffers (\d+) (\d+)k;$", _text("nginx.conf"), re.M
    ).groups()

    assert int(kilobytes) * 1024 > LONGEST_ADDRESS + 1024
    assert int(number) >= 4


def test_the_guide_leads_to_every_example():
    for path in FOLDER.iterdir():
        if path.name != "Dockerfile.dockerignore":
            assert f"deployment/{path.name}" in GUIDE, path.name


def test_an_installation_stays_when_what_was_set_up_is_cleaned_away():
    command = ["make", "-n", "--no-print-directory", "clean"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert ".venv" in said and "instance" not in said
