"""The board of a pipeline: a column for each open stage, its cards in the order that people gave them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import ColumnElement

from crm_app.pipeline.boards import Column, Deals, Key, Sums
from crm_app.pipeline.cards import Card
from crm_app.pipeline.models import Deal
from crm_app.pipeline.shapes import AnyPipeline, AnyStage
from crm_app.web.ordering import written_out

_CARDS_AT_FIRST = 20


@dataclass(frozen=True)
class ByStage:
    """A layout whose keys are the ids of stages."""

    pipeline: AnyPipeline
    sums: Sums

    @property
    def key(self) -> ColumnElement[int]:
        return Deal.stage_id

    @property
    def rank(self) -> ColumnElement[int]:
        return Deal.rank

    def heads(self) -> list[Column]:
        return self.heads_with(self.pipeline.open_stages)

    def heads_with(self, stages: Iterable[AnyStage]) -> list[Column]:
        wanted = {stage.id for stage in stages}
        return [
            Column(f"stage-{stage.id}", stage.id, stage.name, self.sums.of([stage]), stage, hue % 6 + 1)
            for hue, stage in enumerate(self.pipeline.open_stages)
            if stage.id in wanted
        ]

    def within(self, deals: Deals, keys: Collection[Key] | None = None) -> Deals:
        return deals.where(Deal.stage_id.in_([one.id for one in self.pipeline.open_stages] if keys is None else keys))

    def first(self, deals: Deals, keys: tuple[Key, ...]) -> tuple[Deals, ...]:
        return _tops(deals, keys)

    def key_of(self, deal: Deal | Card) -> int:
        return deal.stage_id

    def rank_of(self, deal: Deal | Card) -> int:
        return deal.rank

    def read_rank(self, text: str) -> int:
        rank = int(text)
        if abs(rank) >= 2**62:
            raise ValueError(f"{text!r} is beyond all ranks")
        return rank


@lru_cache(maxsize=64)
def _tops(deals: Deals, keys: tuple[Key, ...]) -> tuple[Deals, ...]:
    """Each column is read from its top, and no further than wanted: there may be thousands below."""
    return tuple(
        deals.where(Deal.stage_id == key).order_by(Deal.rank, Deal.id).limit(written_out(_CARDS_AT_FIRST))
        for key in keys
    )
