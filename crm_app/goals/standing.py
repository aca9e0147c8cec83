"""How one goal stands in one period: its target, what was reached, and where that leads."""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import g, url_for
from markupsafe import Markup

from crm_app.analytics import pacing
from crm_app.analytics.pacing import Clock, Pace
from crm_app.analytics.rates import Interval
from crm_app.goals import amounts
from crm_app.goals.choosing import Subject
from crm_app.goals.models import Target
from crm_app.measures.catalogue import Measure
from crm_app.measures.figures import Figure
from crm_app.web import charts, formats
from crm_app.web.periods import Period
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _


@dataclass(frozen=True)
class Standing:
    """A goal of `subject`, or a figure that has no goal: then `target` is None and the pace says nothing."""

    measure: Measure
    subject: Subject
    period: Period
    figure: Figure
    target: Decimal | None
    target_id: int | None
    clock: Clock
    pace: Pace

    @property
    def shown(self) -> Hashable:
        """All that is shown of it."""
        whose = self.subject.team or self.subject.person
        facts = (self.measure.key, self.period, self.figure, self.target, self.target_id, self.clock, self.pace)
        return self.subject.key, whose.name if whose else "", facts

    @property
    def actual(self) -> Decimal | None:
        return None if self.figure.value is None else Decimal(self.figure.value)

    @property
    def rises(self) -> bool:
        """Whether it adds up day by day towards its target."""
        return self.measure.adds_up and not self.measure.is_snapshot

    @property
    def is_running(self) -> bool:
        """Begun and not over: only then is anything expected by today."""
        return self.clock.elapsed > 0 and not self.clock.is_over

    @property
    def ahead_by(self) -> Decimal | None:
        """How far past today's mark; below nought how far short of it."""
        if self.actual is None or self.pace.expected is None:
            return None
        return self.actual - self.pace.expected

    @property
    def difference(self) -> Decimal | None:
        """The actual less the target: below nought how far short of it the period ended."""
        return None if self.actual is None or self.target is None else self.actual - self.target

    @property
    def has_share(self) -> bool:
        """Whether it fills its target up; a rate, a mean, a state or what should be few only stands off it."""
        return self.rises and self.measure.better == "up"

    @property
    def landing(self) -> Decimal | None:
        """Where it leads while it runs; a straight line of nothing says nothing."""
        return self.pace.projected if self.is_running and (self.actual or not self.rises) else None

    @property
    def bullet(self) -> tuple[float, float | None, float | None]:
        """Reached, and while it runs expected and landing, in per cent of the target."""
        values = (self.actual, self.pace.expected if self.is_running else None, self.landing)
        reached, expected, landing = (None if v is None else float(v / (self.target or 1) * 100) for v in values)
        return reached or 0.0, expected, landing

    @property
    def aim(self) -> str:
        return amounts.aimed(self.written(self.target), self.measure.better)

    @property
    def short_aim(self) -> str:
        return amounts.aimed(self.written(self.target, short=True), self.measure.better)

    @property
    def distance(self) -> str:
        """How far off its target it stands, where it has no share of it."""
        return "" if self.difference is None else amounts.off(self.difference, self.measure.unit)

    @property
    def projected_share(self) -> Decimal | None:
        return pacing.attainment(self.landing, self.target) if self.has_share else None

    @property
    def tone(self) -> str:
        return {"behind": "warn", "missed": "danger"}.get(self.pace.status, "")

    @property
    def records_url(self) -> str:
        return records_url(self.measure, self.period, self.subject)

    def pace_on(self, day: date) -> Decimal | None:
        """What the target asks by the end of a day."""
        if self.target is None or not self.rises:
            return self.target
        return self.target * ((day - self.period.start).days + 1) / self.period.length

    def spark(self, history: Sequence[Figure]) -> Markup:
        """The figures of the last periods as a small line."""
        values = [None if figure.value is None else float(figure.value) for figure in history]
        title = _("%(measure)s over the last periods", measure=self.measure.label)
        return charts.spark(values, title=title)

    def about(self, value: Decimal | None, *, short: bool = False) -> str:
        """A figure that was reckoned, not counted, in words."""
        return self.written(self.rounded(value), short=short)

    def rounded(self, value: Decimal | None) -> Decimal | None:
        """No finer than the reader can use."""
        if value is not None and self.measure.unit == "money":
            minor = formats.minor_in_unit(reader.currency)
            is_large = max(abs(value), self.target or 0) >= 100 * minor
            value = formats.half_up(value / minor, 0) * minor if is_large else value
        elif value is not None and self.measure.unit == "count" and abs(value) >= 10:
            value = formats.half_up(value, 0)
        return value

    def written(self, value: Decimal | int | None, *, short: bool = False) -> str:
        return amounts.written(value, self.measure.unit, short=short)


def standing(
    measure: Measure, subject: Subject, period: Period, figure: Figure, target: Target | None, clock: Clock
) -> Standing:
    aimed = amounts.as_value(target.amount, measure.unit) if target else None
    pace = _pace(measure, figure, aimed, clock)
    return Standing(measure, subject, period, figure, aimed, target.id if target else None, clock, pace)


def clock_of(period: Period, today: date, weekend: Collection[int]) -> Clock:
    return pacing.clock(period.start, period.end, today, weekend)


def records_url(measure: Measure, period: Period, subject: Subject) -> str:
    """The page of the deals behind a figure."""
    whose = "".join(f"&{name}={number}" for name, number in subject.query.items())
    return f"{_records_page(measure.key)}?from={period.start.isoformat()}&to={period.end.isoformat()}{whose}"


def _records_page(measure: str) -> str:
    """Built once a request: the matrix asks for hundreds."""
    pages = g.setdefault("records_pages", {})
    if measure not in pages:
        pages[measure] = url_for("reports.records", measure=measure)
    return pages[measure]


def _pace(measure: Measure, figure: Figure, target: Decimal | None, clock: Clock) -> Pace:
    actual = None if figure.value is None else Decimal(figure.value)
    if measure.unit == "rate":
        interval = Interval(figure.low, figure.high) if figure.low is not None and figure.high is not None else None
        return pacing.of_rate(actual, target, figure.n, interval, clock, measure.better)
    if measure.adds_up and not measure.is_snapshot:
        return pacing.of_sum(actual, target, clock, measure.better)
    if not measure.adds_up:
        return pacing.of_mean(actual, target, figure.n, clock, measure.better)
    return pacing.of_level(actual, target, clock, measure.better)
