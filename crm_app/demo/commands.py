"""`crm demo`: a believable company into an empty installation, and out of it again."""

import secrets
import sys
import time

import click
from sqlalchemy import inspect, select

from crm_app.accounts import queries, setup
from crm_app.accounts.models import User
from crm_app.demo import building, jobs, removing, words
from crm_app.demo.models import Demo
from crm_app.extensions import db
from crm_app.migrating import upgrade
from crm_app.pipeline import starting
from crm_app.web.reader import locale_of
from crm_app.web.texts import in_language

_OWNER, _ADDRESS = {"en": "Demo Owner", "fa": "مالک نمونه", "zh": "演示负责人"}, "owner@demo.example"
_SHOWN = (
    "companies",
    "people",
    "products",
    "deals",
    "users",
    "teams",
    "pipelines",
    "goals",
    "targets",
    "tags",
    "rates",
)


@click.command()
@click.option("--language", type=click.Choice(words.LANGUAGES), help="The owner's language, unless given.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=building.SEED, show_default=True)
@click.option("--remove", "is_removed", is_flag=True, help="Remove the demo company.")
def demo(language, seed, is_removed):
    """Fill an empty installation with a fictional company: reps in teams, companies, people, two years of deals, goals.

    The same seed on the same day creates the same company. If there is no organisation yet, one is created, and the
    password of its owner is printed once. The demo users cannot sign in unless an owner invites them.

    --remove deletes everything the demo created and nothing else. What you added yourself is kept, along with what it
    depends on: the company of your deal, the pipeline it is in, a user you gave access to.
    """
    if is_removed:
        _remove()
        return
    if not inspect(db.engine).has_table("organisations"):
        upgrade()
    founded = _found(language or "en") if queries.organisation() is None else ""
    owner = db.session.scalars(queries.owners_who_can_sign_in().order_by(User.id).limit(1)).first()
    if owner is None:
        raise click.ClickException("No owner can sign in; `crm users reset-password` creates a link for one.")
    claimed = jobs.begin(language or owner.language, seed, owner, "building")
    if claimed is None:
        raise click.ClickException(_why_not())
    db.session.commit()
    if founded:
        click.echo(founded)
    began = time.monotonic()
    _build(claimed)
    click.echo(f"Created {_counts(removing.made())} in {time.monotonic() - began:.0f} s.")
    click.echo("`crm demo --remove` removes all of it again.")


def _found(language: str) -> str:
    """What to tell of the new owner: the password stands nowhere else."""
    password = secrets.token_urlsafe(15)
    name = words.of_language(language)["organisation"]
    owner = setup.begin(name, _OWNER[language], _ADDRESS, password, setup.suggested(language))
    with in_language(str(locale_of(language))):
        starting.first_pipeline()
    db.session.flush()
    access = f"Sign in as {owner.email} with the password {password} (it is not shown again)."
    return f"Created the organisation {name}. {access}"


def _build(claimed) -> None:
    """Stopped half-way, it leaves nothing; killed, what `--remove` takes away."""
    with click.progressbar(length=100, label="Two years", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        try:
            jobs.make(claimed, lambda now: bar.update(100 * now.done // max(now.whole, 1) - bar.pos))
        except jobs.LostError:
            db.session.rollback()
            raise click.ClickException("Someone removed the demo company in the meantime.") from None
        except BaseException:
            db.session.rollback()
            removing.remove()
            db.session.commit()
            raise


def _remove() -> None:
    if db.session.scalar(select(Demo.id)) is None:
        db.session.rollback()
        raise click.ClickException("There is no demo company.")
    went, stayed = removing.remove()
    db.session.commit()
    click.echo(f"Removed {_counts(went) or 'nothing'}.")
    if stayed:
        click.echo(f"These are kept because your own records depend on them: {_counts(stayed)}.")


def _why_not() -> str:
    demo = db.session.get(Demo, 1)
    there = {name: number for name, number in building.standing()._asdict().items() if number}
    db.session.rollback()
    if demo is not None and demo.status != "failed":
        return "There is already a demo company. `crm demo --remove` removes it."
    told = ", ".join(f"{number:,} {name}" for name, number in there.items())
    return (
        f"There is already data here: {told} (counting the bin). The demo company can only be created in an empty "
        "installation. Nothing was written."
    )


def _counts(records) -> str:
    return ", ".join(f"{len(records[name]):,} {name}" for name in _SHOWN if records.get(name))
