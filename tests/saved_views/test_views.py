"""What a list or board shows, saved under a name: mine, shared, pinned as tabs."""

from urllib.parse import urlencode

import pytest

from crm_app.extensions import db
from crm_app.saved_views.menus import kept_of
from crm_app.saved_views.models import SavedView
from tests import make
from tests.meanwhile import meanwhile

BOARD, LIST = "/pipeline/board", "/pipeline/deals"


@pytest.fixture(autouse=True)
def pipeline(organisation):
    return make.pipeline()


def view(owner, name="Late ones", query="close=late", **facts):
    saved = SavedView(place="deals", name=name, query=query, owner=owner, **facts)
    db.session.add(saved)
    db.session.commit()
    return saved


def facts(**changes):
    return {"place": "deals", "query": "close=late&q=glass", "name": "Late glass", "next": BOARD} | changes


def popover(page):
    return page.text_of(page.one("div", id="views"))


def test_a_filtered_board_can_be_saved_and_opened_as_a_board_or_a_list(client, alice):
    form = client.page(f"{BOARD}?q=glass&close=late&deal=3").one("div", id="views")
    query = next(e.get("value") for e in form.iter("input") if e.get("name") == "query")

    answer = client.send("/views/", facts(query=query, next=f"{BOARD}?{query}"))

    assert answer.status_code == 303 and answer.location == f"{BOARD}?close=late&q=glass"
    for place in (BOARD, LIST):
        links = [e.get("href") for e in client.page(place).one("div", id="views").iter("a")]
        assert f"{place}?close=late&q=glass" in links


def test_what_is_shown_already_is_not_offered_to_be_saved_again(client, alice):
    view(alice)

    assert "Save this view" not in popover(client.page(f"{BOARD}?close=late"))
    assert "Save this view" not in popover(client.page(BOARD))
    assert "Save this view" in popover(client.page(f"{BOARD}?close=never"))


def test_saving_under_a_name_of_ones_own_replaces_that_view(client, alice):
    view(alice, "Late  GLASS", "close=never")

    client.send("/views/", facts(is_pinned="y"))

    saved = db.session.query(SavedView).one()
    assert (saved.name, saved.query, saved.is_pinned) == ("Late glass", "close=late&q=glass", True)


def test_a_view_that_is_replaced_stays_shared_and_pinned_and_that_is_said(client, alice):
    view(alice, "Late glass", "close=never", is_shared=True, is_pinned=True)

    answer = client.send("/views/", facts())

    saved = db.session.query(SavedView).one()
    assert (saved.query, saved.is_shared, saved.is_pinned) == ("close=late&q=glass", True, True)
    assert "The view Late glass was changed." in client.page(answer.location).text


@pytest.mark.parametrize(("before", "after"), [("Value < 50k", "Value > 50k"), ("−10%", "10%"), ("A/B", "AB")])
def test_a_name_that_differs_by_a_sign_is_of_another_view(client, alice, before, after):
    view(alice, before, "close=never")

    client.send("/views/", facts(name=after))

    saved = db.session.query(SavedView).order_by(SavedView.id)
    assert [(one.name, one.query) for one in saved] == [(before, "close=never"), (after, "close=late&q=glass")]


def test_a_name_replaces_neither_the_view_of_another_nor_ones_own_of_another_list(client, alice, bob):
    view(bob, "Late glass", is_shared=True)

    client.send("/views/", facts())
    client.send("/views/", facts(place="companies", query="q=glass", next="/contacts/companies"))

    saved = db.session.query(SavedView).order_by(SavedView.id)
    assert [(one.owner, one.place, one.query) for one in saved] == [
        (bob, "deals", "close=late"),
        (alice, "deals", "close=late&q=glass"),
        (alice, "companies", "q=glass"),
    ]


@pytest.mark.postgresql
def test_a_name_that_is_saved_twice_at_once_is_one_view(client, browser_of, alice):
    other, facts = browser_of(alice), {"place": "deals", "name": "Mine", "query": "owner=1"}

    met = meanwhile(
        lambda: client.send("/views/", facts).status_code,
        lambda: other.send("/views/", facts).status_code,
        held_at="INSERT INTO saved_views",
        before=True,
    )

    assert met == (303, 303, True)
    assert db.session.query(SavedView).count() == 1


def test_pinned_views_are_tabs_beside_all_deals(client, alice):
    view(alice, "Late ones", is_pinned=True)
    view(alice, "Hidden", "close=never")

    for place in (BOARD, LIST):
        tabs = client.page(f"{place}?close=late").one("nav", **{"aria-label": "Views"})
        assert [("".join(e.itertext()).strip(), e.get("aria-current")) for e in tabs.iter("a")] == [
            ("All deals", None),
            ("Late ones", "page"),
        ]


def test_shared_views_are_everyones_to_open_and_their_owners_to_change(client, browser_of, alice, bob, olivia):
    shared = view(alice, "For all", is_shared=True)
    private = view(alice, "For me")

    page = browser_of(bob).page(BOARD)

    assert "For all Alice Adler" in popover(page) and "For me" not in popover(page)
    assert not page.all("a", title="Change")
    for other, status in ((bob, 404), (olivia, 200)):
        assert browser_of(other).get(f"/views/{shared.id}").status_code == status
    assert browser_of(olivia).get(f"/views/{private.id}").status_code == 404


