"""The forecast under a mouse, a finger and a keyboard, and two people at it."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.browser.carrying import card, carry, drag, grab, ready, settled
from tests.browser.conftest import deafen
from tests.pipeline.test_forecast import month

pytestmark = pytest.mark.browser


@pytest.fixture
def cards(alice):
    """A and B next month, X and Z the month after, L late, N without a date."""
    days = {"A": (1, 9), "B": (1, 19), "X": (2, 4), "Z": (2, 14)}
    deals = {
        name: make.deal(alice, f"Deal {name}", value=1000_00, expected_close=month(n).start + timedelta(days=day))
        for name, (n, day) in days.items()
    }
    deals["L"] = make.deal(alice, "Deal L", expected_close=month(-1).start)
    deals["N"] = make.deal(alice, "Deal N")
    return deals


@pytest.fixture
def forecast(open_forecast):
    """Alice's forecast, which hears nothing of others while it is open."""
    return open_forecast(hears=False)


@pytest.fixture
def open_forecast(page_of, alice, cards):
    def opened(user=alice, *, hears=True, **options):
        page = page_of(user, **options)
        if not hears:
            deafen(page)
        page.goto("/pipeline/forecast")
        ready(page)
        return page

    return opened


def titles(page, key):
    return page.locator(f"#month-{key} .card__title")


def shown(page, key):
    return [text.strip().removeprefix("Deal ") for text in titles(page, key).all_inner_texts()]


def close_of(deal):
    db.session.rollback()
    found = db.session.get(Deal, deal.id).expected_close
    db.session.commit()
    return found


def cards_of(page, key):
    return page.locator(f"#month-{key}-cards")


def test_a_card_dropped_on_a_month_stands_there_by_its_day(forecast, cards):
    drag(forecast, "A", card(forecast, "X"))
    settled(forecast)

    assert shown(forecast, month(2).key) == ["X", "A", "Z"]
    assert shown(forecast, month(1).key) == ["B"]
    expect(forecast.locator(f"#month-{month(2).key} .column__count")).to_have_text("3 deals")
    forecast.locator(".toast", has_text="Deal A is now expected to close on").wait_for()
    assert close_of(cards["A"]) == month(2).start + timedelta(days=9)
    forecast.reload()
    assert shown(forecast, month(2).key) == ["X", "A", "Z"]


def test_dragging_within_a_month_does_nothing(forecast):
    drag(forecast, "A", card(forecast, "B"), at=0.9)
    settled(forecast)

    assert shown(forecast, month(1).key) == ["A", "B"]
    expect(forecast.locator(".toast")).to_have_count(0)


def test_nothing_can_be_dropped_on_late_and_it_goes_when_it_is_empty(forecast, cards):
    late = forecast.locator("#month-before")
    drag(forecast, "A", card(forecast, "L"))
    settled(forecast)
    assert (shown(forecast, "before"), shown(forecast, month(1).key)) == (["L"], ["A", "B"])

    drag(forecast, "L", card(forecast, "A"))
    settled(forecast)

    assert shown(forecast, month(1).key) == ["L", "A", "B"]
    expect(late).to_be_hidden()
    assert close_of(cards["L"]) == month(1).start


def test_a_change_is_taken_back_from_its_toast(forecast, cards):
    drag(forecast, "A", card(forecast, "X"))
    settled(forecast)

    forecast.locator(".toast button", has_text="Undo").click()

    forecast.locator(".toast", has_text="as before.").wait_for()
    expect(titles(forecast, month(1).key)).to_have_text(["Deal A", "Deal B"])
    assert shown(forecast, month(2).key) == ["X", "Z"]
    assert close_of(cards["A"]) == month(1).start + timedelta(days=9)
    expect(forecast.locator(f"#month-{month(1).key} .column__count")).to_have_text("2 deals")


