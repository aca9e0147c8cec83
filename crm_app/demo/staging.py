"""The stage for the demo company: its people, pipelines, products, tags and rates, made by whoever asked for it."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from crm_app.accounts.models import Organisation, Team, User
from crm_app.activity.recording import acting_as, instant
from crm_app.catalog.models import Product
from crm_app.contacts.models import Tag
from crm_app.contacts.tagging import tags_named
from crm_app.demo import amounts
from crm_app.demo.cast import Cast, Rep
from crm_app.demo.models import Making
from crm_app.demo.times import Times
from crm_app.extensions import db
from crm_app.pipeline import shaping
from crm_app.pipeline.models import Pipeline, Stage
from crm_app.settings import people, teams
from crm_app.web.money import Rate
from crm_app.web.text import name_key

# Where the people of the demo company have their addresses: nobody's, and none that ever will be somebody's.
_ADDRESS = "{local}@demo.example"


@dataclass
class Setting:
    """All that the story is played with."""

    firm: Organisation
    owner: User
    reps: list[User]
    managers: list[User]
    teams: list[Team]
    pipelines: list[Pipeline]
    products: list[Product]
    tags: dict[str, Tag]
    abroad: list[str]


def set_up(
    firm: Organisation, owner: User, cast: Cast, words: dict[str, Any], language: str, times: Times, making: Making
) -> Setting:
    with acting_as(owner, times.at_work(times.start) - timedelta(days=30)):
        groups, managers = _teams(cast, words, language, making)
        pipelines = _pipelines(words, making)
        products = _products(words, firm.currency, making)
        tags = _tags(words, making)
        abroad = _rates(words, firm.currency, times, making)
    reps = [_hired(rep, groups[rep.team], owner, language, times, making) for rep in cast.reps]
    return Setting(firm, owner, reps, managers, groups, pipelines, products, tags, abroad)


def _teams(cast: Cast, words: dict[str, Any], language: str, making: Making) -> tuple[list[Team], list[User]]:
    groups, managers = [], []
    for text, who in zip(words["teams"], cast.managers, strict=True):
        name, region = text.split("|")
        manager = people.add(name=who.name, email=_free_address(who.latin), role="manager", language=language)
        groups.append(teams.add(_free_name(name), region, manager, [manager]))
        manager.created_at = instant()
        managers.append(manager)
    making.note(*managers, *groups)
    return groups, managers


def _hired(rep: Rep, team: Team, owner: User, language: str, times: Times, making: Making) -> User:
    at = times.at_work(rep.since)
    with acting_as(owner, at):
        address = _free_address(rep.who.latin)
        user = people.add(name=rep.who.name, email=address, role="rep", team=team, language=language)
        user.created_at = at
    making.note(user)
    return user


def _free_address(local: str) -> str | None:
    address = _ADDRESS.format(local=local)
    return None if db.session.scalar(select(User.id).where(User.email == address)) else address


def _free_name(name: str) -> str:
    taken = db.session.scalar(select(Team.id).where(Team.name_key == name_key(name)))
    return f"{name} (demo)" if taken else name


def _pipelines(words: dict[str, Any], making: Making) -> list[Pipeline]:
    """The first is the one that every installation begins with, as long as its stages are four without a limit."""
    first, *others = words["pipelines"]
    own = db.session.scalars(select(Pipeline).order_by(Pipeline.position, Pipeline.id).limit(1)).first()
    is_fit = own is not None and len(own.open_stages) == 4 and not any(stage.wip_limit for stage in own.open_stages)
    found = [own] if own is not None and is_fit else [_pipeline(first, making)]
    return [*found, *(_pipeline(facts, making) for facts in others)]


def _pipeline(facts: dict[str, Any], making: Making) -> Pipeline:
    pipeline = shaping.add_pipeline(facts["name"])
    for stage in list(pipeline.stages):
        db.session.delete(stage)
    pipeline.stages.clear()
    ends = ((facts["won"], 100, None, "won"), (facts["lost"], 0, None, "lost"))
    for position, (name, probability, days, kind) in enumerate(
        (*((*stage, "open") for stage in facts["stages"]), *ends), 1
    ):
        pipeline.stages.append(
            Stage(
                name=name,
                position=position,
                probability=probability,
                rot_days=days,
                kind=kind,
                rots_in_working_days=kind == "open" and position == 1,
            )
        )
    db.session.flush()
    making.note(pipeline)
    return pipeline


def _products(words: dict[str, Any], currency: str, making: Making) -> list[Product]:
    products = []
    for name, ware in zip(words["products"], amounts.WARES, strict=True):
        product = Product(name=name, code=ware.code, family=words["families"][ware.family], currency=currency)
        product.price = amounts.money(ware.price, currency)
        product.cost = amounts.money(ware.price * ware.cost, currency)
        products.append(product.create())
    making.note(*products)
    return products


def _tags(words: dict[str, Any], making: Making) -> dict[str, Tag]:
    tags = tags_named(words["tags"])
    new = [tag for tag in tags if tag.id is None]
    db.session.add_all(new)
    making.note(*new)
    return dict(zip(words["tags"], tags, strict=True))


def _rates(words: dict[str, Any], base: str, times: Times, making: Making) -> list[str]:
    """Of two other currencies, on the first day of each month; what is known already stays as it is."""
    dice = Random(1)  # noqa: S311 - for looks, not for secrets
    abroad = [currency for currency in words["currencies"] if currency != base][:2]
    known = {(currency, day) for currency, day in db.session.execute(select(Rate.currency, Rate.day))}
    for currency in abroad:
        for month in times.months:
            wobble = dice.uniform(0.985, 1.015)
            worth = amounts.rate(currency, base, times.years_ago(month.starts_at), wobble)
            if (currency, month.start) not in known:
                rate = Rate(currency=currency, day=month.start, rate=worth)
                db.session.add(rate)
                making.note(rate)
    db.session.flush()
    return abroad
