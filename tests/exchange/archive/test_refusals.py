"""Archives that were changed, made to do harm, or belong elsewhere: refused in a sentence, and nothing is written."""

import json
import re
import stat
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import pytest

from crm_app.cli import main
from crm_app.exchange.archive import uploads, values
from crm_app.extensions import db
from tests import make
from tests.exchange.archive import living


@pytest.fixture(scope="module")
def pristine():
    """The bytes of an archive, made by the first test that asks."""
    return []


@pytest.fixture
def archive(app, tmp_path, pristine):
    """An archive of a small organisation, which has gone from the database."""
    path = tmp_path / "all.zip"
    if not pristine:
        make.organisation()
        alice = make.user("Alice", role="owner")
        make.goal(5, user=alice)
        make.deal(alice, company=make.company(alice, "Acme"))
        pristine.append(living.exported(path).read_bytes())
        living.emptied()
    path.write_bytes(pristine[0])
    return path


@pytest.fixture
def refusal(app, archive):
    """What `crm import archive` says of the archive that the test has changed; makes sure that nothing was written."""

    def refused(*options):
        db.session.commit()
        before, standing = files_of(app), living.count()
        result = app.test_cli_runner().invoke(main, ["import", "archive", str(archive), *options])
        db.session.expire_all()
        assert result.exit_code == 1, result.output
        assert "Nothing was written." in result.output and "Traceback" not in result.output
        assert living.count() == standing
        assert files_of(app) == before
        return result.output

    return refused


def files_of(app):
    return sorted(path for path in Path(app.config["INSTANCE_PATH"]).rglob("*") if path.is_file())


def entry(name, kind=stat.S_IFREG):
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | 0o644) << 16
    return info


@pytest.mark.parametrize(
    "name",
    [
        "../evil", "/etc/evil", "uploads/../../evil", "uploads\\..\\evil", "C:\\evil", "uploads/imports/../../evil",
        "uploads/imports/" + "a" * 33, "tables/", "tables/spoons.jsonl", "uploads/imports/%2e%2e%2fevil", "note.txt",
    ],
)  # fmt: skip
def test_a_file_under_another_name_is_refused_even_if_the_manifest_names_it(refusal, archive, name):
    with zipfile.ZipFile(archive, "a") as package:
        package.writestr(entry(name), b"")
    assert "holds" in refusal()

    with living.rewritten(archive) as (about, _files):
        about["uploads"] = {name: {"name": name, "size": 0, "sha256": living.sha256(b"").hexdigest()}}
    assert "holds" in refusal()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(refusal, archive, kind):
    with zipfile.ZipFile(archive, "a") as package:
        package.writestr(entry("uploads/imports/" + "a" * 32, kind), b"/etc/passwd")

    assert "not a regular file" in refusal()


def test_ten_thousand_files_are_refused(refusal, archive):
    with zipfile.ZipFile(archive, "a") as package:
        for number in range(10_000):
            package.writestr(f"uploads/imports/{number:032x}", b"")

    assert "too many files" in refusal()


def test_a_list_of_contents_that_would_fill_the_memory_is_not_read(refusal, archive):
    comment = b"x" * 60_000
    with zipfile.ZipFile(archive, "a") as package:
        for number in range(100):
            info = entry(f"uploads/imports/{number:032x}")
            info.comment = comment
            package.writestr(info, b"")

    tracemalloc.start()
    assert "too many files" in refusal()
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_unread(refusal, archive):
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as package, package.open("uploads/bomb", "w") as bomb:
        for _megabyte in range(64):
            bomb.write(bytes(1 << 20))

    assert "unpacks to 64 MB" in refusal()


def test_files_that_share_their_bytes_are_refused(refusal, archive):
    with zipfile.ZipFile(archive, "a") as package:
        package.writestr("uploads/imports/" + "0" * 32, b"x" * 100_000)
        for number in range(1, 5):
            twin = entry(f"uploads/imports/{number:032x}")
            package.filelist.append(twin)
            for fact in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(twin, fact, getattr(package.filelist[-2], fact))

    assert "overlap" in refusal()


def test_the_same_name_twice_is_refused(refusal, archive):
    with zipfile.ZipFile(archive, "a") as package, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package.writestr("tables/users.jsonl", b"")

    assert "same name" in refusal()


def test_other_ways_of_packing_are_refused(refusal, archive):
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_LZMA) as package:
        package.writestr("uploads/imports/" + "0" * 32, b"x")

    assert "not a regular file" in refusal()


@pytest.mark.parametrize("content", [b"", b"PK", b"name,price\nA,1\n", b"PK\x05\x06" + bytes(18)])
def test_another_file_is_no_archive(refusal, archive, content):
    archive.write_bytes(content)

    assert re.search("not a ZIP file|not a Peyvand archive", refusal())


def test_a_cut_off_archive_is_refused(refusal, archive):
    archive.write_bytes(archive.read_bytes()[:-1000])

    assert "cut off" in refusal()


def test_a_flipped_byte_is_found(refusal, archive):
    content = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as package:
        place = package.getinfo("tables/users.jsonl").header_offset
    content[place + 60 + len("tables/users.jsonl")] ^= 1
    archive.write_bytes(bytes(content))

    assert "tables/users.jsonl" in refusal()


