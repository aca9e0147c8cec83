"""Files: what is handed out, under which name one is asked for, and where one that is sent comes to lie."""

import io
import re
from pathlib import Path

from crm_app.extensions import db
from tests.security import world
from tests.security.attacks.scene import Scene, call

_NAMES = (
    "../secret_key", "..%2fsecret_key", "%2e%2e/secret_key", "..\\secret_key", "/etc/passwd", "notes.txt", ".",
    "peyvand-2026-01-01.zip.part", "peyvand-2026-01-01.zip%00.txt", "peyvand-2026-01-01.zip/..", "....//secret_key",
    "peyvand-٢٠٢٦-01-01.zip", "PEYVAND-2026-01-01.ZIP", "peyvand-2026-01-01-000000.zip\n",
)  # fmt: skip
_FILE_NAMES = (
    "../../evil.csv", "/etc/cron.d/x.csv", "..\\evil.csv", ".htaccess", "a.php.csv", "a\u200b.csv", "\u202evsc.exe",
    "x" * 300 + ".csv", "a\r\nX-Pvd: 1.csv", "<script>.csv", "con.csv", "a.svg", "a.html",
)  # fmt: skip
_TYPES = ("text/csv", "application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
_SECRET = "pvd9 is nobody's business"


def handed_out(scene: Scene) -> list[str]:
    """T22: a file is handed out to be saved, by a type from our own table, never to be shown on our address."""
    found, files, client = [], 0, scene.browser(scene.olivia)
    for route in scene.pages():
        response = call(client, route, query_string=world.USUAL.get(route.endpoint, {}))
        if response.status_code == 200 and not response.mimetype.startswith(("text/html", "text/plain")):
            files += 1
            said = response.headers.get("Content-Disposition", "")
            found += [f"{route}: {said!r}"] * (not said.startswith("attachment; "))
            found += [f"{route}: {response.mimetype}"] * (response.mimetype not in _TYPES)
            found += [f"{route}: its type is guessed"] * (response.headers.get("X-Content-Type-Options") != "nosniff")
            found += [f"{route}: its name has lines"] * any(sign in said for sign in "\r\n")
    return found if files else ["no file was handed out"]


def other_files(scene: Scene) -> list[str]:
    """T23, T63, T70: no address reaches a file that is no backup, and only an owner reaches one."""
    instance = Path(scene.app.config["INSTANCE_PATH"])
    folder = instance / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    for place in (folder / "notes.txt", folder / "peyvand-2026-01-01.zip.part", folder / "peyvand-2026-02-02.zip"):
        place.write_text(_SECRET)
    (folder / "peyvand-2026-01-01.zip").unlink(missing_ok=True)
    found, client = [], scene.browser(scene.olivia)
    for name in _NAMES:
        response = client.get(f"/settings/backups/{name}")
        found += [f"{name!r}: {response.status_code}"] * (_SECRET in response.get_data(as_text=True))
    for user in (scene.alice, scene.vera):
        status = scene.browser(user).get("/settings/backups/peyvand-2026-02-02.zip").status_code
        found += [f"as {user.role}: {status}"] * (status not in (403, 404))
    for path in (
        "/.env",
        "/.git/config",
        "/instance/secret_key",
        "/static/../wsgi.py",
        "/metrics",
        "/console",
        "/backup/",
    ):
        status = client.get(path).status_code
        found += [f"{path}: {status}"] * (status != 404)
    return found


def file_names(scene: Scene) -> list[str]:
    """T22, T23: what somebody calls a file never becomes the name of one, nor leaves its folder."""
    found, client = [], scene.browser(scene.alice)
    instance = Path(scene.app.config["INSTANCE_PATH"])
    before = {path for path in instance.rglob("*") if "uploads" not in path.parts}
    for name in _FILE_NAMES:
        data = {"file": (io.BytesIO(b"Name,Website\nAcme,\n"), name)}
        status = client.send("/exchange/new/companies", data, content_type="multipart/form-data").status_code
        found += [f"{name[:30]!r}: {status}"] * (status not in (200, 303, 422))
    db.session.rollback()
    kept = [path for path in (instance / "uploads").rglob("*") if path.is_file()]
    found += [
        f"a file is called {path.name[:60]!r}" for path in kept if not re.fullmatch(r"[0-9a-f]{32}(\.\w+)?", path.name)
    ]
    outside = {path for path in instance.rglob("*") if "uploads" not in path.parts and path.is_file()} - before
    found += [f"{path} lies outside" for path in outside if not path.name.startswith(("jobs.db", "test.db"))]
    return found if kept else ["no file was taken"]
