"""The index of words: whatever is changed, and however, it holds what filling it anew would; nothing typed harms it."""

import random

import pytest
from sqlalchemy import select

from crm_app.contacts import queries
from crm_app.contacts.models import Company, Person
from crm_app.exchange.pen import Pen
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.search import rebuilding
from crm_app.web import found_by, tokens, word_index, word_search
from tests import make
from tests.exchange.importing import bring_in


def contents():
    return {model: word_index.contents(db.session.connection(), model) for model in found_by.models()}


def newest(model, asked, most):
    return word_search.newest({model: asked}, most, most)[model]


def filled_anew():
    for model in found_by.models():
        for _written in rebuilding.steps(model):
            db.session.commit()
    return contents()


def found(model, text):
    rows = db.session.scalars(select(model).where(word_search.holding(model, text)))
    return sorted(row.name for row in rows)


NAMES = ("Rheinwerk Labs", "کشاورزی بهار", "نرم\u200cافزار پیوند", "北京光学有限公司", "O'Brien", "x", "🎉", "7")


def _changes(dice, alice, bob):
    """Things that happen to records, in no order; each commits as a view would."""
    companies, people, deals, products = [], [], [], []

    def name():
        return f"{dice.choice(NAMES)} {dice.randrange(9)}"

    def begin():
        companies.append(make.company(dice.choice((alice, bob, None)), name(), website="https://a.example/b"))
        people.append(make.person(bob, name(), email="a.b@c.example", phone="+49 30 123456"))
        deals.append(make.deal(alice, name(), company=dice.choice(companies), code=name()))
        products.append(make.product(alice, name(), code="HL-7"))

    begin()

    def change(records, **facts):
        record = dice.choice(records)
        values = {key: make_value() for key, make_value in facts.items() if hasattr(type(record), key)}
        record.change(**values)

    return [
        begin,
        lambda: change(companies, name=name, phone=lambda: str(dice.randrange(10**8))),
        lambda: change(people, name=name, email=lambda: f"{dice.randrange(9)}@x.example", owner=lambda: alice),
        lambda: change(deals, title=name, company=lambda: dice.choice([*companies, None])),
        lambda: change(products, code=name),
        lambda: change(companies + people + deals, owner=lambda: dice.choice((alice, bob))),
        lambda: dice.choice(companies + people + deals + products).delete(),
        lambda: dice.choice(companies + people + deals + products).restore(),
        lambda: dice.choice(deals).move_to(make.stage(dice.choice(("Proposal", "New lead")))),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_after_any_changes_the_index_holds_what_filling_it_anew_would(alice, bob, seed):
    dice = random.Random(seed)
    changes = _changes(dice, alice, bob)

    for _ in range(25):
        dice.choice(changes)()
        if dice.random() < 0.2:
            db.session.flush()
            db.session.rollback()
        db.session.commit()

    kept = contents()
    assert kept == filled_anew()
    assert all(kept.values())


def test_a_change_that_is_taken_back_leaves_no_words(alice):
    make.company(alice, "Acme").name = "Rheinwerk"
    db.session.flush()
    assert found(Company, "rheinwerk") == ["Rheinwerk"]

    db.session.rollback()

    assert found(Company, "rheinwerk") == [] and found(Company, "acme") == ["Acme"]


def test_deals_are_found_by_the_new_name_of_their_company_at_once(alice, bob):
    company = make.company(bob, "Acme")
    make.deal(alice, "Refit", company=company)
    make.deal(alice, "Other")

    company.change(name="Rheinwerk")
    db.session.commit()

    assert found(Deal, "rheinwerk refit") == ["Refit"] and found(Deal, "acme") == []


def test_a_card_that_moves_costs_the_index_nothing(alice, statements):
    deal = make.deal(alice, "Refit")

    with statements() as seen:
        deal.move_to(make.stage("Proposal"))
        db.session.commit()

    assert not [one for one in seen if "_words" in one]


def test_rows_written_in_bulk_are_found_too(alice):
    ids = Pen(1, alice.id, make.utc_now()).insert(
        Person, [{"name": n, "name_key": n, "sort_key": n} | _blank() for n in ("ada", "bob")]
    )

    assert found(Person, "ad") == ["ada"]
    assert contents()[Person].keys() == set(ids)


def test_what_a_file_brings_in_and_changes_is_found(olivia):
    make.pipeline()
    bring_in("companies", "name,phone\nAcme,030 1234567\nRheinwerk,\n", olivia)
    bring_in("companies", "name,phone\nAcme,030 7654321\n", olivia)
    bring_in("people", "name,email,company\nInes,ines@a.example,Acme\n", olivia)

    assert found(Company, "7654321") == ["Acme"] and found(Company, "1234567") == []
    assert found(Person, "ines@a") == ["Ines"]
    assert contents() == filled_anew()


def _blank():
    return {"version": 1, "created_at": make.utc_now()}


def test_a_record_that_is_gone_for_good_leaves_no_words(alice):
    company = make.company(alice, "Acme")

    db.session.delete(company)
    db.session.commit()

    assert contents()[Company] == {}


@pytest.mark.parametrize(
    "typed",
    [
        '"x" OR *', '"', "'", "''", "a' | 'b", "x:*", "!x", "& |", "(", "NEAR(acme b)", "NOT acme", "words:acme",
        "acme*\0", "\0?", "*", "^acme", "-acme", "a" * 100_000, "acme " * 10_000 + "x", "王" * 10_000, "%", "_", "\\",
        ":name", "?", "{}", "\ue000acme", "\ue0010", "<->", "🎉",
    ],
)  # fmt: skip
def test_nothing_that_is_typed_harms_the_index(alice, typed):
    company = make.company(alice, "Acme")

    by_match = found(Company, typed)
    among = word_search.among(Company, tokens.query(typed), [company.id]) if tokens.query(typed) else []

    assert by_match == (["Acme"] if among else [])
    assert not by_match or "acme" in typed.lower()


def test_a_few_records_are_asked_for_as_all_are(alice):
    names = ["Anna Halbach", "王小明", "نرم\u200cافزار پیوند", "O'Brien", "HL-7 70%", "b_c"]
    ids = {make.person(alice, name, phone="0912 345 6789").id: name for name in names}

    for typed in (
        "anna hal",
        "小明",
        "نرم افزار",
        "obrien",
        "hl7",
        "70%",
        "b_c",
        "6789",
        "0912 345",
        "小",
        "nobody",
        "a",
    ):
        asked = tokens.query(typed)
        among = sorted(ids[one] for one in word_search.among(Person, asked, list(ids)))
        assert among == found(Person, typed) == sorted(ids[one] for one in newest(Person, asked, 9)), typed


def test_no_more_than_the_newest_are_read(alice):
    ids = [make.company(alice, f"Optik {number}").id for number in range(5)]

    assert newest(Company, tokens.query("optik"), 2) == ids[:-3:-1]


def test_whose_a_record_is_narrows_what_is_asked(alice, bob):
    hers, nobodys = make.company(alice, "Optik A").id, make.company(None, "Optik N").id
    make.company(bob, "Optik B")
    make.company(alice, "Optik gone").delete()
    db.session.commit()
    asked = tokens.query("optik")

    assert newest(Company, asked.owned_by([None, alice.id]), 9) == [nobodys, hers]
    assert newest(Company, asked.owned_by([alice.id]), 9) == [hers]
    assert len(newest(Company, asked.out_of_bin(), 9)) == 3
    assert len(newest(Company, asked, 9)) == 4


def test_lists_show_all_without_words_and_none_where_there_is_no_word(alice):
    make.company(alice, "Acme")
    seen = queries.companies_visible_to(alice)

    for typed in ("", " \u200c ", "\0"):
        assert len(db.session.scalars(queries.matching(seen, typed)).all()) == 1
    assert db.session.scalars(queries.matching(seen, "؟!")).all() == []


def test_words_that_are_gathered_are_those_of_every_change_by_itself(alice, bob):
    changing = make.company(alice, "Rheinwerk Labs")
    with word_index.gathering(db.session()) as write_words:
        company = Company(name="北京光学有限公司", owner=bob).create()
        person = Person(name="Anna Alt", company=company, email="anna@rheinwerk.example").create()
        write_words()
        db.session.commit()
        changing.change(name="Isar Labs")
        person.change(name="Anna Neu")
        db.session.delete(company)
        write_words()
        db.session.commit()
    Company(name="Later").create()
    db.session.commit()

    gathered = contents()
    assert gathered == filled_anew()
    assert (found(Person, "neu"), found(Company, "isar"), found(Company, "later")) == (
        ["Anna Neu"],
        ["Isar Labs"],
        ["Later"],
    )
    assert found(Company, "光学") == []