CHANGES = {
    "unknown format": (lambda about, files: about.update(format_version=2), "format 2"),
    "other format": (lambda about, files: about.update(format="spoon"), "not a Peyvand archive"),
    "no tables": (lambda about, files: about.pop("tables"), "manifest is damaged"),
    "no names": (lambda about, files: about.update(uploads=[1]), "manifest is damaged"),
    "lying size": (lambda about, files: about["tables"]["users"].update(size=1), "the size in the manifest"),
    "negative size": (lambda about, files: about["tables"]["users"].update(size=-1), "manifest is damaged"),
    "wrong hash": (lambda about, files: about["tables"]["users"].update(sha256="0" * 64), "was altered"),
    "fewer rows": (lambda about, files: about["tables"]["users"].update(rows=2), "1 rows, not 2"),
    "other revision": (lambda about, files: about.update(revision="9999"), "version 9999"),
    "missing file": (lambda about, files: files.pop("tables/users.jsonl"), "is missing 'tables/users.jsonl'"),
    "missing table": (
        lambda about, files: (files.pop("tables/users.jsonl"), about["tables"].pop("users")),
        "the expected table 'users'",
    ),
    "other column": (
        lambda about, files: about["tables"]["users"]["columns"].append("spoon"),
        "the expected table 'users'",
    ),
    "twice a column": (
        lambda about, files: about["tables"]["users"]["columns"].append("id"),
        "the expected table 'users'",
    ),
    "own session": (
        lambda about, files: about["tables"]["users"]["columns"].append("session_key"),
        "the expected table 'users'",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_manifest_that_does_not_fit_is_refused(refusal, archive, name):
    change, said = CHANGES[name]
    with living.rewritten(archive) as (about, files):
        change(about, files)

    assert said in refusal()


@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("users", "name", 7, "no name that can be read"),
        ("users", "name", None, "rejected a row of users"),
        ("users", "team_id", 99, "rejected a row of users"),
        ("users", "created_at", "2026-01-01T00:00:00", "no created_at that can be read"),
        ("targets", "start", "soon", "no start that can be read"),
        ("targets", "amount", 1.5, "no amount that can be read"),
        ("targets", "amount", True, "no amount that can be read"),
        ("targets", "amount", 2**63, "targets"),
        ("organisations", "id", 2, "rejected a row of organisations"),
        ("organisations", "shows_toman", 1, "no shows_toman that can be read"),
        ("companies", "parent_id", 99, "rejected a row of companies"),
    ],
)
def test_a_row_that_cannot_be_lets_nothing_stand(refusal, archive, table, column, value, said):
    with living.rewritten(archive) as (about, files):
        row = json.loads(files[f"tables/{table}.jsonl"].splitlines()[0])
        row[about["tables"][table]["columns"].index(column)] = value
        files[f"tables/{table}.jsonl"] = json.dumps(row).encode() + b"\n"
        living.told(about, files, table)

    assert said in refusal()


@pytest.mark.parametrize("line", [b"{}\n", b"[]\n", b"[" * 100_000 + b"\n", b"\xff\n", b"[1\n"])
def test_a_line_that_is_no_row_is_refused(refusal, archive, line):
    with living.rewritten(archive) as (about, files):
        files["tables/deals.jsonl"] += line
        living.told(about, files, "deals")

    assert "line 2 is not a row of its table" in refusal()


@pytest.mark.parametrize("line", [b'["' + b"a" * values.LONGEST_LINE + b'"]\n', b"[" + b"{}," * 130_000 + b"{}]\n"])
def test_a_line_that_would_fill_the_memory_is_not_parsed(line):
    assert not values.is_bearable(line)
    assert values.is_bearable(line[:1000])


def test_another_file_under_the_name_of_an_upload_stays_and_those_put_before_it_go(app, refusal, archive):
    names = ["uploads/imports/" + digit * 32 for digit in "01"]
    with living.rewritten(archive) as (about, files):
        for name in names:
            files[name] = b"a,b\n"
            about["uploads"][name] = {"name": name, "size": 4, "sha256": living.sha256(b"a,b\n").hexdigest()}
    path = Path(app.config["INSTANCE_PATH"]) / names[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"mine")

    assert f"a different {names[1]}" in refusal()
    assert path.read_bytes() == b"mine"


def test_an_organisation_that_is_there_already_is_left_alone(refusal, organisation):
    assert "This installation is in use: it already contains organisations." in refusal()


def test_an_archive_can_be_looked_at_without_writing(app, archive):
    result = app.test_cli_runner().invoke(main, ["import", "archive", str(archive), "--dry-run"])

    assert result.exit_code == 0 and "all.zip is intact: " in result.output
    assert "Nothing was written" in result.output
    assert living.count() == 0


@pytest.mark.parametrize("option", [("--set", "a=b"), ("--currency", "EUR"), ("--existing", "skip")])
def test_options_for_files_of_rows_are_refused(app, archive, option):
    result = app.test_cli_runner().invoke(main, ["import", "archive", str(archive), *option])

    assert result.exit_code == 2 and f"{option[0]} is not available for an archive." in result.output
    assert living.count() == 0


def test_what_is_no_upload_has_no_place_among_them(app):
    with pytest.raises(ValueError, match="no upload"):
        uploads.path_of("uploads/../secret_key")
