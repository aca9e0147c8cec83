"""Companies and people, and the tags on them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm_app.activity.records import Record, bin_index
from crm_app.extensions import SortKey, db
from crm_app.web.formats import phone_key
from crm_app.web.found_by import FoundBy
from crm_app.web.money import Money
from crm_app.web.text import match_key, name_key, sort_key

company_tags = Table(
    "company_tags",
    db.metadata,
    Column("company_id", ForeignKey("companies.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True),
)
person_tags = Table(
    "person_tags",
    db.metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True),
)


def tag_key(name: str) -> str:
    """What two spellings of one tag have in common."""
    return (match_key(name) or name.casefold())[:60]


class Tag(db.Model):
    __tablename__ = "tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    name_key: Mapped[str] = mapped_column(String(60), unique=True)

    @validates("name")
    def _set_key(self, _attribute: str, name: str) -> str:
        self.name_key = tag_key(name)
        return name


class Company(Record, db.Model):
    __tablename__ = "companies"
    __table_args__ = (
        Index("ix_companies_created", "created_at", "id"),
        Index("ix_companies_sorted", "sort_key", "id"),
        bin_index("companies"),
    )
    found_by = FoundBy("name", sites=("website",), phones=("phone",))

    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    sort_key: Mapped[str] = mapped_column(SortKey)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="SET NULL"), index=True)
    industry: Mapped[str] = mapped_column(String(100), default="", index=True)
    founded: Mapped[int | None]
    size: Mapped[int | None]
    revenue_amount: Mapped[int | None] = mapped_column(BigInteger)
    revenue_currency: Mapped[str | None] = mapped_column(String(3))
    country: Mapped[str] = mapped_column(String(2), default="")
    website: Mapped[str] = mapped_column(String(300), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    phone_key: Mapped[str] = mapped_column(String(32), default="", index=True)

    parent: Mapped["Company | None"] = relationship(remote_side="Company.id")
    tags: Mapped[list[Tag]] = relationship(secondary=company_tags, order_by=Tag.name)

    @property
    def revenue(self) -> Money | None:
        """What the company earns in a year."""
        if self.revenue_amount is None or self.revenue_currency is None:
            return None
        return Money(self.revenue_amount, self.revenue_currency)

    @revenue.setter
    def revenue(self, value: Money | None) -> None:
        self.revenue_amount = value.amount if value else None
        self.revenue_currency = value.currency if value else None

    @property
    def hue(self) -> int:
        return (self.id or 0) % 6 + 1

    @property
    def initials(self) -> str:
        return self.name[:1].upper()

    @validates("name", "website", "phone")
    def _keep_keys(self, attribute: str, value: str) -> str:
        for name, key in company_keys(
            **{"name": self.name, "website": self.website, "phone": self.phone} | {attribute: value}
        ).items():
            setattr(self, name, key)
        return value


class Person(Record, db.Model):
    __tablename__ = "people"
    __table_args__ = (
        Index("ix_people_created", "created_at", "id"),
        Index("ix_people_sorted", "sort_key", "id"),
        bin_index("people"),
    )
    found_by = FoundBy("name", emails=("email",), phones=("phone",))

    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    sort_key: Mapped[str] = mapped_column(SortKey)
    job_title: Mapped[str] = mapped_column(String(200), default="")
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id", ondelete="SET NULL"), index=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    email_key: Mapped[str] = mapped_column(String(254), default="", index=True)
    phone: Mapped[str] = mapped_column(String(60), default="")
    phone_key: Mapped[str] = mapped_column(String(32), default="", index=True)

    company: Mapped[Company | None] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=person_tags, order_by=Tag.name)

    @property
    def hue(self) -> int:
        return (self.id or 0) % 6 + 1

    @property
    def initials(self) -> str:
        words = self.name.split()
        letters = "".join(word[:1] for word in (words[:1] + words[1:][-1:]))
        return letters.upper() if letters.isascii() else letters[:1]

    @validates("name", "email", "phone")
    def _keep_keys(self, attribute: str, value: str) -> str:
        for name, key in person_keys(
            **{"name": self.name, "email": self.email, "phone": self.phone} | {attribute: value}
        ).items():
            setattr(self, name, key)
        return value


def company_keys(name: str | None, website: str | None, phone: str | None) -> dict[str, str]:
    """The columns by which a company is found, sorted and matched; folding can make a text longer, hence the limits."""
    return {
        "name_key": name_key(name),
        "sort_key": sort_key(name or ""),
        "phone_key": phone_key(phone or "")[:32],
    }


def person_keys(name: str | None, email: str | None, phone: str | None) -> dict[str, str]:
    """The columns by which a person is found, sorted and matched."""
    return {
        "name_key": name_key(name),
        "sort_key": sort_key(name or ""),
        "email_key": (email or "").casefold()[:254],
        "phone_key": phone_key(phone or "")[:32],
    }
