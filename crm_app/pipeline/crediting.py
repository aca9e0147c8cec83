"""For which team a person's deals are counted, when the person goes to another."""

from sqlalchemy import update

from crm_app.accounts.models import User
from crm_app.extensions import db
from crm_app.pipeline.models import Stay


def carry_along(person: User) -> None:
    """Open deals are counted for the team that their owner is in now; what they did before stays where it was."""
    open_stays = update(Stay).where(Stay.left_at.is_(None), Stay.owner_id == person.id)
    db.session.execute(open_stays.values(team_id=person.team.id if person.team else None))
