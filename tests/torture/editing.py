"""Many who change one record at the same time, all of whom saw the same version: one is taken, the others are told."""

import html
import json
import threading
from collections import Counter
from typing import NamedTuple

from tests.torture.crashing import Victim, column

_MADE = """
import json
from crm_app import create_app
from crm_app.accounts.models import User
from crm_app.extensions import db
from tests import make
with create_app().app_context():
    olivia = db.session.query(User).first()
    company, person = make.company(olivia, "Contested firm"), make.person(olivia, "Contested person")
    product = make.product(olivia, "Contested product")
    deal = make.deal(olivia, "Contested deal", at="New lead")
    open_ones = [stage.id for stage in make.pipeline().stages if stage.is_open]
    made = {"company": company, "person": person, "deal": deal, "product": product}
    print(json.dumps({noun: record.id for noun, record in made.items()} | {"stages": open_ones}))
"""
_HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


class Contest(NamedTuple):
    """Something of a record that can be changed: where it is sent to, and the value that each of many sends."""

    table: str
    id: int
    path: str
    fact: str
    values: list[str]

    def asked(self, one: Victim, column_name: str) -> str:
        return str(column(one, f"SELECT {column_name} FROM {self.table} WHERE id = {self.id}")[0])


def contests(one: Victim, editors: int) -> list[Contest]:
    """A field of each kind of record that pages change, and the place of a card on the board."""
    made = json.loads(one.run(_MADE))
    words = [f"as editor {number} has it" for number in range(editors)]
    pages = [f"https://editor-{number}.example" for number in range(editors)]
    stages = [str(made["stages"][number % len(made["stages"])]) for number in range(editors)]
    company, person, deal, product = (made[noun] for noun in ("company", "person", "deal", "product"))
    return [
        Contest("companies", company, f"/contacts/companies/{company}/facts/industry", "industry", words),
        Contest("people", person, f"/contacts/people/{person}/facts/job_title", "job_title", words),
        Contest("companies", company, f"/lists/companies/{company}/website", "website", pages),
        Contest("products", product, f"/catalog/{product}/facts/name", "name", words),
        Contest("deals", deal, f"/pipeline/deals/{deal}/facts/title", "title", words),
        Contest("deals", deal, f"/pipeline/deals/{deal}/stage", "stage", stages),
    ]


def faults_of(one: Victim, contest: Contest) -> list[str]:
    """What was not as it must be after all of them sent what they had, at once."""
    name = "stage_id" if contest.fact == "stage" else contest.fact
    before, seen, told = contest.asked(one, name), int(contest.asked(one, "version")), _events(one, contest)
    # A card that stays in its column changes only its place there.
    sent = [value for value in contest.values if value != before]
    answers = _all_at_once(one, contest, {"version": str(seen), "came_from": before}, sent)
    after, version = contest.asked(one, name), int(contest.asked(one, "version"))

    statuses = Counter(status for _value, status, _page in answers)
    won = [value for value, status, _page in answers if status == 200]
    faults = []
    if statuses != {200: 1, 409: len(sent) - 1}:
        faults.append(f"answers: {dict(statuses)}")
    if won != [after] or version != seen + 1:
        faults.append(f"{won} won, {after} stands; version {seen} became {version}")
    if _events(one, contest) - told != 1:
        faults.append(f"{_events(one, contest) - told} events of one change")
    newer = f'value="{version}"' if contest.fact == "stage" else after
    faults += [
        f"{value} was not shown the newer state"
        for value, status, page in answers
        if status == 409 and newer not in html.unescape(page) and newer not in page
    ]
    return [f"{contest.table}, {contest.fact}: {fault}" for fault in faults]


def _all_at_once(one: Victim, contest: Contest, seen: dict[str, str], sent: list[str]) -> list[tuple[str, int, str]]:
    gate, answers = threading.Barrier(len(sent)), []

    def send(value: str) -> None:
        gate.wait()
        fields = {"csrf_token": one.token, contest.fact: value, **seen}
        answers.append((value, *one.ask("POST", contest.path, headers=_HTMX, **fields)))

    threads = [threading.Thread(target=send, args=(value,)) for value in sent]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _events(one: Victim, contest: Contest) -> int:
    mine = f"subject_table = '{contest.table}' AND subject_id = {contest.id}"
    return column(one, f"SELECT count(*) FROM events WHERE {mine}")[0]
