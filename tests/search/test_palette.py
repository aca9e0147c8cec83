"""Records in the palette: those found, and those that were opened before."""

import pytest

from tests import make
from tests.search.offering import addresses, names, palette, titles


@pytest.fixture
def records(alice, olivia):
    company = make.company(alice, "Halbach Optik", phone="+49 30 1234567")
    person = make.person(alice, "Anna Halbach", email="anna@halbach.example", phone="0912 345 6789", company=company)
    product = make.product(olivia, "Halogen lamp", code="HL-7")
    deal = make.deal(alice, "Halbach refit", value=700_00, company=company, at="Proposal")
    return {"deals": deal.id, "companies": company.id, "people": person.id, "products": product.id}


def test_what_was_opened_stands_first_and_in_that_order(client, records):
    opened = f"people:{records['people']} deals:{records['deals']} products:{records['products']}"

    page = palette(client, opened=opened)

    assert titles(page)[0] == "Recently viewed"
    assert names(page, "palette-opened") == ["Anna Halbach", "Halbach refit", "Halogen lamp"]


def test_at_most_eight_that_were_opened_are_shown(client, alice):
    numbers = [make.company(alice, f"Optik {number}").id for number in range(12)]

    page = palette(client, opened=" ".join(f"companies:{number}" for number in numbers))

    assert names(page, "palette-opened") == [f"Optik {number}" for number in range(8)]


def test_what_was_opened_and_may_no_longer_be_seen_is_left_out(browser_of, bob, records):
    opened = " ".join(f"{table}:{number}" for table, number in records.items())

    page = palette(browser_of(bob), opened=opened)

    assert names(page, "palette-opened") == ["Halogen lamp"]
    assert "Halbach" not in page.html


def test_what_was_opened_and_is_in_the_bin_now_is_left_out(client, alice):
    company = make.company(alice, "Halbach Optik")
    company.delete()

    assert titles(palette(client, opened=f"companies:{company.id}")) == ["Pages", "Commands"]


@pytest.mark.parametrize(
    "opened",
    [
        "deals", "deals:", "deals:x", "deals:-1", "deals:0", "deals:1e3", "deals:99999999999999999999", "users:1",
        "deals:٣", "deals:1;companies:1", ":", " ", "\x00", "deals:999999999 companies:999999999", "deals:7 " * 1300,
    ],
)  # fmt: skip
def test_nonsense_about_what_was_opened_is_nothing(client, opened):
    assert titles(palette(client, opened=opened)) == ["Pages", "Commands"]


def test_the_same_record_twice_is_shown_once(client, records):
    key = f"people:{records['people']}"

    assert names(palette(client, opened=f"{key} {key}"), "palette-opened") == ["Anna Halbach"]


def test_records_of_every_kind_are_found(client, records):
    page = palette(client, "hal")

    assert titles(page) == ["Deals", "Companies", "Products", "People"]
    assert names(page) == ["Halbach refit", "Halbach Optik", "Halogen lamp", "Anna Halbach"]
    assert "/search/?q=hal" in addresses(page)
    assert "5 results" not in page.text and "4 results" in page.text


def test_every_address_leads_somewhere(client, records):
    offered = addresses(palette(client, "hal")) + addresses(palette(client))

    for address in offered:
        assert address.startswith("#") or client.get(address).status_code == 200, address


def test_strangers_records_are_never_found(browser_of, bob, records):
    page = palette(browser_of(bob), "halbach", opened=f"deals:{records['deals']}")

    assert names(page) == []
    assert "No results for “" in page.text and "Records you cannot see are not searched." in page.text
    assert "refit" not in page.html


def test_an_agent_is_offered_no_deals_and_no_pages_of_them(browser_of, records):
    client = browser_of(make.user("Agnes", role="agent"))
    opened = f"deals:{records['deals']} people:{records['people']}"

    assert names(palette(client, opened=opened), "palette-opened") == ["Anna Halbach"]
    offered = set(names(palette(client)))
    assert not offered & {"Pipeline", "Deals", "Forecast", "Goals", "Reports", "New deal"}
    assert {"Contacts", "New person"} <= offered
    assert titles(palette(client, "halbach")) == ["Companies", "People"]
    assert names(palette(client, "forecast")) == []


def test_what_answers_best_stands_first(client, alice):
    make.company(alice, "Alpen Import")
    make.company(alice, "Reports of the north")

    assert titles(palette(client, "import"))[0] == "Commands"
    assert titles(palette(client, "reports")) == ["Pages", "Companies"]
    assert titles(palette(client, "report")) == ["Companies", "Pages"]


def test_exact_names_stand_before_beginnings_own_and_opened_ones(browser_of, olivia, alice):
    make.company(alice, "Alpen Optik")
    make.company(alice, "Optik Bern")
    make.company(olivia, "Zoo Optik")
    known = make.company(alice, "Yoga Optik")
    make.company(alice, "Optik")

    page = palette(browser_of(olivia), "optik", opened=f"companies:{known.id}")

    assert names(page) == ["Optik", "Optik Bern", "Zoo Optik", "Yoga Optik", "Alpen Optik"]


def test_at_most_five_of_a_kind_are_shown_with_the_way_to_all(client, alice):
    for number in range(8):
        make.company(alice, f"Optik {number}")

    page = palette(client, "optik")

    assert len(names(page)) == 5
    assert "All results for “" in page.text


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("کشاورزی بهار", "كشاورزي"),
        ("نرم‌افزار پیوند", "نرمافزار"),
        ("北京光学有限公司", "光学"),
        ("Ørsted Énergie", "energie"),
        ("شرکت ۱۲۳", "123"),
    ],
)
def test_every_script_is_found_however_it_is_typed(client, alice, name, asked):
    make.company(alice, name)

    assert names(palette(client, asked)) == [name]


@pytest.mark.parametrize("asked", ["6789", "۶۷۸۹", "0912 345 6789"])
def test_a_person_is_found_by_digits_of_the_phone_number(client, records, asked):
    assert names(palette(client, asked)) == ["Anna Halbach"]


@pytest.mark.parametrize("asked", ["%", "_", "\\", "'", '"', "<script>", "a" * 5000, "()", "+-/", "zz " * 900, "؟"])
def test_odd_words_are_words_like_any_other(client, records, asked):
    page = palette(client, asked)

    assert "Halbach Optik" not in names(page)


def test_what_people_wrote_is_shown_as_text(client, alice):
    make.company(alice, "<b>Optik</b>")

    page = palette(client, "optik")

    assert names(page) == ["<b>Optik</b>"] and page.all("b") == []


def test_the_number_of_statements_stays_the_same(client, alice, statements):
    def run(address):
        with statements() as seen:
            client.page(address)
        return len(seen)

    company = make.company(alice, "Optik")
    deal, person = make.deal(alice, "Optik", company=company), make.person(alice, "Optik", company=company)
    opened = f"opened=deals:{deal.id}+companies:{company.id}+people:{person.id}+products:1"
    asked = [f"/search/palette?{opened}", f"/search/palette?q=optik&{opened}"]

    def run_with_more(more):
        for number in range(more):
            company = make.company(alice, f"Optik {number}")
            make.person(alice, f"Optik {number}", company=company)
            make.deal(alice, f"Optik {number}", company=company, value=1)
        return [run(address) for address in asked]

    assert run_with_more(0) == run_with_more(5)
    # A crowd is asked a few more questions, however large it is.
    crowd = run_with_more(9)
    assert crowd == run_with_more(40) and max(crowd) <= 12


def test_a_visitor_is_sent_to_sign_in(browser_of, organisation):
    assert browser_of().get("/search/palette").status_code == 302
