"""The palette in a browser, and records to be found in it."""

from playwright.sync_api import expect

from crm_app.extensions import db
from tests import make


def records(alice):
    """Companies, a person and a deal: their addresses by name."""
    companies = {name: make.company(alice, name) for name in ("Halbach Optik", "Halden Werke", "北京光学")}
    addresses = {name: f"/contacts/companies/{company.id}" for name, company in companies.items()}
    addresses["نرم‌افزار پیوند"] = f"/contacts/companies/{make.company(alice, 'نرم‌افزار پیوند').id}"
    addresses["Anna Alt"] = f"/contacts/people/{make.person(alice, 'Anna Alt', phone='0912 345 6789').id}"
    addresses["Big refit"] = f"/pipeline/deals/{make.deal(alice, 'Big refit').id}"
    db.session.commit()
    return addresses


def front_page(page):
    page.goto("/")
    page.wait_for_load_state("networkidle")
    return page


def opened(page, key="Control+k"):
    page.keyboard.press(key)
    page.locator("#palette [role=option]").first.wait_for()
    return page.locator("#palette")


def chosen(page):
    return page.locator("#palette [aria-selected=true]")


def names(page):
    return page.locator("#palette [role=option] .palette__name").all_inner_texts()


def typed(page, text, first):
    page.keyboard.type(text)
    expect(chosen(page)).to_contain_text(first)
