"""Playing the story: each happening by the verb that a page would use, at its instant and as the doing of its rep."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from crm_app.activity import record
from crm_app.activity.recording import acting_as
from crm_app.contacts.models import Company, Person
from crm_app.demo import amounts
from crm_app.demo.cast import Contact, Firm
from crm_app.demo.deals import Affair
from crm_app.demo.models import Making
from crm_app.demo.plan import Happening, Story
from crm_app.demo.staging import Setting
from crm_app.demo.words import counted
from crm_app.pipeline.models import Deal
from crm_app.pipeline.models.deals import RANK_GAP
from crm_app.web.money import Money, Rates


class Playing:
    """`ranks` fall, so that what came last stands first in its column, as it does after an import."""

    def __init__(self, story: Story, setting: Setting, language: str, making: Making):
        self._story, self._setting, self._language, self._making = story, setting, language, making
        self._rates, self._rank = Rates.load(setting.firm.currency), len(story.affairs) * 16 * RANK_GAP
        self._companies: dict[int, Company] = {}
        self._people: dict[int, Person] = {}
        self._deals: dict[int, Deal] = {}
        self._verbs: dict[str, Callable[[Deal, Happening], None]] = {
            "move": self._move, "win": self._win, "lose": self._lose, "reopen": self._reopen, "value": self._value,
            "expect": self._expect, "hand over": self._hand_over, "snooze": self._snooze,
        }  # fmt: skip

    def let(self, happening: Happening) -> None:
        setting = self._setting
        actor = setting.owner if happening.rep is None else setting.reps[happening.rep]
        with acting_as(actor, happening.at):
            if happening.what == "note":
                self._note(happening)
            elif happening.what == "firm":
                self._meet(happening.about)
            elif happening.what == "contact":
                self._get_to_know(happening.about)
            elif happening.what == "affair":
                self._begin(happening.about)
            else:
                self._verbs[happening.what](self._deals[happening.about.number], happening)

    def _meet(self, firm: Firm) -> None:
        setting, scale = self._setting, 60_000 + firm.number % 7 * 25_000
        company = Company(
            name=firm.name, industry=firm.industry, founded=firm.founded, size=firm.size, phone=firm.phone,
            website=firm.website, country=self._story.words["country"], owner=self._rep(firm.rep),
            parent=self._companies.get(firm.parent) if firm.parent is not None else None,
        )  # fmt: skip
        company.revenue = amounts.money(firm.size * scale, setting.firm.currency)
        company.tags = [setting.tags[name] for name in firm.tags]
        self._companies[firm.number] = company.create()
        self._making.note(company)

    def _get_to_know(self, contact: Contact) -> None:
        company = self._companies[contact.firm]
        person = Person(
            name=contact.name, job_title=contact.job_title, email=contact.email, phone=contact.phone, company=company,
            owner=company.owner,
        )  # fmt: skip
        self._people[contact.number] = person.create()
        self._making.note(person)

    def _begin(self, affair: Affair) -> None:
        setting, words = self._setting, self._story.words
        value = self._worth(affair, affair.created) if affair.is_valued else None
        deal = Deal(
            title=counted(words["deals"][affair.ware][affair.title], affair.count, self._language),
            company=self._companies[affair.firm.number], person=self._people[affair.contact.number],
            product=setting.products[affair.ware], source=words["sources"][affair.source],
            owner=setting.reps[affair.rep.number], currency=self._currency(affair), value_amount=value and value.amount,
            expected_close=self._first_expected(affair), closings=[],
        )  # fmt: skip
        deal.rank = self._on_top()
        deal.open_in(setting.pipelines[affair.pipeline].open_stages[0])
        self._deals[affair.number] = deal
        self._making.note(deal)

    def _move(self, deal: Deal, step: Happening) -> None:
        stages = deal.pipeline.open_stages
        deal.move_to(stages[min(step.facts, len(stages) - 1)], self._on_top())

    def _win(self, deal: Deal, step: Happening) -> None:
        value = deal.value
        if value is not None and step.facts != 1.0:
            value = self._worth(step.about, step.about.created, step.facts)
        deal.win(value, step.at, self._rates)

    def _lose(self, deal: Deal, step: Happening) -> None:
        deal.lose(self._story.words["lost"][step.facts], step.at, self._rates)

    def _reopen(self, deal: Deal, step: Happening) -> None:
        deal.reopen(deal.pipeline.open_stages[step.facts], self._on_top())

    def _value(self, deal: Deal, step: Happening) -> None:
        deal.change(value=self._worth(step.about, step.about.created, step.facts))

    def _expect(self, deal: Deal, step: Happening) -> None:
        deal.change(expected_close=step.facts[1])

    def _hand_over(self, deal: Deal, step: Happening) -> None:
        deal.change(owner=self._setting.reps[step.facts])

    def _snooze(self, deal: Deal, step: Happening) -> None:
        day, reason = step.facts
        deal.snooze(day, self._story.words["snoozes"][reason])

    def _note(self, happening: Happening) -> None:
        about = happening.about
        texts = {"person": "", "city": ""}
        if isinstance(about, Affair):
            subject: Any = self._deals[about.number]
            texts = {"person": about.contact.name, "city": about.firm.city}
        elif isinstance(about, Firm):
            subject, texts["city"] = self._companies[about.number], about.city
        else:
            subject = self._people[about.number]
        record(subject, "noted", text=happening.facts.format(**texts))

    def _rep(self, number: int | None) -> Any:
        return None if number is None else self._setting.reps[number]

    def _currency(self, affair: Affair) -> str:
        abroad = self._setting.abroad
        return abroad[affair.number % len(abroad)] if affair.is_abroad and abroad else self._setting.firm.currency

    def _worth(self, affair: Affair, at: datetime, factor: float = 1.0) -> Money:
        return amounts.money(affair.euro * factor, self._currency(affair), self._story.times.years_ago(at), 3)

    def _first_expected(self, affair: Affair) -> Any:
        """Where the day moved later, the one that was thought of first."""
        moved = [step.facts[0] for step in affair.steps if step.verb == "expect"]
        return moved[0] if moved else affair.expected

    def _on_top(self) -> int:
        self._rank -= RANK_GAP
        return self._rank
