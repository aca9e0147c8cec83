"""What templates may call: the formats as filters, and the reader."""

from flask import Flask

from crm_app.extensions import utc_now
from crm_app.web import formats
from crm_app.web.reader import LANGUAGES, reader
from crm_app.web.tables import as_asked, same_url


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        num=formats.num,
        short_num=formats.short_num,
        percent=formats.percent,
        money=formats.money,
        date=formats.day,
        datetime=formats.moment,
        clock=formats.clock,
        ago=lambda instant: formats.ago(instant, utc_now()),
        phone=formats.phone,
        digits=formats.digits,
        period=formats.period_label,
        period_short=formats.period_short,
        currency_unit=formats.currency_unit,
        u=formats.isolate,
    )
    app.jinja_env.globals.update(reader=reader, LANGUAGES=LANGUAGES, same_url=same_url, as_asked=as_asked)
