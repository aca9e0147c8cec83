"""Phone numbers as filters ask for them: by their digits, however either is written."""

from urllib.parse import quote

import pytest

from tests import make


@pytest.mark.parametrize("path", ["/contacts/companies", "/contacts/people"])
@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("has.88887766", ["Abroad"]),
        ("has.۸۸۸۸ ۷۷", ["Abroad"]),
        ("has.0912345", ["Persian"]),
        ("has.۰۹۱۲-۳۴۵", ["Persian"]),
        ("has.ext", ["Words"]),
        ("has.ext. 5", ["Words"]),
        ("is.none", []),
        ("has_not.8888", ["Empty", "Persian", "Words"]),
        ("begins.+98 21", ["Abroad"]),
        ("begins.0912", ["Persian"]),
        ("is.+982188887766", ["Abroad"]),
        ("is.09123456789", ["Persian"]),
        ("is_not.۰۹۱۲۳۴۵۶۷۸۹", ["Abroad", "Empty", "Words"]),
        ("has.%", []),
        ("empty", ["Empty"]),
    ],
)
def test_a_number_is_found_by_its_digits(client, alice, path, condition, names):
    made = make.company if path.endswith("companies") else make.person
    made(alice, "Abroad", phone="+98 21 8888 7766")
    made(alice, "Persian", phone="۰۹۱۲ ۳۴۵ ۶۷۸۹")
    made(alice, "Words", phone="4711 ext. 5")
    made(alice, "Empty")

    page = client.page(f"{path}?where=phone.{quote(condition)}")

    assert [page.text_of(head.find(".//bdi")) for head in page.all("th", scope="row")] == names
