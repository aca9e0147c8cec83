"""Importing products: told apart by code, else by name."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select

from crm_app.catalog import queries
from crm_app.catalog.models import Product, product_keys
from crm_app.exchange import cells, currencies
from crm_app.exchange.amounts import Amount
from crm_app.exchange.cells import CellError
from crm_app.exchange.fields import Field
from crm_app.exchange.headers import PRODUCTS
from crm_app.exchange.kinds.kind import Kind, Row, code_key, name_key
from crm_app.exchange.kinds.stored import chunks
from crm_app.extensions import db
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

_COLUMNS = ("id", "version", "name", "name_key", "code", "family", "currency", "price_amount", "cost_amount")
_KNOWN = tuple(getattr(Product, name) for name in _COLUMNS)


class Products(Kind):
    key = "products"
    model = Product
    identities = ("code", "name")
    money = (("price_amount", "cost_amount"), "currency")
    fields = (
        Field("name", _l("Name"), PRODUCTS["name"], cells.text(200), required=True),
        Field("code", _l("Code"), PRODUCTS["code"], cells.text(60)),
        Field("family", _l("Product family"), PRODUCTS["family"], cells.text(100)),
        Field("price", _l("Price"), PRODUCTS["price"], cells.amount, is_money=True),
        Field("cost", _l("Cost"), PRODUCTS["cost"], cells.amount, is_money=True),
        Field("currency", _l("Currency"), PRODUCTS["currency"], cells.currency),
    )  # fmt: skip

    @property
    def visible(self) -> Select[Any]:
        return queries.visible_to(self.setting.user)

    def load(self) -> None:
        """Nothing: what a product's row names is looked up batch by batch."""

    def know(self, rows: Iterable[Row]) -> None:
        self._index.clear()
        facts = [row.facts for row in rows]
        found: dict[int, Any] = {}
        for column, name in ((Product.code_key, "code"), (Product.name_key, "name")):
            keys = {key for one in facts if (key := self.identity(name, one))}
            for chunk in chunks(sorted(keys)):
                named = self.visible.with_only_columns(*_KNOWN).where(column.in_(chunk))
                found |= {row.id: row._mapping for row in db.session.execute(named)}
        self.remember(found.values())

    def identity(self, name: str, facts: Mapping[str, Any]) -> str | None:
        key = code_key if name == "code" else name_key
        return key(facts.get(name)) or None

    def settle(self, row: Row) -> None:
        values = row.values
        row.facts = {name: values[name] for name in ("name", "code", "family") if values.get(name)}
        if not name_key(row.facts["name"]):
            self.refuse(row, "name", str(_l("A name must contain a letter or a digit.")))
        self._settle_amounts(row, {name: values[name] for name in ("price", "cost") if values.get(name) is not None})

    def _settle_amounts(self, row: Row, amounts: Mapping[str, Amount]) -> None:
        said = row.values.get("currency") or ""
        try:
            currency = cells.currency_of([*amounts.values()], said, self.setting.unit)
        except CellError as error:
            self.refuse(row, next(name for name, amount in amounts.items() if amount.sign), str(error))
            return
        if said or amounts:
            row.facts["currency"] = currencies.kept_in(currency)
        for name, amount in amounts.items():
            try:
                row.facts[f"{name}_amount"] = cells.minor(amount.units, currency)
            except CellError as error:
                self.refuse(row, name, str(error))

    def meet_existing(self, row: Row) -> None:
        """Price and cost share their currency: one that the row does not give would be called another one."""
        super().meet_existing(row)
        known = row.known or {}
        left = [name for name in ("price_amount", "cost_amount") if name not in row.facts]
        if "currency" in row.changes and any(known[name] is not None for name in left):
            said = _(
                "The price and cost of this product are in %(currency)s. To change the currency, enter both.",
                currency=known["currency"],
            )
            self.refuse(row, "currency" if "currency" in self.mapped else "price", said)

    def write(self, rows: list[Row], pen: Any) -> None:
        new = [row for row in rows if row.becomes == "create"]
        pen.create(Product, new, self.columns_of)
        pen.update(Product, rows)

    def columns_of(self, row: Row) -> dict[str, Any]:
        blank = {"code": "", "family": "", "currency": self.setting.currency, "price_amount": None, "cost_amount": None}
        facts = blank | row.facts
        return facts | product_keys(facts["name"], facts["code"]) | {"owner_id": self.setting.user.id}
