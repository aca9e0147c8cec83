"""Deals that are let sleep until a day: they stand still for a reason, so nobody is reminded of them before."""

from datetime import date

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_app.activity import record


class Snoozing:
    """A mixin. A deal wakes by itself on `snoozed_until`; leaving its stage wakes it as well."""

    snoozed_until: Mapped[date | None] = mapped_column(Date)
    snooze_reason: Mapped[str] = mapped_column(String(500), default="")

    def snooze(self, until: date, reason: str) -> None:
        self.snoozed_until, self.snooze_reason = until, reason
        record(self, "snoozed", until=until, reason=reason)

    def wake(self) -> None:
        """Before its day. What is awake stays so, and nothing is told of it."""
        if self.snoozed_until is not None:
            self._wake_silently()
            record(self, "woken")

    def is_snoozed(self, today: date) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > today

    def _wake_silently(self) -> None:
        self.snoozed_until, self.snooze_reason = None, ""
