"""Names of rows that stay while the figures slide past them: what has the focus is never behind them."""

import pytest

from crm_app.extensions import db
from tests import make

pytestmark = pytest.mark.browser

# How much of the element that has the focus lies behind the name of its row, in pixels.
BEHIND = """() => {
  const cell = document.activeElement.getBoundingClientRect();
  const name = document.activeElement.closest("tr").querySelector("th").getBoundingClientRect();
  return Math.round(document.dir === "rtl" ? cell.right - name.left : name.right - cell.left);
}"""


def _pressed(page, key, times):
    behind = []
    for _time in range(times):
        page.keyboard.press(key)
        page.wait_for_timeout(50)
        behind.append(page.evaluate(BEHIND))
    return behind


@pytest.mark.parametrize("width", [360, 768])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_target_that_is_reached_by_the_keyboard_is_seen(page_of, olivia, language, width):
    olivia.language = language
    db.session.commit()
    page = page_of(olivia, width=width)
    page.goto("/goals/targets?measure=won_deals&unit=month")
    page.locator("main input[name^=cell-company]").last.focus()

    assert max(_pressed(page, "Shift+Tab", 11)) <= 1


@pytest.mark.parametrize("width", [768, 1024, 1280])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_cell_of_a_list_that_is_reached_by_arrows_is_seen(page_of, alice, language, width):
    alice.language = language
    make.company(alice, "A company with quite a long name that goes on and on")
    db.session.commit()
    page = page_of(alice, width=width)
    page.goto("/contacts/companies?columns=name,industry,size,country,website,phone,city,address,owner,created")
    cells = page.locator("tbody td[data-cell]")
    count = cells.count()
    cells.last.focus()

    back = "ArrowRight" if language == "fa" else "ArrowLeft"
    assert count > 4 and max(_pressed(page, back, count - 1)) <= 1
