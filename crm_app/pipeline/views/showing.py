"""What the pages of a board and the answers to moves show alike: one pipeline under the filters of the address.

The months of the forecast stand in its addresses (`from`); without them an address is of the board of stages.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from flask import abort, request, url_for
from markupsafe import Markup
from sqlalchemy import Select

from crm_app.accounts.access import person_here
from crm_app.accounts.models import User
from crm_app.extensions import db
from crm_app.pipeline import aims, arrivals, boards, limits, queries
from crm_app.pipeline.arrivals import Arrival
from crm_app.pipeline.boards import Column, Key, Layout, Sums, Totals
from crm_app.pipeline.by_month import ByMonth
from crm_app.pipeline.by_stage import ByStage
from crm_app.pipeline.cards import Card
from crm_app.pipeline.forms.filters import DealFilterForm
from crm_app.pipeline.models import Deal, Stage
from crm_app.pipeline.months import Months
from crm_app.pipeline.shapes import AnyPipeline, AnyStage
from crm_app.pipeline.views import faces
from crm_app.web.addresses import LARGEST_ID
from crm_app.web.money import Rates
from crm_app.web.periods import Calendar, Period
from crm_app.web.reader import Reader, current_reader, reader
from crm_app.web.templating import csrf_token


@dataclass(frozen=True)
class Showing:
    """`months` are those of the forecast, None on the board of stages."""

    pipelines: Sequence[AnyPipeline]
    pipeline: AnyPipeline
    deals: Select[tuple[Deal]]
    sums: Sums
    filters: DealFilterForm
    may_move: bool
    fill: dict[int, int]
    aim: aims.Aim | None
    layout: Layout
    months: Months | None
    _around_numbers: dict[str, tuple[str, str]] = field(default_factory=dict)

    @cached_property
    def token(self) -> str:
        """Of the forms on cards."""
        return csrf_token()

    @cached_property
    def seen(self) -> tuple[Reader, date]:
        """By whom, and on which day."""
        someone = current_reader()
        return someone, someone.today()

    @cached_property
    def totals(self) -> Totals:
        return self.sums.of(self.pipeline.open_stages)

    @property
    def tabs(self) -> list[dict[str, Any]]:
        return [
            {
                "label": one.name,
                "url": self.url(pipeline=one.id),
                "is_current": one is self.pipeline,
                "count": self.sums.count(one.open_stages),
            }
            for one in self.pipelines
        ]

    def share(self, totals: Totals) -> aims.Share | None:
        """How much of the goal the weighted value makes; None where the board is about no goal."""
        return aims.share(totals.weighted, self.aim, of_several=len(self.pipelines) > 1) if self.aim else None

    @property
    def has_moved_on(self) -> bool:
        """Whether the months that the address names are not shown any more: the first of them is over."""
        return self.months is not None and self.months.first.key != request.args.get("from")

    @property
    def endpoint(self) -> str:
        return "pipeline.forecast" if self.months else "pipeline.board"

    @property
    def unfiltered(self) -> dict[str, Any]:
        """The part of an address that says what is shown, its filters apart."""
        return {"pipeline": self.pipeline.id} | ({"from": self.months.first.key} if self.months else {})

    @cached_property
    def face(self) -> faces.BoardFace:
        return faces.BoardFace(self)

    def url(self, endpoint: str = "", **values: Any) -> str:
        """An address under the same filters; None takes one of them out."""
        arguments = {**self.unfiltered, **self.filters.in_force, **values}
        return url_for(endpoint or self.endpoint, **{name: one for name, one in arguments.items() if one is not None})

    @property
    def ways(self) -> dict[str, str]:
        """Where the same deals are seen as a board, a list and a forecast."""
        places = {"board": "pipeline.board", "list": "pipeline.deals", "forecast": "pipeline.forecast"}
        return {name: self.url_from(None, endpoint) for name, endpoint in places.items()}

    def url_from(self, month: Period | None, endpoint: str = "") -> str:
        """The same from another month on."""
        return self.url(endpoint, **{"from": month and month.key})

    def url_of_all(self) -> str:
        return url_for(self.endpoint, **self.unfiltered)

    def url_of_page(self, deal: Deal | Card) -> str:
        return self._of(deal, "", lambda number: url_for("pipeline.show", deal_id=number))

    def url_of(self, deal: Deal | Card, endpoint: str, **values: Any) -> str:
        """An address of a deal under the same filters."""
        name = f"{endpoint} {values}"
        return self._of(deal, name, lambda number: self.url(endpoint, deal_id=number, pipeline=None, **values))

    def _of(self, deal: Deal | Card, name: str, make: Callable[[int], str]) -> str:
        """Addresses of one name differ by the deal's number alone: made for the first card, one holds for all."""
        if name not in self._around_numbers:
            before, _number, after = make(LARGEST_ID).partition(str(LARGEST_ID))
            self._around_numbers[name] = before, after
        before, after = self._around_numbers[name]
        return f"{before}{deal.id}{after}"

    def url_of_move(self, deal: Deal | Card) -> str:
        """Where a card's form is sent, and its menu is found."""
        return self.url_of(deal, "pipeline.expect" if self.months else "pipeline.move")

    def url_of_more(self, column: Column) -> str:
        """Where the next cards of a column are found."""
        if self.months:
            return self.url("pipeline.cards_of_month", month=column.key, after=column.next_key)
        return self.url("pipeline.cards", stage_id=column.key, after=column.next_key, pipeline=None)

    def key_of(self, deal: Deal | Card) -> Key:
        return self.layout.key_of(deal)

    def html_of(self, card: Card, *, oob: bool = False) -> Markup:
        return faces.html_of(card, self, oob=oob)

    def columns(self, *keys: Key | None) -> list[Column]:
        """Columns with their first cards: all of them, or those of the keys."""
        return boards.columns(self.deals, self.layout, keys or None)

    def heads(self, *stages: AnyStage) -> list[Column]:
        """Columns without cards: all in which deals of these stages may stand, or all."""
        return self.layout.heads_with(stages) if stages else self.layout.heads()

    def gone(self, keys: Iterable[Key | None]) -> set[int]:
        """Those of the keys that are stages no longer."""
        return {key for key in keys if isinstance(key, int)} - {stage.id for stage in self.pipeline.stages}

    def arrivals(self, *deals: Deal) -> list[Arrival]:
        """The cards of these deals with their places, of those that the board shows."""
        return arrivals.of(deals, self.deals, self.layout)


