"""What templates may call: the formats as filters, and the reader."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Flask
from jinja2 import pass_context

from crm_app.extensions import utc_now
from crm_app.web import formats
from crm_app.web.reader import LANGUAGES, reader
from crm_app.web.tables import as_asked, same_url
from crm_app.web.templating import csrf_token
from crm_app.web.years import year


def init_app(app: Flask) -> None:
    written: dict[str, Callable[..., Any]] = {
        "num": formats.num,
        "short_num": formats.short_num,
        "percent": formats.percent,
        "attained": formats.attained,
        "money": formats.money,
        "date": formats.day,
        "datetime": formats.moment,
        "clock": formats.clock,
        "ago": _ago,
        "phone": formats.phone,
        "year": year,
        "digits": formats.digits,
        "period": formats.period_label,
        "period_short": formats.period_short,
        "currency_unit": formats.currency_unit,
    }
    app.jinja_env.filters.update({name: for_each_reader(format_) for name, format_ in written.items()})
    app.jinja_env.filters.update(u=formats.isolate)
    app.jinja_env.globals.update(
        csrf_token=csrf_token, reader=reader, LANGUAGES=LANGUAGES, same_url=same_url, as_asked=as_asked
    )


def _ago(instant: datetime) -> str:
    return formats.ago(instant, utc_now())


def for_each_reader(format_: Callable[..., Any]) -> Callable[..., Any]:
    """The format as a filter: of a constant too it is asked each time, not once when the template is compiled."""

    @pass_context
    @wraps(format_)
    def filter_(_context: Any, *args: Any, **kwargs: Any) -> Any:
        return format_(*args, **kwargs)

    return filter_
