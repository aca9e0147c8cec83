"""`crm users`: looking after people from the command line, for whoever can reach the server."""

from contextlib import contextmanager

import click
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select

from crm_app.accounts import passwords, queries, second_step
from crm_app.accounts.models import ROLES, Team, User
from crm_app.activity.recording import acting_as
from crm_app.extensions import db, reading
from crm_app.settings import people
from crm_app.web.text import clean, name_key, sign_in_address


@click.group()
def users():
    """Add, list, disable and enable users, or let them set a new password."""


@users.command()
@click.argument("email")
@click.option("--name", required=True, help="The name of the user.")
@click.option("--role", type=click.Choice(list(ROLES)), default="rep", show_default=True)
@click.option("--team", help="The name of an existing team.")
@click.option("--language", type=click.Choice(["en", "fa", "zh"]), default="en", show_default=True)
@click.option(
    "--password", "asks_password", is_flag=True, help="Ask for an initial password instead of creating a link."
)
def add(email, name, role, team, language, asks_password):
    """Add a user, and print a link for setting their password."""
    password = _asked_password() if asks_password else ""
    with _looking_after():
        facts = {"name": _name(name), "email": _address(email), "role": role, "team": _team(team)}
        person = people.add(**facts, language=language, password=password)
        link = None if password else people.password_link(person)
        db.session.commit()
        click.echo(f"Added 1 user: {person.name} <{person.email}>, {role}. {_count()}")
        if link:
            click.echo(f"Link for setting the password (works once, within a day): {link}")


@users.command("list")
@click.option("--disabled", is_flag=True, help="Include disabled users.")
def list_users(disabled):
    """List users by name."""
    with reading(), _looking_after():
        found = select(User, Team.name).outerjoin(Team, User.team_id == Team.id).order_by(User.sort_key, User.id)
        rows = db.session.execute(found if disabled else queries.active(found)).all()
        head = ("NAME", "EMAIL", "ROLE", "TEAM", "STATUS")
        cells = [(one.name, one.email or "-", one.role, team or "-", _state(one)) for one, team in rows]
        click.echo("\n".join(_in_columns([head, *cells])))
        click.echo(f"{len(rows)} listed. {_count()}", err=True)


@users.command("reset-password")
@click.argument("email")
def reset_password(email):
    """Print a link for setting a new password. The old password works until then."""
    with _looking_after():
        person = _person(email)
        link = people.password_link(person)
        db.session.commit()
        click.echo(f"Created a link for {person.name}. It works once, within a day. Older links no longer work.")
        click.echo(link)


@users.command("end-second-step")
@click.argument("email")
def end_second_step(email):
    """Turn off two-step sign-in for a user who lost their phone, and sign out their devices."""
    with _looking_after():
        person = _person(email)
        was_on = second_step.is_on(person)
        people.end_second_step(person)
        db.session.commit()
        told = "Turned off two-step sign-in for {}." if was_on else "{} does not use two-step sign-in."
        click.echo(told.format(person.name))


@users.command("remove-passkeys")
@click.argument("email")
def remove_passkeys(email):
    """Remove all passkeys of a user whose device was lost or stolen, and sign out their devices."""
    with _looking_after():
        person = _person(email)
        removed, _told = people.remove_passkeys(person)
        db.session.commit()
        click.echo(f"Removed {removed} passkey{'' if removed == 1 else 's'}: {person.name}.")


@users.command()
@click.argument("email")
def disable(email):
    """Sign a user out everywhere and block sign-in. They keep their records."""
    with _looking_after():
        person = _person(email)
        was_active = person.is_active
        people.disable(person, None)
        db.session.commit()
        click.echo(f"Disabled {person.name}." if was_active else f"{person.name} was already disabled.")


@users.command()
@click.argument("email")
def enable(email):
    """Let a disabled user sign in again."""
    with _looking_after():
        person = _person(email)
        was_active = person.is_active
        people.enable(person)
        db.session.commit()
        click.echo(f"{person.name} was not disabled." if was_active else f"Enabled {person.name}.")


@contextmanager
def _looking_after():
    """As nobody's doing; a refusal becomes the one sentence of an error."""
    if queries.organisation() is None:
        raise click.ClickException("Peyvand has not been set up yet. Run crm serve and open the link it prints.")
    try:
        with acting_as(None):
            yield
    except people.RefusedError as refusal:
        raise click.ClickException(str(refusal)) from refusal


def _name(text: str) -> str:
    name = clean(text)
    if not name or len(name) > 200:
        raise click.ClickException("A name must have 1 to 200 characters.")
    return name


def _address(text: str) -> str:
    try:
        address = sign_in_address(
            validate_email(clean(text), check_deliverability=False, test_environment=True).normalized
        )
    except EmailNotValidError:
        raise click.ClickException(f"{text} is not a valid email address.") from None
    if db.session.scalar(select(User.id).where(User.email == address)):
        raise click.ClickException(f"Another user already has the email address {address}.")
    return address


def _team(name: str | None) -> Team | None:
    if not name:
        return None
    team = db.session.scalar(select(Team).where(Team.name_key == name_key(name)))
    if team is None:
        known = ", ".join(db.session.scalars(select(Team.name).order_by(Team.name_key).limit(20))) or "none"
        raise click.ClickException(f"There is no team {name}. Teams: {known}.")
    return team


def _person(email: str) -> User:
    person = db.session.scalar(select(User).where(User.email == sign_in_address(clean(email))))
    if person is None:
        raise click.ClickException(f"There is no user with the email address {email}.")
    return person


def _asked_password() -> str:
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        raise click.ClickException(f"A password must have {passwords.SHORTEST} to {passwords.LONGEST} characters.")
    if passwords.is_common(password):
        raise click.ClickException("This password is too easy to guess. Choose another.")
    return password


def _state(person: User) -> str:
    if not person.is_active:
        return "disabled"
    return "active" if person.can_sign_in else "cannot sign in yet"


def _count() -> str:
    counted = select(func.count(User.id).filter(User.disabled_at.is_(None)), func.count(User.disabled_at))
    active, disabled = db.session.execute(counted).one()
    return f"{active} active, {disabled} disabled."


def _in_columns(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
