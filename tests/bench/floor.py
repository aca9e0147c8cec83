"""The floor: what Flask, Flask-SQLAlchemy and Jinja cost for fifty rows of a table of 100,000, and nothing else.

No session, no user, no count, no headers, no compression. `FLOOR_DATABASE` says where its database is.
"""

import os

from flask import Flask, render_template_string
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_TEMPLATE = (
    "<!doctype html><table>{% for row in rows %}<tr><td>{{ row.id }}<td>{{ row.name }}<td>{{ row.title }}"
    "<td>{{ row.email }}{% endfor %}</table>"
)


class _Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=_Base)


class Person(db.Model):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    title: Mapped[str]
    email: Mapped[str]


def fill() -> None:
    rows = [
        {"name": f"Person {n}", "title": "Head of purchasing", "email": f"person{n}@example.com"}
        for n in range(100_000)
    ]
    with app.app_context():
        db.create_all()
        db.session.execute(Person.__table__.insert(), rows)
        db.session.commit()


app = Flask("floor")
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{os.environ['FLOOR_DATABASE']}"
db.init_app(app)


@app.get("/")
def index():
    rows = db.session.scalars(select(Person).where(Person.id > 50_000).order_by(Person.id).limit(50)).all()
    return render_template_string(_TEMPLATE, rows=rows)
