"""Which columns of a list a person wants to see, in which order."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_app.extensions import db


class ListLayout(db.Model):
    """`columns` are keys of fields, separated by commas."""

    __tablename__ = "list_layouts"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[str] = mapped_column(String(20), primary_key=True)
    columns: Mapped[str] = mapped_column(String(1000))
