"""On a phone, what is pressed is large enough for a finger: 44 px each way, give or take the line around it."""

import pytest
from playwright.sync_api import expect

from crm_app.extensions import db
from tests import make

pytestmark = pytest.mark.browser

# From the middle of each outwards, as far as a finger would still press it; what lies under something else is left out.
_TOO_SMALL = """() => [...document.querySelectorAll(
  "main :is(.btn, .box, .chip > *, .check, .tabs > *, .switcher > *, .menu__item, .column__add, th[scope=row] a)"
)].flatMap((one) => {
  if (!one.checkVisibility({visibilityProperty: true, opacityProperty: true})) return [];
  one.scrollIntoView({block: "center", inline: "center"});
  const {x, y, width, height} = one.getBoundingClientRect();
  const hits = (dx, dy) => one.contains(document.elementFromPoint(x + width / 2 + dx, y + height / 2 + dy));
  const reach = (dx, dy) => { let far = 0; while (far < 22 && hits(dx * far, dy * far)) far += 1; return far; };
  if (!hits(0, 0)) return [];
  const size = [reach(-1, 0) + reach(1, 0), reach(0, -1) + reach(0, 1)];
  return Math.min(...size) < 40 ? [`${one.className} ${one.innerText || one.ariaLabel}: ${size.join(" x ")}`] : [];
})"""


@pytest.mark.parametrize("language", ["en", "fa"])
def test_what_is_pressed_on_a_phone_is_as_large_as_a_finger(page_of, olivia, language):
    olivia.language = language
    company = make.company(olivia, "Rheinwerk")
    deal = make.deal(olivia, "New machines", value=700_00, company=company)
    make.deal(olivia, "Older machines", value=700_00, company=company)
    make.goal(1000_00)
    db.session.commit()
    page, found = page_of(olivia, width=360, touch=True), []
    for url in (
        "/",
        "/contacts/companies",
        f"/contacts/companies/{company.id}",
        "/pipeline/board",
        "/pipeline/deals?where=value.least.5",
        f"/pipeline/deals/{deal.id}",
        f"/pipeline/deals/{deal.id}/stage",
        "/pipeline/deals/new",
        "/lists/deals/columns",
        "/goals/",
        "/settings/people",
    ):
        page.goto(url)
        expect(page.locator("[hx-trigger=load]")).to_have_count(0)
        found += [f"{url}: {one}" for one in page.evaluate(_TOO_SMALL)]

    assert not found, "\n".join(found)
