"""Events told in sentences, for readers of each language and calendar."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm_app.activity import Event, record
from crm_app.activity.recording import acting_as
from crm_app.activity.sentences import shown
from crm_app.activity.timeline import SHOWN, Word, history
from crm_app.extensions import db, utc_now
from crm_app.web.money import Money
from crm_app.web.reader import Reader, read_as
from tests import make

WORDS = {"industry": "Industry", "founded": Word("Founded", str), "size": "Employees", "owner": "Owner"}


def _plain(markup):
    return markup.striptags()


def _newest(company, words=WORDS):
    db.session.flush()
    return history(company, words).days[0].entries[0]


@pytest.fixture
def company(alice):
    return make.company(alice, "Rheinwerk")


@pytest.mark.parametrize(
    ("verb", "particulars", "sentence"),
    [
        ("created", {}, "Alice Adler created this"),
        ("deleted", {}, "Alice Adler moved this to the bin"),
        ("restored", {}, "Alice Adler restored this from the bin"),
        ("noted", {"text": "Hello"}, "Alice Adler wrote a note"),
        ("moved", {"before": "Lead", "after": "Proposal"}, "Alice Adler moved this from Lead to Proposal"),
        ("won", {"value": Money(7_000_00, "EUR")}, "Alice Adler marked this as won: €7,000"),
        ("won", {"value": None}, "Alice Adler marked this as won"),
        ("lost", {"reason": "Too dear"}, "Alice Adler marked this as lost"),
        ("reopened", {"after": "Proposal"}, "Alice Adler reopened this in Proposal"),
        ("reopened", {}, "Alice Adler reopened this"),
        (
            "taken back",
            {"before": "Won", "after": "Lead"},
            "Alice Adler undid the move to Won: this is back in Lead",
        ),
        ("imported", {"file": "a.csv"}, "Alice Adler imported this from a.csv"),
        ("imported", {}, "Alice Adler imported this"),
        ("target changed", {"before": None, "after": 5}, "Alice Adler set the target to 5"),
        ("target changed", {"before": 5, "after": None}, "Alice Adler removed the target, which was 5"),
        ("target changed", {"before": 5, "after": 1000}, "Alice Adler changed the target from 5 to 1,000"),
        ("unheard of", {}, "Alice Adler changed something here"),
        ("changed", {"changes": {"industry": ["", "Labs"]}}, "Alice Adler set Industry to Labs"),
        ("changed", {"changes": {"industry": ["Labs", ""]}}, "Alice Adler cleared Industry, which was Labs"),
        ("changed", {"changes": {"industry": ["Labs", "Pharma"]}}, "Alice Adler changed Industry from Labs to Pharma"),
        ("changed", {"changes": {"founded": [None, 1998]}}, "Alice Adler set Founded to 1998"),
        ("changed", {"changes": {"size": [0, 1200]}}, "Alice Adler changed Employees from 0 to 1,200"),
        ("changed", {"changes": {"owner": [None, "Bob"], "size": [1, 2]}}, "Alice Adler changed 2 fields"),
        ("changed", {"changes": {"unknown": [None, "x"]}}, "Alice Adler set unknown to x"),
        ("changed", {}, "Alice Adler changed 0 fields"),
    ],
)
def test_each_verb_has_its_sentence(company, alice, verb, particulars, sentence):
    with acting_as(alice):
        record(company, verb, **particulars)

    assert _plain(_newest(company).sentence) == sentence


def test_several_changes_are_told_line_by_line(company, alice):
    with acting_as(alice):
        company.change(industry="Labs", size=12)

    lines = [_plain(line) for line in _newest(company).lines]

    assert lines == ["Industry: –, now Labs", "Employees: –, now 12"]


def test_notes_and_reasons_are_shown_in_full(company, alice):
    with acting_as(alice):
        record(company, "noted", text="Line one\nline two")

    assert _newest(company).text == "Line one\nline two"
    assert _newest(company).icon == "sticky-note"


def test_what_happened_by_itself_is_peyvands_doing(company):
    with acting_as(None):
        record(company, "imported")

    assert _plain(_newest(company).sentence) == "Peyvand imported this"


def test_user_written_text_is_escaped(company, alice):
    with acting_as(alice):
        company.change(industry="<script>x</script> 100%s")

    sentence = str(_newest(company).sentence)

    assert "<script>" not in sentence
    assert "&lt;script&gt;x&lt;/script&gt; 100%s" in sentence


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        ("", ""),
        ([], ""),
        (0, "0"),
        (1234567, "1,234,567"),
        (True, "yes"),
        (False, "no"),
        ("2026-11-23", "23 Nov 2026"),
        ("2026-11-23T10:30:00+00:00", "23 Nov 2026 10:30"),
        ("2026-99-99", "2026-99-99"),
        ({"amount": 12_50, "currency": "EUR"}, "€12.50"),
        ({"amount": "much", "currency": "EUR"}, "{'amount': 'much', 'currency': 'EUR'}"),
        (["one", "two"], "one, two"),
        ("plain", "plain"),
    ],
)
def test_values_are_written_for_the_reader(app, value, written):
    read_as(Reader())

    assert shown(value).striptags() == written


def test_values_and_days_are_written_in_persian_for_persian_readers(company, alice):
    read_as(Reader(language="fa", calendar="jalali", digits="persian"))

    assert shown("2026-11-23").striptags() == "۲ آذر ۱۴۰۵"
    assert shown(1200).striptags() == "۱٬۲۰۰"


def test_events_are_told_by_day_newest_first(company, alice):
    read_as(Reader(time_zone="Asia/Tehran"))
    now = utc_now()
    with acting_as(alice):
        events = [record(company, "noted", text=str(n)) for n in range(4)]
    for event, ago in zip(events, (50, 2, 1, 0), strict=True):
        event.at = now - timedelta(days=ago)

    told = history(company, WORDS).days[:4]

    assert [len(day.entries) for day in told] == [1, 1, 1, 1]
    assert told[0].label.startswith("Today, ")
    assert told[1].label.startswith("Yesterday, ")
    assert not told[2].label.startswith(("Today", "Yesterday"))


def test_a_day_is_the_readers_day_not_the_servers(company, alice):
    late = utc_now().replace(hour=22, minute=0, second=0, microsecond=0) + timedelta(days=7)
    with acting_as(alice):
        events = [record(company, "noted", text="a"), record(company, "noted", text="b")]
    events[0].at, events[1].at = late - timedelta(hours=3), late

    read_as(Reader(time_zone="UTC"))
    in_london = history(company, WORDS).days[0]
    read_as(Reader(time_zone="Asia/Tehran"))
    in_tehran = history(company, WORDS).days[0]

    assert len(in_london.entries) == 2
    assert len(in_tehran.entries) == 1


def test_history_goes_back_page_by_page(company, alice):
    with acting_as(alice):
        for number in range(SHOWN + 5):
            record(company, "noted", text=str(number))
    db.session.flush()

    newest = history(company, WORDS)
    older = history(company, WORDS, newest.before)

    texts = [entry.text for day in newest.days + older.days for entry in day.entries]
    assert texts == [str(number) for number in reversed(range(SHOWN + 5))] + [""]
    assert sum(len(day.entries) for day in newest.days) == SHOWN
    assert older.before is None


def test_a_records_history_holds_only_its_own_events(company, alice):
    other = make.company(alice, "Other")
    person = make.person(alice, "Same number")
    with acting_as(alice):
        record(other, "noted", text="not here")
        record(person, "noted", text="nor here")
    db.session.flush()

    texts = [entry.text for day in history(company, WORDS).days for entry in day.entries]

    assert texts == [""]


def test_what_is_kept_of_an_entry_is_of_all_that_is_read_of_it(company, alice):
    """Its HTML is kept by its face, so whatever changes what it says must change its face."""
    with acting_as(alice):
        record(company, "noted", text="Hello")
    known = Word("Parent", known=lambda names: names)
    faces = [_newest(company).face]
    assert _newest(company).face == faces[0]

    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    for change in (
        lambda: setattr(event, "particulars", {"text": "Hello again"}),
        lambda: setattr(event, "verb", "imported"),
        lambda: setattr(event, "at", event.at - timedelta(seconds=1)),
        lambda: setattr(alice, "name", "Alice Anders"),
        lambda: setattr(event, "actor", None),
        lambda: setattr(event, "particulars", {"changes": {"parent": ["", "Alpha"]}}),
    ):
        change()
        faces.append(_newest(company).face)
    faces.append(_newest(company, WORDS | {"parent": known}).face)
    faces.append(_newest(company, WORDS | {"parent": known._replace(known=lambda names: set())}).face)

    assert len(set(faces[:-1])) == len(faces) - 1, faces
    assert faces[-1] == faces[-3], "a name that may not be known is as unknown as one nobody asked about"
