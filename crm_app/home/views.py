"""The first page of the day."""

from flask import Blueprint, request
from flask_login import current_user, login_required

from crm_app.accounts import queries
from crm_app.home import agenda, aims, greeting, news, steps
from crm_app.web.htmx import page

bp = Blueprint("home", __name__)


@bp.get("/")
@login_required
def index():
    firm = queries.organisation()
    whose = agenda.whose(current_user, request.args.get("whose", ""))
    subject = aims.subject_of(current_user, whose)
    due = agenda.agenda(current_user, whose)
    first = steps.open_ones(current_user, firm)
    return page(
        "home/index.html",
        greeting=greeting.words(current_user),
        whose=whose,
        can_switch=agenda.can_switch(current_user),
        days=due.days,
        quiet=due.quiet,
        subject=subject,
        aims=aims.current(current_user, firm, subject),
        news=news.latest(current_user, whose),
        steps=first,
        is_untouched=steps.are_untouched(first),
    )
