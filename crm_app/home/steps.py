"""The first steps of a fresh installation, with those done already."""

from datetime import timedelta
from typing import NamedTuple

from flask import url_for
from sqlalchemy import exists, func, or_, select

from crm_app.accounts.models import Organisation, User
from crm_app.contacts.models import Company, Person
from crm_app.extensions import db, utc_now
from crm_app.goals.models import Target
from crm_app.pipeline.models import Deal
from crm_app.web.texts import gettext as _

FRESH_FOR = timedelta(days=30)
# In the order of the steps.
_DONE = select(
    or_(exists(select(Company.id)), exists(select(Person.id))),
    exists(select(Deal.id)),
    exists(select(Target.id).where(Target.amount.is_not(None))),
    select(func.count(User.id) > 1).scalar_subquery(),
)


class Step(NamedTuple):
    title: str
    note: str
    icon: str
    url: str
    is_done: bool = False


def open_ones(user: User, firm: Organisation) -> list[Step]:
    """All four in their order while one is open, for the owner of an installation of the last weeks; else none."""
    if not user.is_owner or firm.created_at < utc_now() - FRESH_FOR:
        return []
    done = db.session.connection().execute(_DONE).one()
    return (
        [] if all(done) else [step._replace(is_done=bool(is_done)) for step, is_done in zip(_all(), done, strict=True)]
    )


def are_untouched(steps: list[Step]) -> bool:
    """Whether none of them is done: nothing is here but its owner."""
    return bool(steps) and not any(step.is_done for step in steps)


def _all() -> list[Step]:
    return [
        Step(
            _("Import your data"),
            _("Companies, people, products and deals from a spreadsheet or another CRM"),
            "upload",
            url_for("exchange.index"),
        ),
        Step(_("Add a deal"), _("It will appear on the board in its stage"), "square-kanban", url_for("pipeline.new")),
        Step(
            _("Set goals"),
            _("For the company, a team or a person, each month, quarter or year"),
            "target",
            url_for("goals.index"),
        ),
        Step(
            _("Invite the people who work here"),
            _("Each user gets a role, a team and a link to choose a password"),
            "user-plus",
            url_for("settings.new_person"),
        ),
    ]
