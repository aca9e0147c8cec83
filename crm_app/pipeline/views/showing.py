"""What the board's page and the answers to moves show alike: one pipeline under the filters of the address."""

from dataclasses import dataclass
from typing import Any

from flask import abort, request, url_for
from flask_login import current_user
from sqlalchemy import Select

from crm_app.extensions import db
from crm_app.pipeline import aims, boards, limits, queries
from crm_app.pipeline.forms.filters import DealFilterForm
from crm_app.pipeline.models import Deal, Pipeline, Stage
from crm_app.web.money import Rates
from crm_app.web.reader import reader


@dataclass(frozen=True)
class Showing:
    pipelines: list[Pipeline]
    pipeline: Pipeline
    deals: Select[tuple[Deal]]
    sums: boards.Sums
    filters: DealFilterForm
    may_move: bool
    fill: dict[int, int]
    aim: aims.Aim | None

    @property
    def totals(self) -> boards.Totals:
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

    def share(self, totals: boards.Totals) -> aims.Share | None:
        """How much of the goal the weighted value makes; None where the board is about no goal."""
        return aims.share(totals.weighted, self.aim, of_several=len(self.pipelines) > 1) if self.aim else None

    def url(self, endpoint: str = "pipeline.board", **values: Any) -> str:
        """An address under the same filters; None takes one of them out."""
        arguments = {"pipeline": self.pipeline.id, **self.filters.in_force, **values}
        return url_for(endpoint, **{name: value for name, value in arguments.items() if value is not None})

    def url_of_move(self, deal: Deal) -> str:
        """Where a card's form is sent, and its menu is found."""
        return url_for("pipeline.move", deal_id=deal.id, **self.filters.in_force)

    def heads(self, *stages: Stage) -> list[boards.Column]:
        return [boards.head(self.pipeline, stage, self.sums) for stage in self.pipeline.open_stages if stage in stages]


def showing(pipeline: Pipeline | None = None, *, filters: DealFilterForm | None = None) -> Showing:
    """The given pipeline's board, or the one that the address names, or the first with deals, or the first."""
    filters = filters or DealFilterForm.of_request()
    rates = Rates.load(reader.currency)
    pipelines = list(db.session.scalars(queries.pipelines_at_once()).unique())
    stages = [stage for one in pipelines for stage in one.open_stages]
    deals = filters.narrow(queries.visible_to(current_user), rates, stages)
    sums = boards.sums(deals, rates)
    chosen = pipeline or _chosen(pipelines, sums)
    fill, aim = limits.fill(chosen.open_stages), _aim(filters)
    return Showing(pipelines, chosen, deals, sums, filters, current_user.can_edit, fill, aim)


def open_stage(stage_id: int) -> Stage:
    """An open stage of any pipeline. Raises Gone for one that is a stage no longer."""
    stages = {stage.id: stage for pipeline in db.session.scalars(queries.pipelines()) for stage in pipeline.stages}
    if stage_id not in stages:
        raise limits.Gone(db.session.get(Stage, stage_id))
    return stages[stage_id] if stages[stage_id].is_open else abort(404)


def _chosen(pipelines: list[Pipeline], sums: boards.Sums) -> Pipeline:
    if not pipelines:
        abort(404)
    wanted = request.args.get("pipeline", type=int)
    named = next((one for one in pipelines if one.id == wanted), None)
    return named or next((one for one in pipelines if sums.count(one.open_stages)), pipelines[0])


def _aim(filters: DealFilterForm) -> aims.Aim | None:
    """Goals are a person's, a team's or everyone's: of deals narrowed by anything else none of them speaks."""
    if filters.in_force.keys() - {"owner", "team"}:
        return None
    return aims.of_board(current_user, filters.owner.data, filters.team.data)
