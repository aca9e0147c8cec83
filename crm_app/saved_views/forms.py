"""What people fill in about views: the name under which one is saved, who may open it."""

from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, ValidationError
from wtforms.validators import AnyOf, InputRequired, Length

from crm_app.saved_views import queries
from crm_app.saved_views.models import PLACES, SavedView
from crm_app.web.fields import Required, TextField
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l


class ViewForm(FlaskForm):
    name = TextField(_l("Name"), [Required()], longest=60)
    is_pinned = BooleanField(_l("Pin as a tab"))
    is_shared = BooleanField(_l("Share with everyone"))

    def __init__(self, view: SavedView | None = None, **given):
        self.view = view
        super().__init__(obj=view, **given)
        if not current_user.can_edit:
            del self.is_shared

    def validate_name(self, field: TextField) -> None:
        if self.view is None:
            return
        named = queries.own_named(self.view.owner, self.view.place, field.data)
        if named not in (None, self.view):
            raise ValidationError(_("There is already a view with this name."))

    def fill(self, view: SavedView) -> None:
        view.name, view.is_pinned = self.name.data, self.is_pinned.data
        view.is_shared = self.is_shared.data if "is_shared" in self else view.is_shared


class SaveViewForm(ViewForm):
    """What is seen now, under a name; one's own view of that name is replaced."""

    place = HiddenField(validators=[AnyOf(PLACES)])
    query = HiddenField(validators=[InputRequired(), Length(max=2000)])
    next = HiddenField()

    def fill(self, view: SavedView) -> None:
        """A view that is replaced stays a tab, and everyone's to open, for those who use it so."""
        was_pinned, was_shared = view.is_pinned, view.is_shared
        super().fill(view)
        view.is_pinned, view.is_shared = view.is_pinned or was_pinned, view.is_shared or was_shared
