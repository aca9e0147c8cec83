"""Who plays in the demo company: the people who sell, the companies they sell to, and whom they know there."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from crm_app.demo.times import Times
from crm_app.demo.words import Named, named

# How well each of the twelve sells, how quickly and how much; the eleventh came in the middle of the two years.
_SKILLS = (1.2, 0.9, 1.0, 1.35, 0.75, 1.1, 0.95, 1.25, 0.72, 1.1, 0.85, 1.0)
_PACES = (0.9, 1.1, 1.0, 0.8, 1.3, 1.0, 0.9, 0.85, 1.35, 1.0, 1.1, 1.0)
_VOLUMES = (1.2, 0.9, 1.0, 1.3, 0.8, 1.0, 1.1, 1.2, 0.7, 1.1, 0.9, 0.8)
NEWCOMER = 10
_HIRED_IN = 13
_SITE = "https://www.{site}.example"


class Size(NamedTuple):
    companies: int
    people: int
    deals: int


@dataclass
class Rep:
    number: int
    who: Named
    team: int
    skill: float
    pace: float
    volume: float
    since: date


@dataclass
class Contact:
    """Somebody at a company, known since `since`."""

    number: int
    name: str
    job_title: str
    email: str
    phone: str
    firm: int
    since: datetime | None = None


@dataclass
class Firm:
    """A company that may buy. `size` is how many work there; `since` is empty until the story brings it in."""

    number: int
    name: str
    site: str
    industry: str
    city: str
    phone: str
    founded: int
    size: int
    rep: int | None = None
    parent: int | None = None
    tags: list[str] = field(default_factory=list)
    people: list[Contact] = field(default_factory=list)
    since: datetime | None = None

    @property
    def website(self) -> str:
        return _SITE.format(site=self.site)


@dataclass
class Cast:
    managers: list[Named]
    reps: list[Rep]
    firms: list[Firm]

    def selling(self, day: date) -> list[Rep]:
        return [rep for rep in self.reps if rep.since <= day]


def chosen(size: Size, words: dict[str, Any], times: Times, dice: Random) -> Cast:
    firms = _firms(size.companies, words, dice)
    _people(size.people, firms, words, dice)
    return Cast([named(text) for text in words["managers"]], _reps(words, times), firms)


def _reps(words: dict[str, Any], times: Times) -> list[Rep]:
    beginning, hired = times.start - timedelta(days=21), times.months[_HIRED_IN].start
    traits = zip(words["reps"], _SKILLS, _PACES, _VOLUMES, strict=True)
    return [
        Rep(n, named(text), n // 4, skill, pace, volume, hired if n == NEWCOMER else beginning)
        for n, (text, skill, pace, volume) in enumerate(traits)
    ]


def _firms(count: int, words: dict[str, Any], dice: Random) -> list[Firm]:
    """No two have the same name: each is made of a brand and a trade, and no pair of those comes twice."""
    brands = [named(text) for text in words["brands"]]
    trades = [(industry, named(text)) for industry, texts in words["industries"].items() for text in texts]
    pairs = dice.sample([(brand, *trade) for brand in brands for trade in trades], count)
    lines = dice.sample(range(len(words["cities"]) * 900), count)
    firms, first_of = [], {}
    for number, (brand, industry, trade) in enumerate(pairs):
        city, area = words["cities"][lines[number] % len(words["cities"])].split("|")
        texts = {"brand": brand.name, "trade": trade.name, "city": city}
        firm = Firm(
            number, words["company"].format(**texts), words["site"].format(brand=brand.latin, trade=trade.latin),
            industry, city, words["landline"].format(area=area, number=lines[number] // len(words["cities"])),
            founded=int(2021 - dice.expovariate(1 / 16)), size=max(int(dice.lognormvariate(3.6, 1.1)), 4),
        )  # fmt: skip
        group = first_of.setdefault(brand, firm)
        if group is not firm and dice.random() < 0.08:
            firm.parent, group.size = group.number, max(group.size, firm.size + 20)
        firm.tags = [tag for tag in words["tags"] if dice.random() < 0.07]
        firms.append(firm)
    return firms


def _people(count: int, firms: list[Firm], words: dict[str, Any], dice: Random) -> None:
    """One at each company, and the rest where many work."""
    firsts = [named(text) for text in (*words["women"], *words["men"])]
    names = dice.sample([(first, named(last)) for first in firsts for last in words["surnames"]], count)
    more = dice.choices(firms, [min(firm.size, 150) + 25 for firm in firms], k=count - len(firms))
    where = [*firms, *sorted(more, key=lambda firm: firm.number)]
    numbers = dice.sample(range(words["mobile_numbers"]), min(count, words["mobile_numbers"]))
    for number, ((first, last), firm) in enumerate(zip(names, where, strict=True)):
        local = words["address"].format(first=first.latin, last=last.latin)
        mobile = dice.choice(words["mobiles"]).format(number=numbers[number]) if number < len(numbers) else firm.phone
        firm.people.append(
            Contact(
                number=number,
                name=words["person"].format(first=first.name, last=last.name),
                job_title=dice.choice(words["titles"]),
                email=f"{local}@{firm.site}.example",
                phone=mobile if dice.random() < 0.85 else firm.phone,
                firm=firm.number,
            )
        )
