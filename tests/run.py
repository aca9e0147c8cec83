"""`make test`: finds or installs what the suite needs, runs it on each database, says what it had to skip."""

import os
import shutil
import subprocess
import sys

from tests import chromium, databases

_IN_CI = bool(os.environ.get("CI"))


def main() -> int:
    skipped, has_browser = [], bool(_chromium())
    if not has_browser:
        skipped.append(f"the browser tests: no Chromium (on Debian: apt install {chromium.SHELL})")
    postgres = databases.find_postgres()
    if postgres is None:
        skipped.append("the suite on PostgreSQL: no server (on Debian: apt install postgresql)")
    if not (shutil.which("redis-server") or _installed("redis-server", "redis-server")):
        skipped.append("the test of several servers: no Redis (on Debian: apt install redis-server)")
    if skipped and _IN_CI:
        for what in skipped:
            print(f"CI may skip nothing, yet this cannot run: {what}")
        return 1
    browser = [] if has_browser else ["-m", "not browser"]
    # Two more than there are processors: tests in a browser, of processes and of several writers mostly wait.
    workers = ["-n", str((os.cpu_count() or 2) + 2), "--dist", "worksteal"]
    # Tests are rewritten as they are read: the workers of the second database find what those of the first wrote.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    status = 0
    for database in ["sqlite"] + (["postgresql"] if postgres else []):
        print(f"== the suite on {database}", flush=True)
        status |= subprocess.call(
            [sys.executable, "-m", "pytest", *workers, *browser, "--database", database, *sys.argv[1:]], env=environment
        )
    for what in skipped:
        print(f"skipped: {what}")
    return status


def _chromium() -> str | None:
    return chromium.found() or _installed(chromium.SHELL, chromium.SHELL) or _installed("chromium", "chromium")


def _installed(package: str, program: str) -> str | None:
    """Install a Debian package if this machine and this user can; None if not."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return None
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.call(["apt-get", "update", "-qq"], **quiet)
    subprocess.call(["apt-get", "install", "-y", "-qq", package], **quiet)
    return shutil.which(program)


if __name__ == "__main__":
    sys.exit(main())
