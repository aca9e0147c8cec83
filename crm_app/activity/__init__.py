"""The event log: who did what to which record, when. It knows records only as table and id."""

from crm_app.activity.models import Event
from crm_app.activity.recording import record

__all__ = ["Event", "record"]
