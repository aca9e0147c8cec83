"""The pages of products: the list, a product, and changing it fact by fact."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user, login_required
from markupsafe import Markup
from sqlalchemy.orm.exc import StaleDataError

from crm_app.accounts.access import editor_required
from crm_app.activity.asking_again import ask_again
from crm_app.activity.records import Conflict
from crm_app.activity.timeline import history
from crm_app.catalog import lists, queries
from crm_app.catalog.forms import FACTS, FactForm, ProductForm
from crm_app.catalog.models import Product
from crm_app.extensions import db, settle
from crm_app.lists import showing
from crm_app.web.htmx import changed, page
from crm_app.web.pickers import suggested
from crm_app.web.tables import listing
from crm_app.web.text import clean
from crm_app.web.texts import gettext as _
from crm_app.web.texts import lazy_gettext as _l

bp = Blueprint("catalog", __name__, url_prefix="/catalog")

WORDS = {
    "name": _l("Name"),
    "code": _l("Code"),
    "family": _l("Product family"),
    "price": _l("Price"),
    "cost": _l("Cost"),
    "currency": _l("Currency"),
}


@bp.get("/")
@login_required
def index():
    if _in_bin():
        return _bin()
    return showing.page("catalog/index.html", lists.products(current_user), empty_of="catalog/_empty.html")


@bp.route("/new", methods=["GET", "POST"])
@editor_required
def new():
    form = ProductForm()
    if form.validate_on_submit():
        product = Product(currency=form.currency.data, name=form.name.data, code=form.code.data)
        product.family, product.price, product.cost = form.family.data, form.price.data, form.cost.data
        product.create()
        settle()
        flash(_("%(name)s was added to your products.", name=product.name), "ok")
        return redirect(url_for(".show", product_id=product.id), 303)

    return page("catalog/new.html", form=form, status=422 if form.errors else 200)


@bp.get("/suggestions")
@login_required
def suggestions():
    found = suggested(queries.visible_to(current_user))
    return page("catalog/suggestions.html", part="catalog/_suggestions.html", **found)


@bp.get("/<int:product_id>")
@login_required
def show(product_id):
    product = _product(product_id)
    fact = request.args.get("edit", "") if current_user.can_edit else ""
    form = FactForm(product, fact) if fact in FACTS else None
    before = request.args.get("before", type=int)
    before = before if before and 0 < before < 2**62 else None
    part = "catalog/_older.html" if before else "catalog/_facts.html"
    return page(
        "catalog/show.html",
        part=part,
        **_around(product, before=before, form=form, changed_fact=request.args.get("fact")),
    )


@bp.post("/<int:product_id>/facts/<fact>")
@editor_required
def change(product_id, fact):
    product = _product(product_id)
    form = FactForm(product, fact if fact in FACTS else abort(404))
    if not (form.is_sent and form.validate_on_submit()):
        return page("catalog/show.html", part="catalog/_facts.html", status=422, **_around(product, form=form))

    try:
        product.expect(form.version.data)
        product.change(**form.changes())
        settle()
    except (Conflict, StaleDataError):
        return _refused(product, form)

    return changed("catalog/_changed.html", otherwise=_page_of(product), **_around(product, changed_fact=fact))


@bp.route("/<int:product_id>/deletion", methods=["GET", "POST"])
@editor_required
def delete(product_id):
    product = _product(product_id)
    if request.method == "GET":
        return page("catalog/delete.html", product=product)

    product.delete()
    settle()
    flash(Markup(render_template("catalog/_undo.html", product=product)), "ok")  # noqa: S704 - the part escapes.
    return redirect(url_for(".index"), 303)


@bp.post("/<int:product_id>/restoration")
@editor_required
def restore(product_id):
    product = db.one_or_404(queries.binned_for(current_user).where(Product.id == product_id))
    twin = queries.with_code(queries.visible_to(current_user), product.code)
    if twin:
        text = _(
            "The product %(name)s now has the code %(code)s. Change that code first, then restore this product.",
            name=twin.name,
            code=twin.code,
        )
        flash(text, "danger")
        return redirect(url_for(".show", product_id=twin.id), 303)

    product.restore()
    settle()
    flash(_("%(name)s was restored.", name=product.name), "ok")
    return redirect(_page_of(product), 303)


def _asked(name):
    return clean(request.args.get(name, ""))[:200]


def _in_bin():
    return request.args.get("bin") == "1" and current_user.can_edit


def _bin():
    """What was deleted, to be brought back."""
    text = _asked("q")
    rows = queries.matching(queries.binned_for(current_user), text)
    sorts = {"name": Product.sort_key, "deleted": Product.deleted_at}
    table = listing(rows, key=Product.id, sorts=sorts, default="-deleted")
    part = "catalog/deleted/_rows.html" if table.is_continued else None
    return page("catalog/deleted.html", part=part, table=table, text=text)


def _product(product_id):
    return db.one_or_404(queries.visible_to(current_user).where(Product.id == product_id))


def _around(product, *, before=None, **more):
    told = history(product, WORDS, before)
    return {"product": product, "form": None, "history": told, "here": _page_of(product)} | more


def _page_of(product):
    return url_for(".show", product_id=product.id)


def _refused(product, form):
    db.session.rollback()
    ask_again(form, product)
    flash(_("Someone changed this product a moment ago. Here is the current version; nothing was saved."), "danger")
    return changed("catalog/_changed.html", otherwise=_page_of(product), status=409, **_around(product, form=form))
