"""Views that do what none of ours does, to be put in the place of one of ours: their attack must notice.

Each gets our own view, and goes on with it.
"""

import re
from datetime import timedelta

from flask import abort, request
from markupsafe import escape
from sqlalchemy import select, text

from crm_app.accounts.models import User
from crm_app.contacts.models import Company
from crm_app.extensions import db, writing
from crm_app.pipeline.models import Deal
from crm_app.web import downloads


def writes(ours, **arguments):
    with writing():
        db.session.execute(text("UPDATE companies SET name = 'Written as it was read'"))
        db.session.commit()
    return ours(**arguments)


def takes_all(ours, **arguments):
    if owner := request.form.get("owner_id"):
        company = db.session.get(Company, arguments["company_id"])
        company.created_at, company.owner_id = company.created_at - timedelta(days=int(owner)), None
        db.session.commit()
    return ours(**arguments)


def tells_hash(_ours, **_arguments):
    return db.session.scalar(select(User.password_hash))


def asks_by_text(ours, **arguments):
    db.session.connection().exec_driver_sql(f"SELECT 1 -- {request.args.get('sort', '')[:50].replace(chr(0), '')}")
    return ours(**arguments)


def takes_less_than_nothing(ours, **arguments):
    db.session.get_one(Deal, arguments["deal_id"]).value_amount = -500
    db.session.commit()
    return ours(**arguments)


def guesses_type(name, file, mimetype):
    response = downloads.attached(name, file, "text/html")
    response.headers["Content-Disposition"] = f"inline; filename={name}"
    return response


def knows_who(ours, **arguments):
    email = request.form.get("email", "")
    if request.method == "POST" and db.session.scalar(select(User.id).where(User.email == email)) is None:
        abort(404)
    return ours(**arguments)


def escapes(ours, **arguments):
    """What belongs to a page, done to what is kept."""
    answer = ours(**arguments)
    if answer.status_code == 303:
        with writing():
            company = db.session.scalars(select(Company).order_by(Company.id.desc()).limit(1)).one()
            company.name = str(escape(company.name))
            db.session.commit()
    return answer


def looks_again(ours, **arguments):
    """From each blank to each that follows it, and on to the end of them all."""
    re.search(r"\s+\s+\S$", request.args.get("q", "")[:1_200])
    return ours(**arguments)
