"""The letters that people get about their account, each in their own language."""

from collections.abc import Callable

from crm_app.accounts import links
from crm_app.accounts.models import Mail, User
from crm_app.web.mail import Letter
from crm_app.web.reader import reader
from crm_app.web.redirects import own_address
from crm_app.web.texts import gettext as _


def password_reset(user: User, mail: Mail) -> Letter:
    """Anybody can ask for it: it ends nothing before its time that an owner gave."""
    if user.password_hash is None:
        return invitation(user, mail)
    return Letter(
        _("Choose a new password"),
        _letter(
            _("Someone, most likely you, requested a new password for %(organisation)s.", organisation=_here()),
            _("Choose a new one here within an hour:"),
            _link(user, max(links.MAILED_FOR, links.time_left(user))),
            _("If this was not you, ignore this email: your old password still works."),
        ),
    )


def invitation(user: User, mail: Mail) -> Letter:
    return Letter(
        _("Your access to %(organisation)s", organisation=_here()),
        _letter(
            _("%(name)s, you can now sign in to %(organisation)s as %(email)s.", name=user.name,
              organisation=_here(), email=user.email),
            _("Choose your password here within three days:"),
            _link(user, links.INVITED_FOR),
        ),
    )  # fmt: skip


def access_changed(user: User, mail: Mail) -> Letter:
    """What has just changed about how they sign in; no link, so that nobody learns to follow one in such a letter."""
    return Letter(
        _("The way you sign in has changed"),
        _letter(
            str(CHANGES[mail.particulars["change"]]()),
            _("If this was not you, tell the owner of %(organisation)s immediately.", organisation=_here()),
        ),
    )


def address_changed(user: User, mail: Mail) -> Letter:
    """Without the new address: whoever reads the old one may be somebody else by now."""
    return Letter(
        _("The way you sign in has changed"),
        _letter(
            _("Your email address was changed. You can no longer sign in with this one."),
            _("If this was not you, tell the owner of %(organisation)s immediately.", organisation=_here()),
        ),
    )


CHANGES: dict[str, Callable[[], str]] = {
    "password": lambda: _("Your password was changed."),
    "second step on": lambda: _("Two-step sign-in was turned on: signing in now takes a code from an app."),
    "second step off": lambda: _("Two-step sign-in was turned off."),
    "passkey added": lambda: _("A passkey was added. It can be used to sign in without your password."),
    "passkey removed": lambda: _("A passkey was removed. It can no longer be used to sign in."),
}
KINDS: dict[str, Callable[[User, Mail], Letter]] = {
    "password reset": password_reset,
    "invitation": invitation,
    "access changed": access_changed,
    "address changed": address_changed,
}


def _letter(*paragraphs: str) -> str:
    return "\n\n".join([*paragraphs, "Peyvand", own_address()]) + "\n"


def _link(user: User, valid_for) -> str:
    return links.address_of(links.new_password_link(user, valid_for))


def _here() -> str:
    return reader.organisation or "Peyvand"
