"""What the first page says to whoever opens it."""

from flask_babel import gettext as _

from crm_app.accounts.models import User
from crm_app.extensions import utc_now
from crm_app.web.formats import isolate
from crm_app.web.reader import reader


def words(user: User) -> str:
    """By the clock of the organisation's time zone."""
    hour, name = reader.local(utc_now()).hour, isolate(user.name)
    if 4 <= hour < 12:
        return _("Good morning, %(name)s.", name=name)
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s.", name=name)
    return _("Good evening, %(name)s.", name=name)
