"""The audit log: who let themselves in, took data along, or changed what others may do. It only ever grows."""

from crm_app.audit.models import AuditEntry
from crm_app.audit.noting import NOBODY, Actor, note

__all__ = ["NOBODY", "Actor", "AuditEntry", "note"]
