"""What the first page says to whoever opens it."""

from markupsafe import Markup, escape

from crm_app.accounts.models import User
from crm_app.extensions import utc_now
from crm_app.web.formats import isolate
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _


def words(user: User) -> Markup:
    """By the clock of the organisation's time zone."""
    return escape(_by_the_clock(reader.local(utc_now()).hour)) % {"name": isolate(user.name)}


def _by_the_clock(hour: int) -> str:
    if 4 <= hour < 12:
        return _("Good morning, %(name)s.")
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s.")
    return _("Good evening, %(name)s.")
