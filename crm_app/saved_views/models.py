"""Views that people saved: what stood in the address of a list, under a name."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm_app.accounts.models import User
from crm_app.extensions import SortKey, db, utc_now
from crm_app.web.text import name_key, sort_key

# What can be looked at in several ways: each name stands for the lists and boards that take the same filters.
PLACES = ("audit", "companies", "deals", "imports", "people", "products", "users")


class SavedView(db.Model):
    """`query` is what filters and sorts, as it stands in an address. A shared view is everyone's to open."""

    __tablename__ = "saved_views"
    __table_args__ = (Index("ix_saved_views_place_owner_id", "place", "owner_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    name_key: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[str] = mapped_column(SortKey)
    query: Mapped[str] = mapped_column(String(2000))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    is_shared: Mapped[bool] = mapped_column(default=False)
    is_pinned: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    owner: Mapped[User] = relationship()

    @validates("name")
    def _keep_keys(self, _attribute: str, name: str) -> str:
        self.name_key, self.sort_key = name_key(name), sort_key(name)
        return name
