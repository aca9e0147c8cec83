"""From when the business is looked at: now, or a past instant as it was known then."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from crm_app.extensions import utc_now
from crm_app.measures import states
from crm_app.web.periods import Period


@dataclass(frozen=True)
class View:
    """`instant` is now or the past instant asked for, `before` is None for now."""

    instant: datetime
    before: datetime | None

    @classmethod
    def at(cls, as_of: datetime | None) -> "View":
        now = utc_now()
        if as_of is None or as_of >= now:
            return cls(now, None)
        # What happened at the very instant asked for is known by then.
        return cls(as_of, as_of + timedelta(microseconds=1))

    def is_partial(self, period: Period) -> bool:
        return self.instant < period.ends_at

    def has_begun(self, period: Period) -> bool:
        return period.starts_at <= self.instant

    def moment(self, period: Period) -> states.Moment:
        if self.is_partial(period):
            return states.Moment(self.before, self.instant.astimezone(period.zone).date())
        return states.Moment(period.ends_at, period.last_day)
