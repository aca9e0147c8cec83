"""Products."""

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column, validates

from crm_app.activity.records import Record, bin_index
from crm_app.extensions import SortKey, db
from crm_app.web.found_by import FoundBy
from crm_app.web.money import Money
from crm_app.web.text import code_key, name_key, sort_key


class Product(Record, db.Model):
    __tablename__ = "products"
    __table_args__ = (Index("ix_products_sorted", "sort_key", "id"), bin_index("products"))
    found_by = FoundBy("name", words=("code",))

    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    sort_key: Mapped[str] = mapped_column(SortKey)
    code: Mapped[str] = mapped_column(String(60), default="")
    code_key: Mapped[str] = mapped_column(String(60), default="", index=True)
    family: Mapped[str] = mapped_column(String(100), default="", index=True)
    currency: Mapped[str] = mapped_column(String(3))
    price_amount: Mapped[int | None] = mapped_column(BigInteger)
    cost_amount: Mapped[int | None] = mapped_column(BigInteger)

    @property
    def price(self) -> Money | None:
        return None if self.price_amount is None else Money(self.price_amount, self.currency)

    @price.setter
    def price(self, value: Money | None) -> None:
        self.price_amount = value.amount if value else None

    @property
    def cost(self) -> Money | None:
        return None if self.cost_amount is None else Money(self.cost_amount, self.currency)

    @cost.setter
    def cost(self, value: Money | None) -> None:
        self.cost_amount = value.amount if value else None

    @validates("name", "code")
    def _keep_keys(self, attribute: str, value: str) -> str:
        for name, key in product_keys(**{"name": self.name, "code": self.code} | {attribute: value}).items():
            setattr(self, name, key)
        return value


def product_keys(name: str | None, code: str | None) -> dict[str, str]:
    """The columns by which a product is found, sorted and matched."""
    return {
        "name_key": name_key(name),
        "sort_key": sort_key(name or ""),
        "code_key": code_key(code),
    }