def test_a_card_is_put_on_another_month_with_the_keyboard_and_keeps_the_focus(forecast):
    voice = forecast.locator("[data-card-voice]")
    card(forecast, "B").locator("a").first.focus()

    for key in ("Space", "ArrowUp", "ArrowRight", "ArrowDown"):
        forecast.keyboard.press(key)
    assert voice.inner_text() == "Deal B: " + forecast.locator(f"#month-{month(2).key}-name bdi").inner_text()
    forecast.keyboard.press("Space")
    settled(forecast)

    assert shown(forecast, month(2).key) == ["X", "Z", "B"]
    assert forecast.evaluate("document.activeElement.textContent") == "Deal B"


def test_brought_home_or_let_go_a_card_stands_where_it_stood(forecast, cards):
    for name, keys in {
        "B": ("Space", "ArrowRight", "ArrowLeft", "Space"),
        "A": ("Space", "ArrowRight", "ArrowRight", "Escape"),
        "L": ("Space", "ArrowRight", "ArrowLeft", "Space"),
    }.items():
        card(forecast, name).locator("a").first.focus()
        for key in keys:
            forecast.keyboard.press(key)
        assert forecast.evaluate("document.activeElement.textContent") == f"Deal {name}"
    settled(forecast)

    assert (shown(forecast, "before"), shown(forecast, month(1).key)) == (["L"], ["A", "B"])
    expect(forecast.locator(".toast")).to_have_count(0)
    assert close_of(cards["B"]) == month(1).start + timedelta(days=19)


def test_the_menu_lists_the_months(forecast, cards):
    card(forecast, "A").hover()
    card(forecast, "A").locator(".card__menu").click()
    items = forecast.locator("#card-menu button")
    names = [forecast.locator(f"#month-{month(n).key}-name bdi").inner_text() for n in range(6)]
    assert items.all_inner_texts() == [*names, "Later", "No date", "Won…", "Lost…"]
    expect(items.nth(1)).to_be_disabled()

    items.filter(has_text="No date").click()
    settled(forecast)

    assert shown(forecast, "none") == ["A", "N"]
    assert close_of(cards["A"]) is None


def test_a_finger_holds_a_card_and_carries_it(open_forecast):
    page = open_forecast(width=768, touch=True)
    start, end = card(page, "L").bounding_box(), card(page, "A").bounding_box()
    touch = page.context.new_cdp_session(page)

    def send(kind, x, y):
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = start["x"] + 60, start["y"] + start["height"] - 10
    send("touchStart", x, y)
    page.wait_for_timeout(400)
    for step in range(1, 21):
        share = step / 20
        send("touchMove", x + (end["x"] + 60 - x) * share, y + (end["y"] + 20 - y) * share)
        page.wait_for_timeout(20)
    page.wait_for_timeout(250)
    send("touchEnd", 0, 0)
    settled(page)

    assert shown(page, month(1).key) == ["L", "A", "B"]


def test_months_run_from_the_other_side_and_by_the_other_calendar(open_forecast, alice, cards):
    alice.language, alice.calendar = "fa", "jalali"
    for name in "AB":
        cards[name].expected_close = month(1, "jalali").start + timedelta(days=ord(name) - 60)
    db.session.commit()
    page = open_forecast()
    boxes = [page.locator(f"#month-{month(n, 'jalali').key}").bounding_box()["x"] for n in (0, 1, 2)]
    assert boxes == sorted(boxes, reverse=True)

    drag(page, "A", cards_of(page, month(2, "jalali").key), at=0.9)
    settled(page)
    card(page, "B").locator("a").first.focus()
    for key in ("Space", "ArrowLeft", "Space"):
        page.keyboard.press(key)
    settled(page)

    assert close_of(cards["A"]) == month(2, "jalali").start + timedelta(days=5)
    assert close_of(cards["B"]) == month(2, "jalali").start + timedelta(days=6)


def test_a_stale_change_is_refused_and_the_truth_is_shown(forecast, cards):
    cards["A"].change(expected_close=month(3).start)
    db.session.commit()

    drag(forecast, "A", card(forecast, "X"))
    forecast.locator(".toast", has_text="Someone moved this deal a moment ago").wait_for()
    settled(forecast)

    assert [shown(forecast, month(n).key) for n in (1, 2, 3)] == [["B"], ["X", "Z"], ["A"]]
    assert card(forecast, "A").count() == 1


