"""The deals behind a figure, as a list and as a file."""

from flask import abort, request
from flask_babel import gettext as _
from flask_login import current_user

from crm_app.accounts.access import seller_required
from crm_app.accounts.queries import organisation
from crm_app.extensions import db
from crm_app.measures.catalogue import MEASURES
from crm_app.pipeline.models import Deal
from crm_app.reports.behind import LARGEST, Behind, NoSuchFigure
from crm_app.reports.sheet import plain
from crm_app.reports.views import bp
from crm_app.web.csv import download
from crm_app.web.htmx import page
from crm_app.web.reader import reader
from crm_app.web.tables import listing, same_url


@bp.get("/records/<measure>")
@seller_required
def records(measure):
    behind = _behind(measure)
    if request.args.get("format") == "csv":
        return _file(behind)
    return page(
        "reports/records.html",
        part="reports/_records.html",
        behind=behind,
        figure=behind.figure(),
        table=listing(_rows(behind), key=Deal.id, sorts=behind.sorts(), default="-when"),
        csv_url=same_url(format="csv", after=None),
    )


def _behind(measure: str) -> Behind:
    if measure not in MEASURES:
        abort(404)
    try:
        return Behind.from_address(MEASURES[measure], current_user, organisation())
    except NoSuchFigure:
        abort(400)


def _rows(behind: Behind):
    """The deals, each with what it adds to the figure where that is kept."""
    when = behind.sorts()["when"].label("counted_at")
    amounts = [] if behind.counted is None else [behind.counted.label("counted_amount")]
    return behind.deals().add_columns(when, *amounts)


def _file(behind: Behind):
    rows = db.session.execute(_rows(behind).order_by(behind.sorts()["when"].desc(), Deal.id.desc()).limit(LARGEST))
    head = [_("Code"), _("Deal"), _("Company"), _("Owner"), _("Product"), _("Stage"), _("Date"), _("Value")]
    head += [_("Currency")]
    if behind.counted is not None:
        head.append(_("Counted (%(currency)s)", currency=reader.currency))
    return download(f"{behind.measure.key}.csv", head, [_csv_row(*row) for row in rows])


def _csv_row(deal: Deal, when, *amounts) -> list[object]:
    names = [record.name if record else "" for record in (deal.company, deal.owner, deal.product, deal.stage)]
    value = deal.value.units if deal.value else None
    day = reader.local(when).date().isoformat()
    return [deal.code, deal.title, *names, day, value, deal.currency, *(plain(each, "money") for each in amounts)]
