"""What people fill in about products."""

from flask import request
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, SelectField, ValidationError
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from crm_app.accounts.forms import currency_choices
from crm_app.catalog import queries
from crm_app.catalog.models import Product
from crm_app.web.fields import MoneyField, Required, TextField
from crm_app.web.money import Money, to_minor
from crm_app.web.reader import reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

FACTS = ("name", "code", "family", "price", "cost", "currency")


class ProductForm(FlaskForm):
    """A new product."""

    name = TextField(_l("Name"), [Required()])
    code = TextField(_l("Code"), longest=60)
    family = TextField(_l("Product family"), longest=100)
    price = MoneyField(_l("Price"), currency_from="currency")
    cost = MoneyField(_l("Cost"), currency_from="currency")
    currency = SelectField(_l("Currency"))

    def __init__(self, *, product: Product | None = None, **sent):
        self.product = product
        super().__init__(obj=product, data=None if product else {"currency": reader.currency}, **sent)
        self.currency.choices = currency_choices(beside_amount=True)

    def validate_code(self, field):
        twin = queries.with_code(queries.visible_to(current_user), field.data) if field.data else None
        if twin and twin is not self.product:
            raise ValidationError(_("The product %(name)s already has this code.", name=twin.name))


class FactForm(ProductForm):
    """One fact of a product, of the version that was seen; amounts are read in the product's currency."""

    version = IntegerField(validators=[Optional()], widget=HiddenInput())

    def __init__(self, product: Product, fact: str):
        self.fact = fact
        super().__init__(product=product, formdata=_sent(product, fact) if request.method == "POST" else None)
        for other in FACTS:
            if other != fact:
                del self[other]

    @property
    def field(self):
        return self[self.fact]

    @property
    def fields(self):
        return [self.field]

    @property
    def is_sent(self) -> bool:
        """Whether the fact itself was sent: emptying it is one thing, not naming it another."""
        return self.fact in request.form

    def changes(self) -> dict:
        """What the product is to become; a new currency takes the figures of price and cost along."""
        if self.fact != "currency":
            return {self.fact: self.field.data}
        code = self.field.data
        return {"price": _same_figure(self.product.price, code), "cost": _same_figure(self.product.cost, code)} | {
            "currency": code
        }

    def validate_currency(self, field):
        try:
            self.changes()
        except ValueError as error:
            raise ValidationError(
                _("The price or cost has more decimals than this currency allows. Round it first.")
            ) from error


def _sent(product: Product, fact: str) -> MultiDict:
    sent = MultiDict(request.form)
    if fact != "currency":
        sent["currency"] = product.currency
    return sent


def _same_figure(value: Money | None, currency: str) -> Money | None:
    return Money(to_minor(value.units, currency), currency) if value else None
