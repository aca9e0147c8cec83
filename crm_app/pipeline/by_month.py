"""The forecast: a column for each month in which open deals are expected to close, by that day."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import ColumnElement, Date, func, literal

from crm_app.pipeline.boards import Column, Deals, Key, Sums
from crm_app.pipeline.cards import Card
from crm_app.pipeline.models import IS_OPEN, Deal
from crm_app.pipeline.months import BEFORE, LATER, UNKNOWN, Months
from crm_app.pipeline.shapes import AnyPipeline, AnyStage
from crm_app.web import formats
from crm_app.web.ordering import written_out
from crm_app.web.texts import gettext as _

_NEVER = date(9999, 12, 31)
# There are twice as many columns as on a board; further cards come as the last one comes into sight.
_CARDS_AT_FIRST = 12
_RANK = func.coalesce(Deal.expected_close, literal(_NEVER, Date))


@dataclass(frozen=True)
class ByMonth:
    """A layout whose keys are those of `months`; `sums` are of the columns that have deals."""

    pipeline: AnyPipeline
    sums: Mapping[str, Sums]
    nothing: Sums
    months: Months

    @property
    def key(self) -> ColumnElement[str]:
        return self.months.key

    @property
    def rank(self) -> ColumnElement[date]:
        return _RANK

    def heads(self) -> list[Column]:
        names = self._names()
        return [self._head(key, names[key]) for key in self.months.keys]

    def heads_with(self, _stages: Iterable[AnyStage]) -> list[Column]:
        """Deals of any stage may stand in each month."""
        return self.heads()

    def within(self, deals: Deals, keys: Collection[Key] | None = None) -> Deals:
        open_ones = _open_in(deals, self.pipeline.id)
        return open_ones if keys is None else open_ones.where(self.key.in_(keys))

    def first(self, deals: Deals, keys: tuple[Key, ...]) -> tuple[Deals, ...]:
        return _tops(deals, self.pipeline.id, self.months, keys)

    def key_of(self, deal: Deal | Card) -> str:
        return self.months.key_of(deal.expected_close)

    def rank_of(self, deal: Deal | Card) -> date:
        return deal.expected_close or _NEVER

    def read_rank(self, text: str) -> date:
        return date.fromisoformat(text)

    def _head(self, key: str, name: str) -> Column:
        totals = self.sums.get(key, self.nothing).of(self.pipeline.open_stages)
        return Column(f"month-{key}", key, name, totals, takes_cards=key != BEFORE)

    def _names(self) -> dict[str, str]:
        around = {
            BEFORE: _("Overdue") if self.months.are_current else _("Earlier"),
            LATER: _("Later"),
            UNKNOWN: _("No date"),
        }
        return around | {month.key: formats.period_label(month) for month in self.months.shown}


def _open_in(deals: Deals, pipeline_id: int) -> Deals:
    return deals.where(IS_OPEN, Deal.pipeline_id == pipeline_id)


@lru_cache(maxsize=64)
def _tops(deals: Deals, pipeline_id: int, months: Months, keys: tuple[Key, ...]) -> tuple[Deals, ...]:
    """Each month is read from its first day, and no further than wanted.

    None of these deals is deleted. PostgreSQL does not see that its index is in order then, unless that is said again.
    """
    here = _open_in(deals, pipeline_id)
    tops = (here.where(months.stands_in(str(key))) for key in keys)
    return tuple(
        top.order_by(Deal.deleted_at, Deal.expected_close, Deal.id).limit(written_out(_CARDS_AT_FIRST)) for top in tops
    )