def test_a_view_is_renamed_pinned_and_shared(client, alice):
    saved = view(alice)

    client.send(f"/views/{saved.id}", {"name": "Very late", "is_pinned": "y", "is_shared": "y", "next": BOARD})

    assert (saved.name, saved.is_pinned, saved.is_shared, saved.query) == ("Very late", True, True, "close=late")


def test_a_viewer_saves_views_but_shares_none(browser_of, vera):
    browser = browser_of(vera)
    browser.send("/views/", facts(is_shared="y"))

    assert db.session.query(SavedView).one().is_shared is False
    assert "Share with everyone" not in popover(browser.page(f"{BOARD}?close=never"))


def test_a_view_is_deleted_after_a_question(client, alice):
    saved = view(alice)

    assert "Late ones" in client.page(f"/views/{saved.id}/deletion?next={BOARD}").text
    answer = client.send(f"/views/{saved.id}/deletion", {"next": BOARD})

    assert answer.location == BOARD
    assert db.session.query(SavedView).count() == 0


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "x" * 61}, 422),
        ({"place": "elsewhere"}, 400),
        ({"query": ""}, 400),
        ({"query": "x" * 2001}, 400),
        ({"query": "after=5"}, 400),
    ],
)
def test_what_cannot_be_saved_is_refused(client, alice, changes, status):
    answer = client.send("/views/", facts(**changes))

    assert answer.status_code == status
    assert db.session.query(SavedView).count() == 0


def test_two_views_of_one_person_do_not_share_a_name(client, alice):
    view(alice, "One")
    two = view(alice, "Two")

    answer = client.send(f"/views/{two.id}", {"name": "ONE"})

    assert answer.status_code == 422
    assert "There is already a view with this name." in answer.get_data(as_text=True)
    assert two.name == "Two"


def test_saving_leads_nowhere_but_back_into_peyvand(client, alice):
    assert client.send("/views/", facts(next="https://evil.example/")).location == "/"


def test_the_order_of_an_address_does_not_matter_and_passing_things_are_dropped():
    assert kept_of("b=2&a=1&after=9&deal=4&c=") == kept_of("?a=1&b=2".lstrip("?")) == "a=1&b=2"


def test_a_query_that_tries_to_be_more_than_filters_stays_inside_the_address(client, alice):
    view(alice, "Odd", "_external=1&_anchor=x&endpoint=y")

    links = [e.get("href") for e in client.page(LIST).one("div", id="views").iter("a")]

    assert f"{LIST}?_external=1&_anchor=x&endpoint=y" in links


def test_the_board_and_the_list_read_the_views_in_one_statement(client, alice, statements):
    make.deal(alice)
    for number in range(30):
        view(alice, f"View {number}", f"q={number}", is_pinned=number < 3)

    for place in (BOARD, LIST):
        with statements() as seen:
            client.get(place)
        assert len(seen) <= 12, place


@pytest.mark.parametrize("path", ["/contacts/companies", "/contacts/people", "/catalog/"])
def test_other_lists_keep_views_of_their_own(client, alice, path):
    form = client.page(f"{path}?q=glass").one("div", id="views")
    hidden = {e.get("name"): e.get("value") for e in form.iter("input") if e.get("type") == "hidden"}
    sent = {name: hidden[name] for name in ("place", "query", "next")}

    answer = client.send("/views/", sent | {"name": "Glass", "is_pinned": "y"})
    tabs = client.page(answer.location).one("nav", **{"aria-label": "Views"})

    assert answer.location == f"{path}?q=glass"
    assert [("".join(e.itertext()).strip(), e.get("aria-current")) for e in tabs.iter("a")][1] == ("Glass", "page")
    assert "Glass" not in popover(client.page(LIST))


@pytest.mark.parametrize("path", ["/contacts/companies", "/contacts/people"])
def test_what_is_typed_into_a_list_can_be_saved_at_once(client, alice, path):
    part = client.part(f"{path}?q=gla")

    query = [e.get("value") for e in part.one("div", id="views").iter("input") if e.get("name") == "query"]

    assert query == ["q=gla"]
    assert part.one("span", id="views-chip").get("hidden") is None


def test_what_is_too_long_for_a_view_is_not_offered_in_part(client, alice):
    long = urlencode({"where": f"industry.is.{'|'.join(['صنعت قطعه‌سازی'] * 30)}"})
    make.company(alice)
    client.send("/lists/companies/columns", {"shown": ["phone"], "order": ["phone"]})

    page = client.page(f"/contacts/companies?{long}")

    assert len(long) > 2000
    assert not [e for e in page.all("input") if e.get("name") == "place"]
    assert "These filters are too long to be saved as a view. Remove some of them." in popover(page)
    assert page.one("span", id="views-chip").get("hidden") is None
    assert "too long" not in popover(client.page("/contacts/companies?q=glass"))


def test_a_view_of_any_list_that_offers_it_is_saved(browser_of, olivia, app):
    browser = browser_of(olivia)

    for place in app.extensions["lists"]:
        answer = browser.send("/views/", {"place": place, "query": "sort=when", "name": "Mine", "next": "/"})
        assert answer.status_code == 303, place
