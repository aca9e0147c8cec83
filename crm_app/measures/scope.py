"""Over which deals a measure is asked, and by what they can be told apart."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, null, select

from crm_app.accounts.models import Team, User
from crm_app.contacts.models import Company
from crm_app.pipeline.models import Deal
from crm_app.pipeline.queries import visible_to


@dataclass(frozen=True)
class Scope:
    """What `user` may see, narrowed; owner and team are those to whom a deal was credited when it happened."""

    user: User
    owner_id: int | None = None
    team_id: int | None = None
    product_id: int | None = None
    pipeline_id: int | None = None
    industry: str | None = None
    source: str | None = None

    def deals(self) -> Select[tuple[Deal]]:
        """The visible deals that have the product, pipeline, industry and source asked for, whoever has the credit."""
        deals = visible_to(self.user)
        if self.product_id is not None:
            deals = deals.where(Deal.product_id == self.product_id)
        if self.pipeline_id is not None:
            deals = deals.where(Deal.pipeline_id == self.pipeline_id)
        if self.source is not None:
            deals = deals.where(Deal.source == self.source)
        if self.industry is not None:
            deals = deals.where(dimension_of("industry", Credit()).is_not_distinct_from(self.industry or None))
        return deals


@dataclass(frozen=True)
class Credit:
    """The columns of one kind of row that say whose it is and in which stage."""

    owner: Any = None
    team: Any = None
    stage: Any = None


def dimension_of(dimension: str | None, credit: Credit) -> ColumnElement[Any]:
    """The expression by which rows joined with their deal are grouped; NULL where a deal has none."""
    if dimension is None:
        return null()
    if dimension == "region":
        region = select(func.nullif(Team.region, "")).where(Team.id == credit.team)
        return region.scalar_subquery()
    if dimension == "industry":
        industry = select(func.nullif(Company.industry, "")).where(Company.id == Deal.company_id)
        return industry.scalar_subquery()
    return {"owner": credit.owner, "team": credit.team, "product": Deal.product_id, "stage": credit.stage}[dimension]
