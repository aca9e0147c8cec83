"""Files to import that are endless, ragged, or ask for things from outside."""

import io
import socket
import time
import zipfile

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from crm_app.extensions import db
from tests.exchange.importing import read
from tests.exchange.workbooks import texts, workbook
from tests.security.attacks.scene import Scene

_SECONDS = 2.0
_REFUSED = 422


def outside_parts(scene: Scene) -> list[str]:
    """T25: a workbook or XML with an entity, a bomb of them, or a DTD elsewhere: refused at once, and nothing asked."""
    with _listening() as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
        rows = texts(1, "Name") + texts(2, "Acme")
        prologs = {
            "an entity of a file": '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
            "an entity of another server": f'<!DOCTYPE w [<!ENTITY x SYSTEM "{address}">]>',
            "a DTD of another server": f'<!DOCTYPE worksheet SYSTEM "{address}">',
            "a parameter entity": f'<!DOCTYPE w [<!ENTITY % p SYSTEM "{address}"> %p;]>',
            "a bomb of entities": f'<!DOCTYPE w [<!ENTITY a0 "aaaaaaaaaa">{bomb}]>',
        }
        files = {name: ("a.xlsx", workbook(rows, prolog=prolog)) for name, prolog in prologs.items()}
        for name in ("a.ods", "a.svg", "a.xml", "a.csv"):
            prolog = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY x SYSTEM "{address}">]><x>&x;</x>'
            files[f"XML that is called {name}"] = (name, prolog.encode())
        files["an OpenDocument"] = ("a.ods", _open_document(address))
        found = _each_refused(scene, files)
        assert _is_taken(scene, "a.xlsx", workbook(rows)), "one without is taken"
        return found + _asked(server)


def _row_of(cells: int, text: str) -> bytes:
    """Each with a number: equal cells would be the names of no columns."""
    return ",".join(f"{text}{number}" for number in range(cells)).encode() + b"\n"


def _open_document(address: str) -> bytes:
    content = f'<!DOCTYPE x [<!ENTITY x SYSTEM "{address}">]><office:document-content>&x;</office:document-content>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
    return stream.getvalue()


def endless_rows(scene: Scene) -> list[str]:
    """T27: what has no end, too many columns, or is no table is refused; a row that does not fit is not taken."""
    files = {
        "a line without end": b"Name,Website\n" + b"x" * 1_500_000,
        "a long line of short cells": b"Name,Website\n" + b"x," * 1_400_000 + b"\n",
        "a long line of few cells": _row_of(400, "x") + _row_of(400, "x" * 4_000),
        "a row without end": b"Name,Website\n" + b'"x\n",' * 500_000,
        "5,000 columns": b"Name," + b"x," * 5000 + b"\nAcme\n",
        "5,000 cells in a row": b"Name,Website\nAcme," + b"x," * 5000 + b"\n",
        "nothing but NUL": bytes(100_000),
        "bytes that are no text": bytes(range(1, 32)) * 900,
        "a quotation mark without end": b'Name,Website\nAcme,"x\n',
        "an archive that was packed": b"\x1f\x8b\x08" + bytes(100),
    }
    found = _each_refused(scene, {name: ("a.csv", content) for name, content in files.items()})
    rows = {"too short": b"Acme\n", "too long": b"Acme,a,b\n", "with NUL": b"A\0cme,a\n", "with damage": b"Acm\x81,a\n"}
    for name, row in rows.items():
        sheet = read(b"Name,Website\n" + row + b"Other,\n", chosen={"encoding": "utf-8"})
        taken = [line.cells for line in sheet.lines if not line.problem]
        found += [f"a row {name}: {taken}"] * (taken != [["Other", ""]])
    assert _is_taken(scene, "a.csv", b"Name,Website\nAcme,\n"), "an ordinary file is taken"
    db.session.rollback()
    return found


def endless_cards(scene: Scene) -> list[str]:
    """T28: a card that goes on for ever is refused, and no address in one is ever asked for."""
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Anna Alt\n{}END:VCARD\n"
    files = {
        "10,000 entries": card.format("NOTE:x\n" * 10_000),
        "an entry that is too long": card.format("NOTE:" + "x" * 110_000 + "\n"),
        "an entry folded for ever": card.format("NOTE:x\n" + " xxxxxxxxx\n" * 20_000),
        "quoted-printable for ever": card.format("NOTE;ENCODING=QUOTED-PRINTABLE:=\n" + "=41=\n" * 60_000),
        "a card without end": card.format("").removesuffix("END:VCARD\n"),
        "cards in cards without end": "BEGIN:VCARD\n" * 5_000,
    }
    found = _each_refused(scene, {name: ("a.vcf", text.encode()) for name, text in files.items()}, kind="people")
    with _listening() as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        entries = "".join(
            f"{name};VALUE=uri:{address}\n" for name in ("PHOTO", "LOGO", "SOUND", "ATTACH", "KEY", "URL")
        )
        fine = card.format(entries + "NOTE:one\\nX-PVD:2\n").encode()
        found += ["an ordinary card is refused"] * (not _is_taken(scene, "a.vcf", fine, kind="people"))
        sheet = read(fine)
        found += ["a line in a note became an entry"] * (
            len(sheet.head) != 1 or "X-PVD:2" not in sheet.head[0].cells[-1]
        )
        return found + _asked(server)


def _each_refused(scene: Scene, files: dict[str, tuple[str, bytes]], kind: str = "companies") -> list[str]:
    found, client = [], scene.browser(scene.alice)
    for name, (file_name, content) in files.items():
        before, began = scene.fingerprint(), time.process_time()
        status = _sent(client, file_name, content, kind)
        took = time.process_time() - began
        found += [f"{name}: {status}"] * (status != _REFUSED)
        found += [f"{name}: {took:.1f} s"] * (took > _SECONDS)
        found += [f"{name}: something was kept"] * (scene.fingerprint() != before)
    return found


def _is_taken(scene: Scene, name: str, content: bytes, kind: str = "companies") -> bool:
    return _sent(scene.browser(scene.alice), name, content, kind) == 303


def _sent(client, name: str, content: bytes, kind: str) -> int:
    # In memory: werkzeug's client leaves the file open in which it would keep a large form.
    boundary, form = encode_multipart({"file": FileStorage(io.BytesIO(content), name)})
    content_type = f"multipart/form-data; boundary={boundary}"
    try:
        return client.send(f"/exchange/new/{kind}", form, content_type=content_type).status_code
    except Exception:
        db.session.rollback()
        return 500


def _listening() -> socket.socket:
    """A port of this machine that whoever reads a file must not ask."""
    server = socket.create_server(("127.0.0.1", 0))
    server.setblocking(False)
    return server


def _asked(server: socket.socket) -> list[str]:
    """Who came there: connections wait until they are taken."""
    found = []
    try:
        while True:
            connection, address = server.accept()
            connection.close()
            found.append(f"another server was asked from {address}")
    except BlockingIOError:
        return found
