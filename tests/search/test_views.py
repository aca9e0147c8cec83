"""Searching everything."""

import pytest

from tests import make


@pytest.fixture
def records(alice, olivia):
    company = make.company(alice, "Halbach Optik", phone="+49 30 1234567", website="halbach.example")
    make.person(alice, "Anna Halbach", email="anna@halbach.example", phone="0912 345 6789", company=company)
    make.product(olivia, "Halogen lamp", code="HL-7")
    make.deal(alice, "Halbach refit", value=700_00, company=company, at="Proposal")


def _titles(page):
    return [page.text_of(e) for e in page.all("h2") if (e.get("id") or "").startswith("found-")]


def _names(page):
    return [page.text_of(a) for span in page.all("span", class_="rows__main") for a in span.iter("a")]


def test_each_kind_of_record_is_found(client, records):
    page = client.page("/search/?q=hal")

    assert _titles(page) == ["Deals", "Companies", "People", "Products"]
    assert _names(page) == ["Halbach refit", "Halbach Optik", "Anna Halbach", "Halogen lamp"]
    assert "Proposal" in page.text and "€700" in page.text


def test_each_result_leads_to_its_record_and_each_kind_to_its_list(client, records):
    page = client.page("/search/?q=halbach")

    hrefs = [a.get("href") for a in page.all("a")]
    assert any(href.startswith("/contacts/companies") and href.endswith("q=halbach") for href in hrefs)
    for section in page.all("section"):
        for link in section.iter("a"):
            assert client.get(link.get("href")).status_code == 200


def test_at_most_eight_of_a_kind_are_shown_with_the_way_to_all(client, alice):
    for number in range(10):
        make.company(alice, f"Optik {number}")

    page = client.page("/search/?q=optik")

    assert len(_names(page)) == 8
    assert "All results" in page.text


def test_names_that_begin_with_the_words_stand_first(client, alice):
    make.company(alice, "Alpen Optik")
    make.company(alice, "Optik Alpen")

    assert _names(client.page("/search/?q=optik")) == ["Optik Alpen", "Alpen Optik"]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("کشاورزی بهار", "كشاورزي"),
        ("نرم‌افزار پیوند", "نرم افزار"),
        ("نرم‌افزار پیوند", "نرمافزار"),
        ("نرم‌افزار پیوند", "نرم‌افزار"),
        ("北京光学有限公司", "光学"),
        ("Ørsted Énergie", "energie"),
        ("شرکت ۱۲۳", "123"),
    ],
)
def test_every_script_is_searched_however_it_is_typed(client, alice, name, asked):
    make.company(alice, name)

    assert _names(client.page(f"/search/?q={asked}")) == [name]


@pytest.mark.parametrize("asked", ["6789", "3456789", "۶۷۸۹", "0912 345 6789", "345-6789"])
def test_a_person_is_found_by_digits_of_the_phone_number(client, records, asked):
    assert "Anna Halbach" in _names(client.page(f"/search/?q={asked}"))


def test_a_company_is_found_by_its_number_with_or_without_the_country(client, records):
    for asked in ("%2B49 30 1234567", "030 1234567", "0049301234567"):
        assert "Halbach Optik" in _names(client.page(f"/search/?q={asked}"))


def test_what_somebody_else_owns_is_not_found(browser_of, bob, records):
    page = browser_of(bob).page("/search/?q=halbach")

    assert _names(page) == []
    assert "No results for" in page.text and "Records you cannot see are not searched." in page.text


def test_who_sees_everything_is_not_told_that_something_was_left_out(browser_of, olivia, records):
    page = browser_of(olivia).page("/search/?q=nowhere")

    assert "No results for" in page.text and "others" not in page.text


def test_a_manager_finds_what_the_team_owns(browser_of, charlie, records):
    assert _names(browser_of(charlie).page("/search/?q=halbach")) == ["Halbach refit", "Halbach Optik", "Anna Halbach"]


def test_an_agent_finds_no_deals(browser_of, records):
    agent = make.user("Agnes", role="agent")

    assert _titles(browser_of(agent).page("/search/?q=halbach")) == ["Companies", "People"]


def test_what_is_in_the_bin_is_not_found(client, alice):
    make.company(alice, "Halbach Optik").delete()

    assert _names(client.page("/search/?q=halbach")) == []


@pytest.mark.parametrize("asked", ["", " ", "%E2%80%8C", "%00", "؟"])
def test_no_words_show_what_can_be_found(client, records, asked):
    page = client.page(f"/search/?q={asked}")

    assert "What you can search for" in page.text or "No results for" in page.text
    assert _names(page) == []


@pytest.mark.parametrize("asked", ["%", "_", "\\", "'", '"', "<script>", "a" * 5000, "()", "+-/", "zz " * 900])
def test_odd_words_are_words_like_any_other(client, records, asked):
    page = client.page("/search/", query_string={"q": asked})

    assert "Halbach Optik" not in _names(page)


def test_htmx_gets_the_results_alone(client, records):
    page = client.part("/search/?q=halbach")

    assert page.all("nav") == []
    assert page.one("div", id="results") is not None


def test_the_number_of_statements_stays_the_same(client, alice, statements):
    def run():
        with statements() as seen:
            client.page("/search/?q=optik")
        return len(seen)

    make.deal(alice, "Optik", company=make.company(alice, "Optik"))
    make.person(alice, "Optik")
    few = run()
    for number in range(12):
        company = make.company(alice, f"Optik {number}")
        make.person(alice, f"Optik {number}", company=company)
        make.deal(alice, f"Optik {number}", company=company, value=1)

    assert run() == few <= 12


def test_a_visitor_is_asked_to_sign_in(browser_of, organisation):
    assert browser_of().get("/search/?q=a").status_code == 302
