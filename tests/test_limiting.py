"""How often strangers, and whoever found a cookie, may ask for what costs something or lets somebody in."""

import subprocess
import sys

ASKED = """
from crm_app import create_app
from crm_app.accounts import links
from crm_app.extensions import db
from crm_app.migrating import upgrade

app = create_app(WTF_CSRF_ENABLED=False)
with app.app_context():
    upgrade()
    token = links.new_setup_link()
    db.session.commit()
client = app.test_client()
facts = {"language": "en", "organisation": "Halden", "currency": "EUR", "time_zone": "UTC", "calendar": "gregorian"}
facts |= {"name": "Olivia Owen", "email": "olivia@halden.example", "password": "seven quiet herons"}
for path, most in (
    (f"settings/first-run/{token}", 30),
    (f"settings/backups/first-run/{token}", 30),
    ("accounts/password", 20),
    ("accounts/forgotten", 20),
    ("accounts/sign-in/passkey/challenge", 100),
):
    statuses = [client.post(f"/{path}", data=facts).status_code for _ in range(most + 2)]
    print(path.replace(token, "TOKEN"), statuses[0], 429 in statuses[:most], set(statuses[most:]))
"""


def test_what_lets_somebody_in_or_costs_something_is_asked_for_so_often_and_no_more(tmp_path):
    """In a process of its own: limits are kept by one object for all applications of a process."""
    settings = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40}

    ended = subprocess.run([sys.executable, "-c", ASKED], env=settings, capture_output=True, text=True, timeout=60)

    assert ended.stdout.splitlines() == [
        "settings/first-run/TOKEN 303 False {429}",
        "settings/backups/first-run/TOKEN 404 False {429}",
        "accounts/password 422 False {429}",
        "accounts/forgotten 200 False {429}",
        "accounts/sign-in/passkey/challenge 303 False {429}",
    ], ended.stderr


WAITS = """
import sqlite3, sys
from limits.storage import RedisStorage
from crm_app import create_app
from crm_app.accounts.models import Organisation
from crm_app.extensions import db
from crm_app.migrating import upgrade

app = create_app(WTF_CSRF_ENABLED=False)
with app.app_context():
    upgrade()
    db.session.add(Organisation(id=1, name="Halden", currency="EUR", time_zone="UTC"))
    db.session.commit()

def ask_redis(*_arguments, **_options):
    other = sqlite3.connect(sys.argv[1], timeout=0.1)
    other.execute("UPDATE organisations SET name = 'Written meanwhile'")
    other.commit()
    other.close()
    return 1

RedisStorage.incr = ask_redis
print(app.test_client().post("/accounts/forgotten", data={"email": "olivia@halden.example"}).status_code)
with app.app_context():
    print(db.session.get(Organisation, 1).name)
"""


def test_others_write_to_sqlite_while_a_limit_is_asked_of_redis(tmp_path):
    settings = {"INSTANCE_PATH": str(tmp_path), "SECRET_KEY": "k" * 40, "REDIS_URL": "redis://127.0.0.1:1/0"}
    program = [sys.executable, "-c", WAITS, str(tmp_path / "peyvand.db")]

    ended = subprocess.run(program, env=settings, capture_output=True, text=True, timeout=60)

    assert ended.stdout.splitlines() == ["200", "Written meanwhile"], ended.stderr
