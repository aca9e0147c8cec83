import socketserver
import threading

import pytest

from crm_app.backups.wholeness import Limit
from crm_app.extensions import db, reading
from crm_app.health.checks import ALL


@pytest.fixture
def found(app):
    """What the check of a key finds: `found("mail")` gives (verdict, sentence) of each finding."""

    def examined(key, seconds=None):
        (check,) = (one for one in ALL if one.key == key)
        db.session.commit()
        with reading():
            findings = list(check.findings(Limit(seconds)))
            db.session.rollback()
        assert all(one.said.endswith((".", "%")) or ": " in one.said for one in findings), findings
        assert all(one.advice for one in findings if one.verdict != "ok"), "what to do is not said"
        return [(one.verdict, one.said) for one in findings]

    return examined


@pytest.fixture
def verdict(found):
    """The one verdict that a check gives."""

    def of(key, seconds=None):
        ((verdict, _said),) = found(key, seconds)
        return verdict

    return of


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line.split()[0].upper()
            self.server.heard.append(line.decode().strip())
            self.wfile.write(self.server.answers.get(word, b"250 ok\r\n"))
            if word == b"QUIT":
                return


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True


@pytest.fixture
def mail_server():
    """Speaks SMTP without TLS, and answers as it is told: `mail_server.answers[b"AUTH"] = b"535 no\\r\\n"`."""
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.heard = []
        server.answers = {
            b"EHLO": b"250-here\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 welcome\r\n", b"QUIT": b"221 bye\r\n",
        }  # fmt: skip
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
