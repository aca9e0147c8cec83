"""Building the demo company into an empty installation, a month of its story after the other."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import NamedTuple

from sqlalchemy import func, select

from crm_app.accounts.models import Organisation, Team, User
from crm_app.catalog.models import Product
from crm_app.contacts.models import Company, Person
from crm_app.demo import aims, cast, staging, story, times, words
from crm_app.demo.cast import Size
from crm_app.demo.models import Demo, Making
from crm_app.demo.playing import Playing
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from crm_app.web import word_index

SEED = 7
SIZE = Size(companies=400, people=1200, deals=2500)


class Standing(NamedTuple):
    """How many records there are of each kind, those in the bin too; of people who work here, those but the first."""

    companies: int
    people: int
    products: int
    deals: int
    teams: int
    users: int


class Progress(NamedTuple):
    """So many things have happened, of so many."""

    done: int
    whole: int


def standing() -> Standing:
    models = (Company, Person, Product, Deal, Team, User)
    counts = [select(func.count(model.id)).scalar_subquery() for model in models]
    *records, users = db.session.execute(select(*counts)).one()
    return Standing(*records, users - 1)


def is_empty() -> bool:
    """Whether there is nothing yet but the organisation, its first owner and what it was set up with."""
    return not any(standing())


def build(demo: Demo, owner: User, now: datetime) -> Iterator[Progress]:
    """Step by step; after each the caller commits what was made, along with the list of it.

    The same seed on the same day makes the same company.
    """
    firm, language = db.session.get_one(Organisation, 1), demo.language
    dice, texts = Random(demo.seed), words.of_language(language)  # noqa: S311 - for looks, not for secrets
    when, making = times.Times(firm, language, now, dice), Making()
    people = cast.chosen(SIZE, texts, when, dice)
    told = story.told(SIZE.deals, people, when, texts, dice)
    happenings, session = story.happenings(told), db.session()
    # Nobody changes what is being made: to read it all again after each commit would take most of the time.
    session.expire_on_commit = False
    try:
        with word_index.gathering(session) as write_words:
            setting = staging.set_up(firm, owner, people, texts, language, when, making)
            playing, month, whole = Playing(told, setting, language, making), 0, len(happenings)
            for number, happening in enumerate(happenings):
                while happening.at >= when.months[month].ends_at:
                    month += 1
                    making.write()
                    write_words()
                    yield Progress(number, whole)
                playing.let(happening)
            making.write()
            aims.set_goals(setting, people, when, dice, making)
            making.write()
            write_words()
            yield Progress(whole, whole)
    finally:
        session.expire_on_commit = True
