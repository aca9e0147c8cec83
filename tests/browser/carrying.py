"""Cards and columns as a browser shows them, a mouse that carries a card, and what is held on its way."""

from playwright.sync_api import expect
from sqlalchemy import select

from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make


def ready(page):
    page.locator("[data-board]").wait_for()
    page.wait_for_load_state("networkidle")


def shown(page, stage):
    column = page.locator(f"#stage-{make.stage(stage).id} .card__title")
    return [text.strip().removeprefix("Deal ") for text in column.all_inner_texts()]


def stored(stage):
    db.session.rollback()
    titles = select(Deal.title).where(Deal.stage == make.stage(stage)).order_by(Deal.rank, Deal.id)
    return [title.removeprefix("Deal ") for title in db.session.scalars(titles)]


def card(page, name):
    return page.locator("[data-board] .card", has_text=f"Deal {name}")


def drag(page, name, target, *, at=0.25):
    """Hold a card, carry it over an element (`at` is how far down in it) and let go."""
    grab(page, name)
    carry(page, target, at=at)
    page.mouse.up()


def grab(page, name):
    start = card(page, name).bounding_box()
    x, y = start["x"] + start["width"] / 2, start["y"] + start["height"] - 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y + 10, steps=3)


def carry(page, target, *, at=0.25):
    end = target.bounding_box()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] * at, steps=15)
    page.wait_for_timeout(250)


def settled(page):
    expect(page.locator(".card[aria-busy]")).to_have_count(0)
    page.wait_for_timeout(200)


def let_go(page, held):
    """The request that a route put into `held` goes on, now or once it comes: it does so later than what sent it."""
    for _ in range(250):
        if held:
            break
        page.wait_for_timeout(20)
    held[0].continue_()
