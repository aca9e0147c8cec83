"""A disk that the system lets nobody write to any more, under a running server, as it does with one that has a fault.

A file system of its own in a file, which is told of a fault by its kernel's own switch: whoever has files open there
is refused from then on, as on a disk that is broken. The kernel lets it be written to again only after it was taken
away and brought back, so the server is started anew; what heals by itself is shown by tests/test_read_only.py.
"""

import http.client
import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

from tests.torture.crashing import Victim, column, torn, victim


class NotHereError(Exception):
    """This machine, or this user, cannot make such a disk."""


class Seen(NamedTuple):
    told: str
    faults: list[str]


class Disk:
    """`folder` lies on it while it is mounted. Raises NotHereError."""

    def __init__(self, folder: Path):
        self._image, self.folder = folder / "disk.img", folder / "disk"
        self.folder.mkdir()
        with self._image.open("wb") as image:
            image.truncate(300 << 20)
        try:
            _run("mkfs.ext4", "-q", "-F", str(self._image))
            self._mount()
            if not self._switch().exists():
                self._take_away()
                raise NotHereError("this kernel has no switch for a fault")
        except (OSError, subprocess.CalledProcessError) as error:
            raise NotHereError(f"no disk can be mounted ({error})") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(subprocess.CalledProcessError):
            self._take_away()

    def break_(self) -> None:
        self._switch().write_text("1")

    def mend(self) -> None:
        """Nobody may have a file open there."""
        self._take_away()
        _run("fsck.ext4", "-p", str(self._image), fine=(0, 1))
        self._mount()

    def _mount(self) -> None:
        _run("mount", "-o", "loop,errors=remount-ro", str(self._image), str(self.folder))

    def _take_away(self) -> None:
        """Processes that were killed are there for a moment longer."""
        for again in range(50, -1, -1):
            try:
                return _run("umount", str(self.folder))
            except subprocess.CalledProcessError:
                if not again:
                    raise
                time.sleep(0.1)

    def _switch(self) -> Path:
        device = self.folder.stat().st_dev
        name = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}").readlink().name
        return Path(f"/sys/fs/ext4/{name}/trigger_fs_error")


def broken(disk: Disk, database_url: str) -> Seen:
    """What is written before, while it can only be read, and once it is mended and the server is started anew."""
    instance = disk.folder / "instance"
    instance.mkdir()
    url = database_url or f"sqlite:///{instance / 'peyvand.db'}"
    # Where PostgreSQL keeps its data is another disk: companies are written there, files are not.
    wanted = 507 if not database_url else 303
    with victim(instance, url) as one:
        before = [_company(one, f"Before {number}")[0] for number in range(5)] + [_file(one)[0]]
        uploads = _uploads(instance)
        disk.break_()
        during = [_company(one, f"Meanwhile {number}") for number in range(5)]
        sent = [_file(one) for _ in range(5)]
        read = [one.ask("GET", "/contacts/companies") for _ in range(10)]
        left = _uploads(instance)
        one.kill()
        disk.mend()
        one.start()
        after = [_company(one, "After")[0], _file(one)[0]]
        kept = set(column(one, "SELECT name FROM companies"))
        faults = torn(one)
    expected = {"After", *(f"Before {number}" for number in range(5))}
    expected |= {f"Meanwhile {number}" for number in range(5)} if database_url else set()
    faults += _unless(set(before) == {303}, f"before: {before}")
    faults += _unless({status for status, _page in during} == {wanted}, f"written: {_statuses(during)}")
    faults += _unless({status for status, _page in sent} == {507}, f"sent: {_statuses(sent)}")
    faults += _unless({status for status, _page in read} == {200}, f"read: {_statuses(read)}")
    faults += _unless(all("cannot be written to" in page for _status, page in sent), "not said in plain words")
    faults += _unless(set(after) == {303}, f"after: {after}")
    faults += _unless(left == uploads, f"left lying: {left - uploads}")
    faults += _unless(kept == expected, f"companies: {sorted(kept ^ expected)}")
    return Seen(f"written {_statuses(during)}, sent {_statuses(sent)}, read {_statuses(read)}", faults)


def _company(one: Victim, name: str) -> tuple[int, str]:
    return one.ask("POST", "/contacts/companies/new", csrf_token=one.token, name=name, revenue_currency="EUR")


def _file(one: Victim) -> tuple[int, str]:
    """One to import."""
    edge = "a5f1"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{one.token}\r\n',
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\nName\nAlpha {time.monotonic()}\n\r\n--{edge}--\r\n",
    ]
    connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=60)
    headers = {"Cookie": one.cookie, "Content-Type": f"multipart/form-data; boundary={edge}"}
    try:
        connection.request("POST", "/exchange/new/companies", "".join(parts), headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _uploads(instance: Path) -> set[str]:
    return {path.name for path in (instance / "uploads").rglob("*") if path.is_file()}


def _statuses(answers: list[tuple[int, str]]) -> list[int]:
    return [status for status, _page in answers]


def _unless(is_right: bool, fault: str) -> list[str]:
    return [] if is_right else [fault]


def _run(*program: str, fine: tuple[int, ...] = (0,)) -> None:
    ended = subprocess.run(program, capture_output=True, text=True)
    if ended.returncode not in fine:
        raise subprocess.CalledProcessError(ended.returncode, program, ended.stdout, ended.stderr)
