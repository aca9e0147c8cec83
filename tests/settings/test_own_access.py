"""How owners sign in themselves is changed where their password and code are asked for, not among the users."""

import pyotp
import pytest
from sqlalchemy import func, select

from crm_app.accounts import second_step
from crm_app.accounts.models import Passkey, PasswordLink
from crm_app.extensions import db
from tests.accounts.knocking import added

ACCESS = "/accounts/access"
WAYS = ("password-link", "second-step/end", "passkeys/removal")


@pytest.fixture
def safe(owner, olivia):
    """Olivia, who has a passkey and a second step, as her browser was left open."""
    second_step.begin(olivia)
    second_step.confirm(olivia, pyotp.TOTP(second_step.secret_to_confirm(olivia)).now())
    db.session.commit()
    added(owner)
    return olivia


@pytest.mark.parametrize("way", WAYS)
def test_an_owner_is_led_to_where_their_password_and_code_are_asked_for(owner, safe, way):
    response = owner.send(f"/settings/people/{safe.id}/{way}")

    assert (response.status_code, response.location) == (303, ACCESS)
    assert second_step.is_on(safe) and db.session.scalar(select(func.count(Passkey.id))) == 1
    assert db.session.scalar(select(func.count(PasswordLink.user_id))) == 0


def test_the_page_of_oneself_offers_none_of_it_but_the_way_there(owner, safe, alice):
    own, hers = (owner.page(f"/settings/people/{one.id}") for one in (safe, alice))

    assert not [way for way in WAYS if own.all("form", action=f"/settings/people/{safe.id}/{way}")]
    assert ACCESS in [link.get("href") for link in own.one("section", **{"aria-labelledby": "access"}).iter("a")]
    assert hers.one("form", action=f"/settings/people/{alice.id}/password-link") is not None
