"""Contact files in real and nasty forms: each is read as it is meant, or refused in a sentence to act on."""

import json

import pytest

from crm_app.exchange import preparing, uploads
from crm_app.exchange.decoding import UnreadableError
from crm_app.exchange.matching import match_columns
from crm_app.exchange.origins import origin_of
from tests.conftest import DATA
from tests.exchange.importing import stored

FOLDER = DATA / "contact_imports"
TABLES = ("*.csv", "*.tsv", "*.txt", "*.vcf", "*.xlsx", "*.xls", "*.json", "*.xml")
FILES = sorted(path for pattern in TABLES for path in FOLDER.rglob(pattern) if "expected_json" not in path.parts)
FILES = [path for path in FILES if path.name != "crm_headers.json"]
pytestmark = pytest.mark.usefixtures("app")


def kind_of(path):
    return next((kind for kind in ("deals", "companies") if kind in path.name), "people")


def _is_of_a_kind(path):
    """Tickets and activities are no kind that can be imported."""
    is_told = "crm_samples" in path.parts or "derived_encodings" in path.parts
    return is_told and "tickets" not in path.name and "activities" not in path.name


def sheet_of(path):
    return preparing.sheet_of(kind_of(path), uploads.path_of(stored(path.read_bytes())))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_read_whole_or_refused_with_advice(path):
    try:
        sheet = sheet_of(path)
    except UnreadableError as refused:
        assert str(refused).startswith("Row ") or "choose" in str(refused) or "empty" in str(refused), str(refused)
        return

    lines = list(sheet.lines)
    assert len(lines) == len(sheet.lines) > 0
    assert all(len(line.cells) == len(sheet.header) for line in lines if not line.problem)
    assert "�".encode() in path.read_bytes() or not any("�" in cell for line in lines for cell in line.cells)


@pytest.mark.parametrize("path", [path for path in FILES if _is_of_a_kind(path)])
def test_columns_of_a_contact_file_find_their_fields(path):
    sheet = sheet_of(path)

    fields = set(match_columns(sheet.header, preparing.KINDS[kind_of(path)].fields).values())

    assert fields & {"name", "title", "first_name"} and len(fields) >= 2
    if "google" in path.name:
        assert origin_of(sheet.header) == "Google Contacts"
    if "outlook" in path.name:
        assert origin_of(sheet.header) == "Outlook" and "Jürgen" in sheet.first_values(1)


# Of the coordinates their authors expect another phone number than stands in the file.
@pytest.mark.parametrize(
    "path",
    [path for path in FILES if "csv-spectrum" in path.parts and path.stem != "location_coordinates"],
    ids=lambda path: path.name,
)
def test_cells_are_those_that_the_authors_of_the_file_expect(path):
    expected = json.loads((path.parents[1] / "expected_json" / f"{path.stem}.json").read_text())
    sheet = sheet_of(path)

    found = [dict(zip(sheet.header, line.cells, strict=True)) for line in sheet.lines]

    assert found == [{name: cell.replace("\r\n", "\n") for name, cell in row.items()} for row in expected]


def test_the_same_people_come_out_of_every_encoding():
    variants = sorted(FOLDER.glob("derived_encodings/fa_contacts_utf8*"))
    found = {tuple(tuple(line.cells) for line in sheet_of(path).lines) for path in variants}

    assert len(found) == 1 and len(next(iter(found))) == 200


if not FOLDER.is_dir():
    del (
        test_a_file_is_read_whole_or_refused_with_advice, test_columns_of_a_contact_file_find_their_fields,
        test_cells_are_those_that_the_authors_of_the_file_expect, test_the_same_people_come_out_of_every_encoding,
    )  # fmt: skip
