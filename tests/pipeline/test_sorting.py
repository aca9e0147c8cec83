"""How lists of deals are ordered, and how their pages follow each other."""

from datetime import date

import pytest

from crm_app.extensions import db
from crm_app.web.money import Rate
from tests import make


def titles(page):
    return [page.text_of(e) for e in page.all("th", scope="row")]


@pytest.mark.parametrize(
    ("key", "order"),
    [
        ("title", "ABC"), ("-title", "CBA"), ("company", "ABC"), ("value", "CAB"), ("-value", "ACB"), ("stage", "CBA"),
        ("owner", "ABC"), ("close", "BAC"), ("created", "CAB"), ("-created", "BAC"),
    ],
)  # fmt: skip
def test_the_list_sorts_by_every_column(browser_of, olivia, alice, bob, key, order):
    db.session.add(Rate(currency="USD", day=date(2020, 1, 1), rate=2))
    make.deal(alice, "A", at="Negotiation", value=600_00, currency="USD", created=5, expected_close=date(2027, 2, 1),
              company=make.company(alice, "Alpha"))  # fmt: skip
    make.deal(
        alice, "B", at="Proposal", created=1, expected_close=date(2027, 1, 1), company=make.company(alice, "Beta")
    )
    make.deal(bob, "C", at="Qualified", value=1000_00, created=9)

    assert "".join(titles(browser_of(olivia).page(f"/pipeline/deals?sort={key}"))) == order


@pytest.mark.parametrize("key", ["value", "close", "created", "company", "owner"])
def test_what_is_unknown_stands_last_whichever_way_the_list_is_sorted(browser_of, olivia, alice, key):
    make.deal(None, "Unknown", created_is_known=False)
    make.deal(alice, "Known", value=0, created=9, expected_close=date(2027, 1, 1), company=make.company(alice))
    browser = browser_of(olivia)

    for sort in (key, f"-{key}"):
        assert titles(browser.page(f"/pipeline/deals?sort={sort}")) == ["Known", "Unknown"]
        assert browser.get(f"/lists/deals/export.csv?sort={sort}").text.splitlines()[-1].startswith("Unknown")


def test_what_comes_next_is_open_and_soon_then_what_was_closed_last(client, alice):
    make.won(alice, title="Won long ago", on=date(2026, 1, 5))
    make.deal(alice, "Some day")
    make.deal(alice, "In March", expected_close=date(2027, 3, 1))
    make.lost(alice, title="Lost lately", on=date(2026, 2, 5))
    make.deal(alice, "In January", expected_close=date(2027, 1, 1))

    assert titles(client.page("/pipeline/deals?sort=next")) == [
        "In January", "In March", "Some day", "Lost lately", "Won long ago",
    ]  # fmt: skip


@pytest.mark.parametrize("turn", ["", "-"])
@pytest.mark.parametrize("sort", ["title", "value", "close", "created", "stage", "company", "owner", "next"])
def test_pages_follow_each_other_without_a_gap(client, alice, sort, turn):
    sort = turn + sort
    company = make.company(alice)
    with make.at_once():
        for number in range(43):
            facts = {"company": company, "expected_close": date(2027, 1, number % 9 + 1)} if number % 4 else {}
            make.deal(
                alice, f"Deal {number:02d}", value=number * 100 if number % 3 else None,
                created_is_known=bool(number % 7), **facts,
            )  # fmt: skip
    for number in range(10):
        make.won(alice, title=f"Won {number}", on=date(2026, 1, number % 4 + 1))

    page = client.page(f"/pipeline/deals?sort={sort}")
    following = page.one("a", rel="next").get("href")
    rows = client.part(following)

    assert len(titles(page)) == 50
    assert len(titles(client.page(following))) == 3
    assert "<h1" not in rows.html
    assert len(set(titles(page)) | set(titles(client.page(following)))) == 53
