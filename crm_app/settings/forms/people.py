"""The forms of adding a person and of changing one's name, address, role and team."""

from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import SelectField, ValidationError

from crm_app.accounts.forms import LANGUAGE_CHOICES, EmailField, NewPasswordField
from crm_app.accounts.models import ROLES, Team, User
from crm_app.accounts.queries import grantable_by, teams_visible_to
from crm_app.extensions import db
from crm_app.web.fields import Required, TextField, options
from crm_app.web.reader import reader
from crm_app.web.seen import SeenForm
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l
from crm_app.web.texts import lazy_pgettext


class PersonForm(SeenForm):
    """Someone who works here. The address may be missing: then they own records and cannot sign in."""

    name = TextField(lazy_pgettext("person", "Name"), [Required()])
    email = EmailField(_l("Email"), longest=254)
    role = SelectField(_l("Role"))
    team_id = SelectField(_l("Team"), coerce=int, default=0)

    def __init__(self, *args, person: User | None = None, **kwargs):
        super().__init__(*args, obj=person, **kwargs)
        self.person = person
        self.role.choices, self.team_id.choices = _roles(), _teams()
        if not self.is_submitted() and not (person and person.team_id):
            self.team_id.data = 0
        if not self.is_submitted() and person is None:
            self.role.data = "rep"
        if person:
            self.drawn_from(person.name, person.email, person.role, person.team_id)

    def validate_email(self, field):
        taken = select(User.id).where(User.email == field.data, User.id != (self.person.id if self.person else 0))
        if field.data and db.session.scalar(taken):
            raise ValidationError(_("Another user already has this email address."))
        if not field.data and self.person and self.person.password_hash:
            raise ValidationError(_("Without an email address they could no longer sign in. Disable them instead."))

    def values(self) -> dict:
        return {
            "name": self.name.data,
            "email": self.email.data or None,
            "role": self.role.data,
            "team": db.session.get(Team, self.team_id.data) if self.team_id.data else None,
        }


class NewPersonForm(PersonForm):
    """With an address, and a password unless they are to choose it by a link."""

    email = EmailField(_l("Email"), [Required()], longest=254)
    language = SelectField(_l("Language"), choices=LANGUAGE_CHOICES)
    password = NewPasswordField(_l("Initial password"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_submitted():
            self.language.data = reader.language


class TeamForm(FlaskForm):
    """The team alone, of one user or of many."""

    team_id = SelectField(_l("Team"), coerce=int, default=0)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.team_id.choices = _teams()


class RoleForm(FlaskForm):
    """The role alone, of one user or of many."""

    role = SelectField(_l("Role"), default="rep")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.role.choices = _roles()


def _roles():
    return options((role, ROLES[role]) for role in grantable_by(current_user))


def _teams():
    teams = db.session.execute(teams_visible_to(current_user).with_only_columns(Team.id, Team.name)).all()
    return options([(0, _("No team")), *((team.id, team.name) for team in teams)])
