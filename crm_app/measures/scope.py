"""Over which deals a measure is asked, and by what they can be told apart."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, false, func, null, select

from crm_app.accounts.models import Team, User
from crm_app.accounts.queries import credited_within
from crm_app.contacts.models import Company
from crm_app.pipeline.models import Deal
from crm_app.pipeline.queries import counted_for


@dataclass(frozen=True)
class Scope:
    """Whose figures `user` may see, narrowed; owner and team are those to whom a deal was credited when it happened.

    A figure follows the credit, the record its owner of today: what Alice won stays hers when Bob looks after it now.
    """

    user: User
    owner_id: int | None = None
    team_id: int | None = None
    product_id: int | None = None
    pipeline_id: int | None = None
    industry: str | None = None
    source: str | None = None

    def history(self, rows: Any, of_deals: bool) -> Select[Any]:
        """Rows of what happened to the deals; each is joined with its deal only where something is asked of that.

        Few deals are in the bin, so their ids are gone through once, which costs a third of looking up every deal.
        """
        asked = (self.product_id, self.pipeline_id, self.industry, self.source)
        if of_deals or any(each is not None for each in asked):
            return self.deals().join(rows, rows.deal_id == Deal.id)
        binned = select(Deal.id).where(Deal.deleted_at.is_not(None))
        return select(rows).where(rows.deal_id.not_in(binned) if self.user.sells else false())

    def deals(self) -> Select[tuple[Deal]]:
        """Deals of the product, pipeline, industry and source asked for; `Rows.credited` says which of them count."""
        deals = counted_for(self.user)
        if self.product_id is not None:
            deals = deals.where(Deal.product_id == self.product_id)
        if self.pipeline_id is not None:
            deals = deals.where(Deal.pipeline_id == self.pipeline_id)
        if self.source is not None:
            deals = deals.where(Deal.source == self.source)
        if self.industry is not None:
            of_industry = select(Company.id).where(Company.industry == self.industry)
            deals = deals.where(Deal.company_id.in_(of_industry))
        return deals


@dataclass(frozen=True)
class Credit:
    """The columns of one kind of row that say whose it is and in which stage."""

    owner: Any
    team: Any
    stage: Any = None


# By these, groups of what happened are told apart without a look at the deal.
OF_CREDIT = (None, "owner", "team", "region", "stage")


class Rows(NamedTuple):
    """A select of deals joined with the rows that are counted, the instant of each, and who has its credit.

    For sums it may be of the rows alone: see `Scope.history`.
    """

    deals: Select[Any]
    at: Any
    credit: Credit

    def credited(self, scope: Scope) -> "Rows":
        """Only what the scope's user may count, and its owner and team have the credit for."""
        deals = self.deals.where(credited_within(self.credit.owner, self.credit.team, scope.user))
        if scope.owner_id is not None:
            deals = deals.where(self.credit.owner == scope.owner_id)
        if scope.team_id is not None:
            deals = deals.where(self.credit.team == scope.team_id)
        return self._replace(deals=deals)

    def where(self, *conditions: Any) -> "Rows":
        return self._replace(deals=self.deals.where(*conditions))

    def told_apart(self, dimension: str | None) -> tuple[Select[Any], ColumnElement[Any]]:
        """The select with what it takes to tell groups apart, and their key: NULL where a deal belongs to none."""
        if dimension == "region":
            return self.deals.outerjoin(Team, Team.id == self.credit.team), func.nullif(Team.region, "")
        if dimension == "industry":
            return self.deals.outerjoin(Company, Company.id == Deal.company_id), func.nullif(Company.industry, "")
        keys = {
            None: null(),
            "owner": self.credit.owner,
            "team": self.credit.team,
            "product": Deal.product_id,
            "stage": self.credit.stage,
        }
        return self.deals, keys[dimension]
