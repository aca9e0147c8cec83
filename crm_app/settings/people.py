"""Adding people, changing their place, letting them in and out; each with its trace in the event log."""

from typing import Any

from crm_app.accounts import links, mailing, passkeys, passwords, second_step
from crm_app.accounts.models import Team, User
from crm_app.accounts.queries import grantable_by, is_last_owner
from crm_app.activity import record
from crm_app.activity.recording import plain
from crm_app.extensions import db
from crm_app.pipeline.crediting import carry_along
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l


class RefusedError(Exception):
    """What was asked for must not be; the message says why, to whoever asked, and `reason` names the rule."""

    def __init__(self, message: str, reason: str = ""):
        super().__init__(message)
        self.reason = reason


_LAST_OWNER = _l("%(name)s is the only owner who can sign in. Make someone else an owner first.")


def add(
    *, name: str, email: str | None, role: str, team: Team | None = None, language: str, password: str = ""
) -> User:
    """Without a password they cannot sign in until they set one by a link."""
    person = User(email=email, role=role, team=team, language=language)
    person.rename(name)
    person.password_hash = passwords.hashed(password) if password else None
    db.session.add(person)
    db.session.flush()
    record(person, "added", role=role)
    return person


def change(person: User, by: User, *, name: str, email: str | None, role: str, team: Team | None) -> int | None:
    """An address that changes ends the link sent to the old one, and a letter goes to that one.

    The number is for `accounts.jobs.send`, after the commit. A role holds at once.
    """
    if role != person.role and not {role, person.role} <= set(grantable_by(by)):
        raise RefusedError(_("You cannot assign or remove a role above your own."))
    old = person.email
    _change(person, name=name, email=email, role=role, team=team)
    return mailing.tell_of_new_address(person, old) if old and old != email else None


def move(person: User, team: Team | None) -> bool:
    """To another team, or to none; whether they were not there already."""
    return _change(person, team=team)


def appoint(person: User, role: str) -> bool:
    """Give them another role, on behalf of an owner; whether it is another one."""
    return _change(person, role=role)


def _change(person: User, **facts: Any) -> bool:
    if facts.get("role", "owner") != "owner" and is_last_owner(person):
        raise RefusedError(_LAST_OWNER % {"name": person.name}, "last owner")
    before = {name: getattr(person, name) for name in facts}
    differing = {name: [plain(before[name]), plain(after)] for name, after in facts.items() if before[name] != after}
    if "email" in differing:
        links.forget_password_link(person)
    for name in differing:
        person.rename(facts[name]) if name == "name" else setattr(person, name, facts[name])
    carry_along(person)
    if differing:
        record(person, "changed", changes=differing)
    return bool(differing)


def disable(person: User, by: User | None) -> bool:
    """Out at once, on every device; what they own stays theirs until somebody else takes it over."""
    if by and person.id == by.id:
        raise RefusedError(_("You cannot disable yourself."), "oneself")
    if is_last_owner(person):
        raise RefusedError(_LAST_OWNER % {"name": person.name}, "last owner")
    if not person.is_active:
        return False
    person.disable()
    links.forget_password_link(person)
    record(person, "disabled")
    return True


def enable(person: User) -> bool:
    if person.is_active:
        return False
    person.enable()
    record(person, "enabled")
    return True


def password_link(person: User) -> str:
    """The address at which they set a password, once, within a day. Only its hash is kept: show it now or never."""
    _must_be_able_to_sign_in(person)
    token = links.new_password_link(person)
    record(person, "given a password link")
    return links.address_of(token)


def invite(person: User) -> int:
    """Mail them the way to set a password; the number is for `accounts.jobs.send`, after the commit."""
    _must_be_able_to_sign_in(person)
    record(person, "invited")
    return mailing.ask("invitation", person.email)


def end_second_step(person: User) -> int | None:
    """Their devices are signed out as well; the number is for `accounts.jobs.send`, after the commit."""
    if not second_step.turn_off(person):
        return None
    person.end_sessions()
    record(person, "second step off")
    return mailing.tell_of_change(person, "second step off")


def remove_passkeys(person: User) -> tuple[int, int | None]:
    """How many there were; their devices are signed out as well. The number is for `accounts.jobs.send`."""
    removed = passkeys.remove_all(person)
    if not removed:
        return 0, None
    person.end_sessions()
    record(person, "passkeys removed", count=removed)
    return removed, mailing.tell_of_change(person, "passkey removed")


def _must_be_able_to_sign_in(person: User) -> None:
    if not person.email:
        raise RefusedError(_("%(name)s has no email address to sign in with. Enter one first.", name=person.name))
    if not person.is_active:
        raise RefusedError(_("%(name)s is disabled. Enable this user first.", name=person.name))
