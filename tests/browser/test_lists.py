"""Lists on small screens: what matters stands there whole, and what slides says that it goes on."""

from datetime import date

import pytest

from crm_app.extensions import db
from tests import make

pytestmark = pytest.mark.browser


@pytest.fixture
def company(alice):
    company = make.company(alice, "A company with quite a long name of its own", country="US", size=12_345)
    make.person(alice, "Somebody With Several Names", company=company, email="somebody.with.names@company.example")
    make.deal(alice, "New line of machines for the plant", value=700_000_00, company=company, created=3,
              expected_close=date(2027, 3, 1))  # fmt: skip
    db.session.commit()
    return company


@pytest.mark.parametrize("width", [768, 900, 1024])
@pytest.mark.parametrize("url", ["/contacts/companies?sort=-created", "/contacts/people", "/pipeline/deals"])
def test_a_list_fits_a_tablet(page_of, alice, company, url, width):
    page = page_of(alice, width=width)
    page.goto(url)

    sheet = page.locator(".sheet")
    assert sheet.evaluate("sheet => sheet.scrollWidth - sheet.clientWidth") <= 0
    assert sheet.locator("tbody tr").evaluate("row => row.offsetHeight") < 45
    for head in page.locator("thead [aria-sort]").all():
        assert head.is_visible()


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_table_fades_only_where_it_goes_on(page_of, olivia, language):
    olivia.language = language
    make.goal(1000_00)
    db.session.commit()
    page = page_of(olivia, width=768)
    page.goto("/goals/targets")
    sheet = page.locator(".sheet")

    def fades():
        page.wait_for_timeout(100)
        return sheet.evaluate("s => ['--slid', '--coming'].map(n => Number(getComputedStyle(s).getPropertyValue(n)))")

    assert fades() == [0, 1]
    sheet.evaluate("s => s.scrollLeft = 9999 * (getComputedStyle(s).direction === 'rtl' ? -1 : 1)")
    assert fades() == [1, 0]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_an_email_takes_the_room_that_its_column_has(page_of, olivia, language):
    olivia.language, olivia.email = language, "olivia.of.the.long.name@rheinwerk.example"
    db.session.commit()
    page = page_of(olivia)
    page.goto("/settings/people")
    cut = "one => one.scrollWidth > one.clientWidth || one.offsetHeight < 10"

    assert not page.locator("tbody a[href^=mailto] .truncate").first.evaluate(cut)
    page.set_viewport_size({"width": 360, "height": 800})
    assert not page.locator("tbody a[href^=mailto] .truncate").first.evaluate(cut)


def test_a_title_goes_on_in_a_second_line_beside_a_long_amount_on_a_phone(page_of, alice, organisation):
    organisation.currency, alice.language = "IRR", "fa"
    make.deal(alice, "Twenty-six cash registers", value=29_900_000_000, currency="IRR")
    db.session.commit()
    page = page_of(alice, width=360)
    page.goto("/pipeline/deals")
    title = page.locator("tbody th .truncate")

    assert title.evaluate("title => title.scrollHeight <= title.clientHeight && title.scrollWidth <= title.clientWidth")
