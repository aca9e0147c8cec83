"""Cards are rendered once, and again as soon as anything that they show is another."""

import re
from datetime import timedelta
from html import unescape

import pytest

from crm_app.extensions import db
from crm_app.pipeline.views import faces
from crm_app.web import reader
from tests import make

BOARD = "/pipeline/board"


@pytest.fixture
def deal(alice):
    make.pipeline()
    company = make.company(alice, "Acme")
    deal = make.deal(alice, "Big one", company=company, value=1000_00, expected_close=make.today() + timedelta(days=9))
    db.session.commit()
    return deal


def card(client, deal, url=BOARD):
    html = unescape(client.page(url).html)
    return re.search(rf'<article class="card[^>]* id="card-{deal.id}".*?</article>', html, re.S)[0]


def _sleep(deal):
    deal.snoozed_until, deal.snooze_reason = make.today() + timedelta(days=3), "On leave"


@pytest.mark.parametrize(
    ("change", "shows"),
    [
        (lambda deal: deal.change(title="Small one"), "Small one"),
        (lambda deal: deal.company.change(name="Zenith"), "Zenith"),
        (lambda deal: setattr(deal.owner, "name", "Zoe Zander"), "ZZ"),
        (lambda deal: deal.change(value_amount=77_00), "€77"),
        (lambda deal: deal.change(expected_close=make.today() - timedelta(days=4)), "Overdue 4 d"),
        (lambda deal: deal.change(expected_close=None), "No close date"),
        (lambda deal: deal.change(company=None), "card__value"),
        (lambda deal: deal.change(owner=None), "Unassigned"),
        (_sleep, "On leave"),
        (lambda deal: setattr(deal, "entered_stage_at", deal.entered_stage_at - timedelta(days=40)), "40 days in this"),
        (lambda deal: setattr(deal.owner, "language", "fa"), "€"),
        (lambda deal: setattr(deal.owner, "digits", "persian"), "۱٬۰۰۰"),
        (lambda deal: deal.change(source="Fair"), f'value="{2}"'),
    ],
)  # fmt: skip
def test_whatever_changes_the_card_shows_it(browser_of, alice, olivia, deal, change, shows):
    """Seen by an owner too, who sees the deal whoever has it."""
    client = browser_of(alice if alice is deal.owner else olivia)
    whoever = browser_of(olivia)
    before = card(client, deal), card(whoever, deal)

    change(deal)
    db.session.commit()

    after = [card(one, deal) for one in (client, whoever) if deal.owner or one is whoever]
    assert shows in after[0] and after[0] not in before


def test_a_stage_that_allows_less_marks_its_cards(client, deal):
    deal.entered_stage_at -= timedelta(days=5)
    before = card(client, deal)
    deal.stage.rot_days = 3
    db.session.commit()

    assert "card--rots" not in before and "card--rots" in card(client, deal)


def test_a_day_later_the_card_counts_from_that_day(client, deal, monkeypatch):
    before = card(client, deal)
    tomorrow = reader.utc_now() + timedelta(days=12)
    monkeypatch.setattr(reader, "utc_now", lambda: tomorrow)

    assert "Overdue" not in before and "Overdue 3 d" in card(client, deal)


def test_who_may_only_look_gets_a_card_without_its_handles(client, browser_of, vera, deal):
    assert "data-card-menu" in card(client, deal)
    assert "data-card-menu" not in card(browser_of(vera), deal)


def test_under_other_filters_its_addresses_are_others(client, deal):
    assert "q=big" in card(client, deal, f"{BOARD}?q=big")
    assert "q=big" not in card(client, deal)


def test_what_is_kept_is_taken_again_and_holds_nobodys_secret(client, browser_of, olivia, deal):
    faces._rendered.cache_clear()
    first, again = card(client, deal), card(client, deal)
    other = card(browser_of(olivia), deal)

    tokens = [re.search(r'name="csrf_token" value="([^"]+)"', one)[1] for one in (first, again, other)]
    bare = {one.replace(token, "") for one, token in zip((first, again, other), tokens, strict=True)}

    assert len(bare) == 1 and tokens[0] != tokens[2]
    assert faces._rendered.cache_info().misses == 1