def showing(
    pipeline: AnyPipeline | None = None,
    *,
    filters: DealFilterForm | None = None,
    is_forecast: bool | None = None,
    pipelines: Sequence[AnyPipeline] | None = None,
) -> Showing:
    """The given pipeline's board, or the one that the address names, or the first with deals, or the first.

    By stages or by months, as the address has it where it is not said. `pipelines` are all there are, if at hand.
    """
    user, filters, rates = person_here(), filters or DealFilterForm.of_request(), Rates.load(reader.currency)
    months = asked_months() if is_forecast or (is_forecast is None and is_of_forecast()) else None
    pipelines = pipelines or queries.all_pipelines()
    stages = [stage for one in pipelines for stage in one.open_stages]
    deals = filters.narrow(queries.visible_to(user), rates, stages)
    by_month = boards.sums_by(months.key, deals, rates) if months else {}
    sums = boards.added(by_month.values(), rates) if months else boards.sums(deals, rates)
    chosen = pipeline or _chosen(pipelines, sums)
    fill = {} if months else limits.fill(chosen.open_stages)
    layout = ByMonth(chosen, by_month, Sums({}, rates), months) if months else ByStage(chosen, sums)
    aim = None if months else _aim(user, filters)
    return Showing(pipelines, chosen, deals, sums, filters, user.can_edit, fill, aim, layout, months)


def showing_cards(pipeline: AnyPipeline, filters: DealFilterForm, pipelines: Sequence[AnyPipeline]) -> Showing:
    """A board by stages of which only cards are shown: nothing is added up for heads of columns."""
    user, sums = person_here(), Sums({}, Rates.load(reader.currency))
    deals, layout = queries.visible_to(user), ByStage(pipeline, sums)
    return Showing(pipelines, pipeline, deals, sums, filters, user.can_edit, {}, None, layout, None)


def asked_months() -> Months:
    return Months.starting(request.args.get("from", ""), Calendar(reader.calendar, reader.zone), reader.today())


def kept() -> dict[str, Any]:
    """The part of an address that keeps what the page shows: its filters and, of the forecast, its months."""
    if not request.args:
        return {}
    months = {"from": request.args["from"]} if is_of_forecast() else {}
    return months | DealFilterForm.of_request().in_force


def board_of(pipeline_id: int) -> str:
    """The page that this address belongs to."""
    return url_for("pipeline.forecast" if is_of_forecast() else "pipeline.board", pipeline=pipeline_id, **kept())


def stage_in_use(stage_id: int) -> Stage:
    """A stage of any pipeline. Raises Gone for what is a stage no longer."""
    stage = db.session.get(Stage, stage_id)
    if stage is None or not stage.is_in_use:
        raise limits.Gone(stage)
    return stage


def open_stage(stage_id: int) -> Stage:
    stage = stage_in_use(stage_id)
    return stage if stage.is_open else abort(404)


def is_of_forecast() -> bool:
    return "from" in request.args


def _chosen(pipelines: Sequence[AnyPipeline], sums: Sums) -> AnyPipeline:
    if not pipelines:
        abort(404)
    wanted = request.args.get("pipeline", type=int)
    named = next((one for one in pipelines if one.id == wanted), None)
    return named or next((one for one in pipelines if sums.count(one.open_stages)), pipelines[0])


def _aim(user: User, filters: DealFilterForm) -> aims.Aim | None:
    """Goals are a person's, a team's or everyone's: of deals narrowed by anything else none of them speaks."""
    if filters.in_force.keys() - {"owner", "team"}:
        return None
    return aims.of_board(user, filters.owner.data, filters.team.data)