def test_a_change_that_does_not_arrive_goes_back_and_says_so(forecast, cards):
    forecast.route("**/expected-month*", lambda route: route.fulfill(status=503, body=""))

    drag(forecast, "A", card(forecast, "X"))
    forecast.locator(".toast", has_text="could not be reached").wait_for()

    assert shown(forecast, month(1).key) == ["A", "B"]


def test_dropped_on_won_it_asks_and_goes_back_when_that_is_left(forecast):
    grab(forecast, "A")
    carry(forecast, forecast.locator(".outcomes__end--won"), at=0.5)
    forecast.mouse.up()
    forecast.locator("dialog[open]").wait_for()
    forecast.keyboard.press("Escape")
    expect(titles(forecast, month(1).key)).to_have_text(["Deal A", "Deal B"])

    drag(forecast, "A", forecast.locator(".outcomes__end--won"), at=0.5)
    forecast.locator("dialog[open] button", has_text="Mark as won").click()

    expect(titles(forecast, month(1).key)).to_have_text(["Deal B"])
    forecast.locator(".toast button", has_text="Undo").click()
    expect(titles(forecast, month(1).key)).to_have_text(["Deal A", "Deal B"])


def test_a_change_appears_on_the_forecast_of_another_within_five_seconds(open_forecast, olivia):
    mine, theirs = open_forecast(), open_forecast(olivia)

    drag(theirs, "A", card(theirs, "X"))

    expect(titles(mine, month(2).key)).to_have_text(["Deal X", "Deal A", "Deal Z"], timeout=5000)
    expect(titles(mine, month(1).key)).to_have_text(["Deal B"])
    expect(mine.locator(f"#month-{month(2).key} .column__count")).to_have_text("3 deals")


def test_what_becomes_late_elsewhere_opens_the_column_for_it(open_forecast, cards):
    cards["L"].expected_close = None
    db.session.commit()
    page = open_forecast()
    expect(page.locator("#month-before")).to_be_hidden()

    cards["A"].change(expected_close=month(-1).start)
    db.session.commit()

    expect(titles(page, "before")).to_have_text(["Deal A"], timeout=5000)
    expect(page.locator("#month-before")).to_be_visible()


def test_a_card_put_further_down_than_is_loaded_stays_in_sight_and_stands_once(open_forecast, alice, cards):
    with make.at_once():
        for number in range(40):
            make.deal(alice, f"Card {number}", expected_close=month(2).start + timedelta(days=10 + number // 3))
    cards["B"].expected_close = month(1).last_day
    db.session.commit()
    page = open_forecast()
    drag(page, "B", card(page, "X"))
    settled(page)
    page.wait_for_timeout(3500)
    assert shown(page, month(2).key).count("B") == 1

    for _ in range(4):
        cards_of(page, month(2).key).evaluate("list => list.scrollTo(0, list.scrollHeight)")
        page.wait_for_timeout(300)

    assert shown(page, month(2).key).count("B") == 1
    assert len(shown(page, month(2).key)) == 43 and shown(page, month(2).key)[-1] == "B"


@pytest.mark.parametrize("language", ["en", "fa"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_page_itself_never_scrolls_sideways(open_forecast, alice, width, language):
    alice.language = language
    page = open_forecast(width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert card(page, "L").is_visible()


def test_the_totals_of_a_month_stay_in_its_column_however_long_they_are(page_of, alice, organisation):
    organisation.currency, alice.language = "IRR", "fa"
    make.deal(alice, value=277_700_000_000, currency="IRR", expected_close=month(0).last_day)
    page = page_of(alice)
    page.goto("/pipeline/forecast")
    ready(page)

    heads = page.locator(".column__total").evaluate_all(
        "heads => heads.map((head) => [head.scrollWidth - head.clientWidth, head.textContent])"
    )

    assert any("۲۷٫۸" in text for _over, text in heads)
    assert [text for over, text in heads if over > 0] == []
