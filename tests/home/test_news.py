"""What happened lately, as the first page tells it."""

from datetime import timedelta

from crm_app.activity.recording import acting_as, record
from crm_app.extensions import db, utc_now
from crm_app.pipeline import retiring
from tests import make


def _news(client):
    page = client.page("/")
    heading = page.one("h2", id="news")
    return page.text_of(next(section for section in page.all("section") if heading in list(section.iter())))


def _import(user, count, number_of):
    with make.at_once():
        companies = [make.company(user, f"Company {row}") for row in range(count)]
    with acting_as(user):
        for row, company in enumerate(companies):
            record(company, "imported", **{"import": number_of(row), "row": row})
    db.session.commit()


def test_what_happened_to_ones_records_is_told_newest_first(client, alice, bob):
    company = make.company(alice, "Alpha Optics")
    deal = make.deal(alice, "Alpha deal")
    make.company(bob, "Bob's company")
    with acting_as(bob):
        deal.move_to(make.stage("Proposal"))
    db.session.commit()

    news = _news(client)

    assert (
        news.index("Bob Brandt moved it to Proposal") < news.index("Alice Adler added it") < news.index("Alpha Optics")
    )
    assert "Bob's company" not in news
    assert company.name in news


def test_what_one_import_brought_is_told_in_one_line(client, alice):
    make.company(alice, "Alpha Optics")
    with acting_as(alice):
        for row, company in enumerate([make.company(alice, name) for name in ("Beta", "Gamma", "Delta")]):
            record(company, "imported", **{"import": 7, "row": row})
    db.session.commit()

    news = _news(client)

    assert news.count("imported") == 1 and "Alice Adler imported 3 companies" in news
    assert "Alpha Optics" in news


def test_of_an_import_that_goes_on_behind_what_was_read_no_number_is_told(client, alice):
    _import(alice, 130, lambda row: 7)

    news = _news(client)

    assert "Alice Adler imported several records" in news and news.count("imported") == 1


def test_what_is_told_of_an_import_before_other_news_is_its_whole_number(client, alice):
    _import(alice, 130, lambda row: row // 65)

    news = _news(client)

    assert "Alice Adler imported 65 companies" in news and "Alice Adler imported several records" in news


def test_deals_that_moved_with_their_stage_are_told_in_one_line(client, alice, bob, olivia):
    for number in range(4):
        make.deal((alice, bob)[number % 2], at="Proposal")
    single = make.deal(alice, "Single")
    with acting_as(olivia):
        retiring.retire(make.stage("Proposal"), make.stage("Qualified"))
        single.move_to(make.stage("Negotiation"))
    db.session.commit()

    news = _news(client)

    assert news.count("moved") == 2
    assert "Olivia Owen moved 2 deals to Qualified" in news and "Olivia Owen moved it to Negotiation" in news


def test_a_person_is_not_called_it(client, alice):
    make.person(alice)

    assert "Alice Adler added this person" in _news(client)


def test_a_record_in_the_bin_is_no_news(client, alice):
    with acting_as(alice):
        make.company(alice, "Alpha Optics").delete()

    assert "Alpha Optics" not in client.page("/").text


def test_deals_moved_together_are_told_in_one_line(client, alice):
    deals = [make.deal(alice, at="New lead") for _ in range(3)]
    picked = [f"{deal.id}.{deal.version}" for deal in deals]

    client.send("/pipeline/board/moves", {"stage": make.stage("Proposal").id, "deal": picked}, htmx=True)
    news = _news(client)

    assert "Alice Adler moved 3 deals to Proposal" in news and news.count("moved") == 1


def test_records_of_which_somebody_changed_the_same_are_told_in_one_line(client, alice):
    companies = [make.company(alice, f"Company {number}") for number in range(4)]
    with acting_as(alice):
        for company in companies:
            company.change(industry="labs")
        companies[0].change(size=5)
    db.session.commit()

    page = client.page("/")

    assert "Alice Adler changed 4 companies" in page.text
    assert page.text.count("changed it") == 1


def test_what_somebody_else_changed_or_at_another_time_is_told_apart(client, alice, bob):
    now = utc_now().replace(second=30) - timedelta(minutes=5)
    companies = [make.company(alice, f"Company {number}") for number in range(6)]
    for number, (who, at) in enumerate(((alice, now - timedelta(minutes=1)), (alice, now), (bob, now))):
        with acting_as(who, at):
            for company in companies[2 * number : 2 * number + 2]:
                company.change(industry="labs")
    db.session.commit()

    news = _news(client)

    assert news.count("Alice Adler changed 2 companies") == 2
    assert news.count("Bob Brandt changed 2 companies") == 1
