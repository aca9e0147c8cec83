"""The deals behind a figure, as a list and as a file."""

from flask import abort, request
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
from crm_app.web.texts import gettext as _


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
        table=listing(behind.rows(), key=Deal.id, sorts=behind.sorts(), default="-when"),
        csv_url=same_url(format="csv", after=None),
    )


def _behind(measure: str) -> Behind:
    if measure not in MEASURES:
        abort(404)
    try:
        return Behind.from_address(MEASURES[measure], current_user, organisation())
    except NoSuchFigure:
        abort(400)


def _file(behind: Behind):
    rows = db.session.execute(behind.rows().order_by(behind.sorts()["when"].desc(), Deal.id.desc()).limit(LARGEST))
    head = [_("Code"), _("Deal"), _("Company"), _("Owner"), _("Product"), _("Stage"), _("Date"), _("Value")]
    head += [_("Currency")]
    if behind.counted is not None:
        head.append(_("Counted (%(currency)s)", currency=reader.currency))
    return download(f"{behind.measure.key}.csv", head, [_csv_row(behind, row) for row in rows])


def _csv_row(behind: Behind, row) -> list[object]:
    deal, stood, day = row[0], behind.stood(row), reader.local(row.counted_at).date().isoformat()
    counted = [] if behind.counted is None else [plain(row.counted_amount, "money")]
    if not row.is_seen:
        return ["", _("A deal you can no longer open"), "", "", "", "", day, "", "", *counted]
    names = [record.name if record else "" for record in (deal.company, deal.owner, deal.product)]
    value = stood.value.units if stood.value else None
    return [deal.code, deal.title, *names, stood.stage, day, value, stood.currency, *counted]
