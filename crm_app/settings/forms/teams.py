"""The form of a team."""

from markupsafe import Markup, escape
from sqlalchemy import or_, select
from wtforms import SelectField, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from crm_app.accounts.models import Team, User
from crm_app.accounts.queries import active, by_name, visible_to
from crm_app.extensions import db
from crm_app.web.fields import Required, TextField, options
from crm_app.web.formats import isolate
from crm_app.web.seen import SeenForm
from crm_app.web.text import name_key
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l


class TeamForm(SeenForm):
    """A name of its own, who leads it, where, and who is in it. Whoever is ticked leaves the team they were in."""

    name = TextField(_l("Name"), [Required()])
    region = TextField(_l("Region"))
    manager_id = SelectField(_l("Manager"), coerce=int, default=0)
    members = SelectMultipleField(
        _l("Members"),
        coerce=int,
        # What WTForms says of a choice that is gone has no Persian.
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, *args, user: User, team: Team | None = None, **kwargs):
        super().__init__(*args, obj=team, **kwargs)
        self.team = team
        people = db.session.scalars(by_name(_choosable(user, team))).all()
        self.people = {person.id: person for person in people}
        leads = [p for p in people if p.role in ("owner", "manager") or (team and p.id == team.manager_id)]
        self.manager_id.choices = options([(0, _("Unassigned")), *((person.id, person.name) for person in leads)])
        members_first = sorted(people, key=lambda person: team is None or person.team_id != team.id)
        self.members.choices = options((person.id, person.name) for person in members_first)
        members = sorted(person.id for person in people if team and person.team_id == team.id)
        if team:
            self.drawn_from(team.name, team.region, team.manager_id, members)
        if not self.is_submitted():
            self.manager_id.data = (team and team.manager_id) or 0
            self.members.data = members

    def validate_name(self, field):
        taken = select(Team.id).where(
            Team.name_key == name_key(field.data), Team.id != (self.team.id if self.team else 0)
        )
        if db.session.scalar(taken):
            raise ValidationError(_("There is already a team with this name."))

    def validate_members(self, field):
        if not self.people.keys() >= set(field.data or []):
            raise ValidationError(_("Choose one from the list."))

    @property
    def manager(self) -> User | None:
        return self.people.get(self.manager_id.data)

    @property
    def other_teams(self) -> dict[int, Markup]:
        """In words, which team someone would leave."""
        away = [person for person in self.people.values() if person.team and person.team is not self.team]
        return {person.id: escape(_("now in %(team)s")) % {"team": isolate(person.team.name)} for person in away}

    @property
    def chosen(self) -> list[User]:
        return [self.people[number] for number in self.members.data or []]


def _choosable(user: User, team: Team | None):
    """Everyone who still works here, and whoever is in the team or leads it although they left."""
    people = visible_to(user)
    if team is None:
        return active(people)
    return people.where(or_(User.disabled_at.is_(None), User.team_id == team.id, User.id == team.manager_id))
