"""A running installation, two web processes and a worker, goes on with what was put back: nobody starts it anew."""

import http.client
import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from crm_app.extensions import db
from tests import databases, make
from tests.backups.conftest import files

pytestmark = pytest.mark.slow
_FORM = "application/x-www-form-urlencoded"


class Running:
    """Asked as by a browser, each time on a connection of its own, so that both processes come to answer."""

    def __init__(self, folder, database_url):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.log, self.cookies = folder / "log", {}
        environ = os.environ | {
            "INSTANCE_PATH": str(folder), "DATABASE_URL": database_url, "SECRET_KEY": "", "PORT": str(self.port),
            "WEB_PROCESSES": "2", "REDIS_URL": "", "BASE_URL": "", "SMTP_URL": "",
        }  # fmt: skip
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "crm_app", "serve"]
            self.process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)

    def setup_link(self):
        return re.search(r"(/settings/first-run/\S+)", self.waited(lambda: self.log.read_text(), "first-run"))[1]

    def waited(self, tell, words):
        deadline = time.monotonic() + 60
        while words not in (told := self._told(tell)) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert words in told, (told[-2000:], self.log.read_text()[-3000:])
        return told

    @staticmethod
    def _told(tell):
        with suppress(OSError, http.client.HTTPException):
            return tell()
        return ""

    def ask(self, method, path, body=None, kind=_FORM):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = kind
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _is, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def token(self, path):
        return re.search(r'name="csrf_token" value="([^"]+)"', self.ask("GET", path)[1])[1]


@pytest.fixture
def running(database_url, worker, tmp_path):
    (tmp_path / "there").mkdir()
    is_sqlite = database_url.startswith("sqlite")
    one = Running(tmp_path / "there", "" if is_sqlite else databases.fresh_postgres(f"peyvand_running_{worker}"))
    yield one
    one.process.send_signal(signal.SIGTERM)
    assert one.process.wait(40) == 0, one.log.read_text()[-3000:]


def test_all_processes_go_on_with_the_database_and_the_key_of_the_backup(
    crm, lived, instance, olivia, running, tmp_path
):
    email, uploads = olivia.email, files(instance)
    db.session.commit()
    assert crm("backup", tmp_path / "all.zip").exit_code == 0
    link = running.setup_link()
    running.waited(lambda: running.ask("GET", link)[1], "csrf_token")
    for _number in range(6):
        assert running.ask("GET", link)[0] == 200
    url = link.replace("/settings/", "/settings/backups/")
    file = FileStorage(io.BytesIO((tmp_path / "all.zip").read_bytes()), "all.zip")
    boundary, form = encode_multipart({"file": file, "csrf_token": running.token(url)})

    status, text = running.ask("POST", url, form, f"multipart/form-data; boundary={boundary}")

    assert status == 303, text[-2000:]
    for _number in range(6):
        running.cookies.clear()
        facts = {"csrf_token": running.token("/accounts/sign-in"), "email": email, "password": make.PASSWORD}
        assert running.ask("POST", "/accounts/sign-in", urlencode(facts))[0] == 303
        status, text = running.ask("GET", "/contacts/companies")
        assert status == 200 and "东方贸易" in text
    assert running.ask("GET", link)[0] == 404
    assert files(tmp_path / "there") == uploads
    asked = urlencode({"csrf_token": running.token("/settings/organisation")})
    assert running.ask("POST", "/settings/backups/", asked)[0] == 302
    running.waited(lambda: running.ask("GET", "/settings/backups/")[1], "/settings/backups/peyvand-")
