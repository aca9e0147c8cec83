"""Whatever is imported or taken back while others move companies: none comes to stand above itself."""

import pytest
from sqlalchemy import select

from crm_app.contacts.models import Company
from crm_app.exchange import planning
from crm_app.extensions import db
from tests import make
from tests.exchange.importing import agreed, bring_in, carried_out, plan, reasons
from tests.exchange.test_undoing import kept, undo

HEAD = "account,subsidiary_of\n"


@pytest.fixture
def named(olivia):
    """Companies by their names; Alpha belongs to Bravo."""
    made = {name: make.company(None, name) for name in ("Alpha", "Bravo", "Charlie", "Delta", "Papa")}
    _move(made, Alpha="Bravo")
    return made


def _move(named, **parents):
    for name, parent in parents.items():
        named[name].change(parent=named[parent] if parent else None)
    db.session.commit()


def _parents():
    db.session.expire_all()
    return {one.name: one.parent.name for one in db.session.scalars(select(Company)) if one.parent}


def test_what_would_close_a_ring_is_not_put_back(named, olivia):
    import_ = bring_in("companies", f"{HEAD}Alpha,Papa\nCharlie,Papa\n", olivia)
    _move(named, Bravo="Alpha")

    import_ = undo(import_, olivia)

    assert _parents() == {"Alpha": "Papa", "Bravo": "Alpha"}
    assert (import_.status, import_.undone, kept(import_)) == (
        "undone",
        1,
        [("companies", named["Alpha"].id, "changed")],
    )


def test_of_a_ring_that_several_would_close_nothing_is_put_back(named, olivia):
    _move(named, Bravo="Charlie", Delta="Papa")
    import_ = bring_in("companies", f"{HEAD}Alpha,Papa\nBravo,Papa\nDelta,Alpha\n", olivia)
    _move(named, Charlie="Alpha")

    import_ = undo(import_, olivia)

    assert _parents() == {"Alpha": "Papa", "Bravo": "Papa", "Charlie": "Alpha", "Delta": "Papa"}
    assert (import_.undone, len(kept(import_))) == (1, 2)


def test_what_an_import_turned_upside_down_is_turned_back(named, olivia):
    _move(named, Bravo="Charlie")
    turned = f"{HEAD}Bravo,Alpha\nAlpha,Papa\nCharlie,Bravo\n"
    import_ = bring_in("companies", turned, olivia)
    assert _parents() == {"Bravo": "Alpha", "Alpha": "Papa", "Charlie": "Bravo"}

    import_ = undo(import_, olivia)

    assert _parents() == {"Alpha": "Bravo", "Bravo": "Charlie"}
    assert import_.kept == 0


def test_an_import_that_would_close_a_ring_by_now_writes_nothing(named, olivia):
    text = f"{HEAD}Charlie,Delta\n"
    planned = plan("companies", text, olivia)
    _move(named, Delta="Charlie")

    import_ = carried_out(agreed(planned, text, olivia))

    assert (
        import_.status == "failed"
        and "Someone changed the same records in the meantime. Nothing was imported; check the rows again."
        in import_.message
    )
    assert _parents() == {"Alpha": "Bravo", "Delta": "Charlie"}


def test_a_ring_that_goes_through_companies_of_the_file_is_seen_as_well(named, olivia, monkeypatch):
    monkeypatch.setattr(planning, "BATCH", 1)
    text = f"{HEAD}Charlie,New\nNew,Newer\nNewer,Delta\n"
    planned = plan("companies", text, olivia)
    _move(named, Delta="Charlie")

    import_ = carried_out(agreed(planned, text, olivia))

    assert (
        import_.status == "failed"
        and "Someone changed the same records in the meantime. Nothing was imported; check the rows again."
        in import_.message
    )
    assert _parents() == {"Alpha": "Bravo", "Delta": "Charlie"}


def test_what_others_move_elsewhere_stops_no_import(named, olivia):
    text = f"{HEAD}Charlie,Delta\nNew,Alpha\nBravo,New\nAlpha,Papa\n"
    planned = plan("companies", text, olivia)
    _move(named, Delta="Papa")

    import_ = carried_out(agreed(planned, text, olivia))

    assert import_.status == "done", import_.message
    assert _parents() == {"Alpha": "Papa", "Bravo": "New", "Charlie": "Delta", "Delta": "Papa", "New": "Alpha"}


def test_a_ring_through_what_one_does_not_see_is_refused_as_well(named, alice, bob):
    hidden = make.company(bob, "Hidden", parent=named["Delta"])
    named["Charlie"].change(parent=hidden)
    db.session.commit()

    planned = plan("companies", f"{HEAD}Delta,Charlie\n", alice)

    assert [why for why in reasons(planned).values() if "part of itself" in why]
