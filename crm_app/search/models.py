"""What is known of the indexes of words themselves."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from crm_app.extensions import db


class WordIndex(db.Model):
    """By which rules the index of a table was filled throughout; an index without a row never was."""

    __tablename__ = "word_indexes"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    scheme: Mapped[int]
