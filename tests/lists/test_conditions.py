"""Filters of any field: how an address writes them, what they find, how they are filled in."""

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, quote, unquote_plus, urlencode, urlsplit

import pytest

from crm_app.contacts.tagging import tag_as
from crm_app.extensions import db, utc_now
from crm_app.web.money import Rate
from tests import make

COMPANIES = "/contacts/companies"


def named(page):
    heads = page.all("th", scope="row")
    return [page.text_of(head.find(".//bdi")) for head in heads]


@pytest.fixture
def found(client):
    """The names that a query of conditions leaves, in their order."""

    def asked(*conditions, path=COMPANIES, **groups):
        query = [f"where={quote(one)}" for one in conditions]
        query += [f"{name}={quote(one)}" for name, ones in groups.items() for one in ones]
        return named(client.page(f"{path}?{'&'.join(query)}"))

    return asked


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("size.least.50", ["Beta", "Gamma"]),
        ("size.most.50", ["Alpha", "Beta"]),
        ("size.is.5", ["Alpha"]),
        ("size.is_not.5", ["Beta", "Delta", "Gamma"]),
        ("size.empty", ["Delta"]),
        ("size.filled", ["Alpha", "Beta", "Gamma"]),
        ("industry.is.labs", ["Alpha", "Beta"]),
        ("industry.is.labs|retail", ["Alpha", "Beta", "Gamma"]),
        ("industry.is_not.labs", ["Delta", "Gamma"]),
        ("industry.empty", ["Delta"]),
        ("country.is.DE|IR", ["Alpha", "Beta"]),
        ("name.has.ELT", ["Delta"]),
        ("name.has_not.a", []),
        ("name.begins.be", ["Beta"]),
        ("name.is.gamma", ["Gamma"]),
        ("website.has.Example", ["Alpha"]),
        ("website.empty", ["Beta", "Delta", "Gamma"]),
        ("phone.begins.+49", ["Beta"]),
        ("founded.least.2000", ["Alpha"]),
        ("owner.empty", ["Delta"]),
        ("created.within.today", ["Alpha", "Beta", "Delta"]),
        ("created.within.last_30_days", ["Alpha", "Beta", "Delta"]),
        ("created.within.past", ["Gamma"]),
    ],
)
def test_each_field_is_asked_for_in_its_own_way(client, alice, found, condition, names):
    make.company(alice, "Alpha", industry="labs", size=5, country="DE", website="https://example.com", founded=2001)
    make.company(alice, "Beta", industry="labs", size=50, country="IR", phone="+49 30 1")
    make.company(alice, "Gamma", industry="retail", size=500, created_at=utc_now() - timedelta(days=100))
    make.company(None, "Delta")

    assert found(condition) == names


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("job_title.has.éLUE", ["Ines"]),
        ("job_title.has_not.éLUE", ["Otto"]),
        ("job_title.begins.é", ["Ines"]),
        ("job_title.is.élue À LA MAIRIE", ["Ines"]),
        ("job_title.is_not.élue à la mairie", ["Otto"]),
    ],
)
def test_small_and_capital_letters_of_any_alphabet_are_the_same(client, alice, found, condition, names):
    make.person(alice, "Ines", job_title="Élue à la mairie")
    make.person(alice, "Otto")

    assert found(condition, path="/contacts/people") == names


def test_tags_owners_and_companies_are_asked_for_by_what_they_are(client, alice, found):
    above = make.company(alice, "Above")
    first = make.company(alice, "First", parent=above)
    make.company(None, "Second")
    tag_as(first, ["vip", "new"])
    db.session.commit()
    vip = next(tag.id for tag in first.tags if tag.name == "vip")

    assert found(f"tags.is.{vip}") == ["First"]
    assert found(f"tags.is_not.{vip}") == ["Above", "Second"]
    assert found("tags.filled") == ["First"]
    assert found(f"owner.is.{alice.id}") == found("owner.is.me") == ["Above", "First"]
    assert found(f"parent.is.{above.id}") == found("parent.has.abo") == ["First"]


def test_links_of_other_pages_ask_by_one_word(client, alice, bob):
    parent = make.company(alice, "Parent", industry="labs")
    make.company(None, "Child", parent=parent)
    hidden = make.company(bob, "Secret")
    person = make.person(alice, "Ines", company=parent)
    make.person(alice, "Emile", company=hidden)
    for record in (parent, person):
        tag_as(record, ["vip"])
    db.session.commit()

    def companies(query):
        return named(client.page(f"{COMPANIES}?{query}"))

    def people(query):
        return named(client.page(f"/contacts/people?{query}"))

    tag = parent.tags[0].id
    assert companies(f"tag={tag}") == companies(f"owner={alice.id}") == companies("industry=labs") == ["Parent"]
    assert companies("owner=0") == companies(f"parent={parent.id}") == ["Child"]
    assert people(f"tag={tag}") == people(f"company={parent.id}") == people("at=par") == ["Ines"]
    assert people("at=chi") == people("at=secret") == people(f"company={hidden.id}") == []
    assert people("at=") == ["Emile", "Ines"]
    # Beside an alternative, a link holds all the same.
    assert people(f"company={parent.id}&where=phone.filled&where2=phone.empty") == ["Ines"]


def test_a_company_out_of_sight_finds_nobody_and_is_not_named(client, alice, bob, found):
    hidden = make.company(bob, "Secret Holding")
    make.person(alice, "Anna", company=hidden)

    page = client.page(f"/contacts/people?where=company.is.{hidden.id}")

    assert named(page) == []
    assert "Secret" not in page.html
    assert "not known to you" in page.text
    assert found("company.has.secret", path="/contacts/people") == []


def test_conditions_of_a_group_hold_together_and_groups_instead_of_each_other(client, alice, found):
    make.company(alice, "Alpha", industry="labs", size=5)
    make.company(alice, "Beta", industry="labs", size=50)
    make.company(alice, "Gamma", industry="retail", size=5)

    assert found("industry.is.labs", "size.most.10") == ["Alpha"]
    assert found("industry.is.labs", "size.most.10", where2=["industry.is.retail"]) == ["Alpha", "Gamma"]
    page = client.page(f"{COMPANIES}?where=industry.is.labs&where2=size.most.10")
    assert "Industry is labs" in page.text and "or Employees ≤ 10" in page.text


def test_a_text_may_hold_the_signs_that_an_address_uses(client, alice, found):
    make.company(alice, "Alpha", industry="a|b%7Cc.d&e")
    make.company(alice, "Beta", industry="a")

    answer = client.get(f"/lists/companies/condition?field=industry&operator=is&value={quote('a|b%7Cc.d&e')}")
    assert named(client.page(answer.location)) == ["Alpha"]


@pytest.mark.parametrize(
    "condition",
    [
        "size.least.many", "nothing.is.1", "size.like.5", "size", "tags.is.x", "size.least", "created.is.soon",
        "industry.is", "parent.is.0", "revenue.least.1e99", "created.within.eternity", ".",
        "size.least.1e9999999", "size.least.NaN", "size.most.-Infinity", "revenue.least.1e9999999",
        "created.until.9999-12-31", "created.is.9999-12-31", "created.from.0001-01-01",
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_finds_nothing_and_says_so(client, alice, condition):
    make.company(alice, "Alpha")

    page = client.page(f"{COMPANIES}?where={condition}")

    assert named(page) == []
    assert "Unreadable filter" in page.text


def test_money_is_compared_across_currencies(client, alice, found):
    db.session.add(Rate(currency="USD", day=date(2020, 1, 1), rate=Decimal("0.5")))
    for name, amount, currency in (("Euros", 1000_00, "EUR"), ("Dollars", 1500_00, "USD"), ("Yen", 9000, "JPY")):
        make.company(alice, name, revenue_amount=amount, revenue_currency=currency)

    assert found("revenue.least.800") == ["Euros"]
    assert found("revenue.most.800") == ["Dollars"]


def test_each_chip_takes_its_own_filter_away_and_leads_back_to_its_form(client, alice):
    make.company(alice, "Alpha", size=5)

    page = client.page(f"{COMPANIES}?where=size.least.3&where=industry.empty&sort=-name")

    away = [a.get("href") for a in page.all("a", class_="chip__remove")]
    assert f"{COMPANIES}?where=industry.empty&sort=-name" in away
    change = next(a.get("href") for a in page.all("a") if "replaces=size.least.3" in (a.get("href") or ""))
    form = client.page(change)
    assert form.one("input", name="value").get("value") == "3"


@pytest.mark.parametrize("names", [["Alpha"], ["Alpha", "Alpha"]])
@pytest.mark.parametrize("condition", ["parent.is.{}", "parent.has.Alp 1,5"])
def test_the_form_of_a_filter_by_a_record_shows_what_it_asks_for(client, alice, names, condition):
    condition = condition.format([make.company(alice, name).id for name in names][-1])
    replaced = {"field": "parent", "replaces": condition, "query": f"where={quote(condition)}"}

    form = client.page(f"/lists/companies/condition?{urlencode(replaced)}")
    sent = {name: form.one("input", name=name).get("value") for name in ("value", "replaces", "query", "field")}
    answer = client.get(f"/lists/companies/condition?{urlencode(sent | {'operator': condition.split('.')[1]})}")

    assert sent["value"] == ("Alpha" if ".is." in condition else "Alp 1,5")
    assert unquote_plus(answer.location).endswith(f"?where={condition}")


def test_a_filter_is_filled_in_and_joins_those_in_force(client, alice):
    query = quote("where=industry.empty&sort=-name")

    form = client.page(f"/lists/companies/condition?field=size&query={query}&at={COMPANIES}")
    answer = client.get(
        f"/lists/companies/condition?field=size&query={query}&at={COMPANIES}&operator=least&value=1,250&group=where2"
    )

    assert "either may match" in form.text
    assert form.text_of(next(one for one in form.all("label") if one.get("for") == "operator")) == "Employees"
    assert answer.location == f"{COMPANIES}?where=industry.empty&sort=-name&where2=size.least.1250"


def test_a_changed_filter_takes_the_place_of_what_it_was(client, alice):
    query = quote("where=size.least.3&where=industry.empty")

    answer = client.get(
        f"/lists/companies/condition?field=size&query={query}&replaces=size.least.3&operator=most&value=9&group=where"
    )

    assert answer.location == f"{COMPANIES}?where=industry.empty&where=size.most.9"


@pytest.mark.parametrize(
    ("field", "sent", "message"),
    [
        ("size", "operator=least&value=many", "Enter a number"),
        ("size", "operator=least&value=", "Fill this in."),
        ("industry", "operator=is", "Choose at least one."),
        ("created", "operator=is&value=soon", "Enter a date with the year first"),
        ("parent", "operator=is&value=Nobody", "Nothing with this name was found."),
        ("name", "operator=has&value=", "Fill this in."),
    ],
)
def test_a_filter_that_cannot_be_is_refused_in_words(client, alice, field, sent, message):
    make.company(alice, "Alpha", industry="labs")

    page = client.page(f"/lists/companies/condition?field={field}&{sent}", 422)

    assert message in page.text


def test_htmx_gets_the_form_alone_and_is_sent_on(client, alice):
    part = client.part("/lists/companies/condition?field=size")
    sent = client.get(
        "/lists/companies/condition?field=size&operator=empty",
        headers={"HX-Request": "true", "HX-Request-Type": "partial"},
    )

    assert not part.all("h1")
    assert sent.headers["HX-Redirect"] == f"{COMPANIES}?where=size.empty"


@pytest.mark.parametrize("place", ["nothing", "deals"])
def test_a_list_that_is_not_ones_own_to_see_has_no_form(browser_of, organisation, place):
    agent = browser_of(make.user("Agneta", role="agent"))

    assert agent.get(f"/lists/{place}/condition?field=title").status_code == 404
    assert agent.get(f"/lists/{place}/columns").status_code == 404


def test_a_filter_leads_nowhere_but_to_this_peyvand(client, alice):
    answer = client.get("/lists/companies/condition?field=size&operator=empty&at=//evil.example/&query=a=b")

    assert answer.location == f"{COMPANIES}?a=b&where=size.empty"


def test_the_board_and_the_list_of_deals_take_the_same_conditions(client, alice):
    make.pipeline()
    make.deal(alice, "From the fair", source="Fair", value=100_00)
    make.deal(alice, "Another", value=100_00)

    for address in ("/pipeline/deals", "/pipeline/board", "/pipeline/forecast"):
        page = client.page(f"{address}?where=source.has.fair")
        assert "From the fair" in page.text
        assert "Another" not in page.text
        assert "Source has fair" in page.text


@pytest.mark.parametrize(
    ("condition", "titles"),
    [
        ("status.is.won", ["Won"]),
        ("value.least.200", ["Won"]),
        ("closed.within.today", ["Won"]),
        ("title.has.op", ["Open"]),
        ("team.empty", ["Open", "Won"]),
        ("person.empty", ["Open", "Won"]),
        ("product.empty", ["Open", "Won"]),
        ("reason.filled", []),
        ("entered.within.this_month", ["Open", "Won"]),
        ("close.empty", ["Open", "Won"]),
    ],
)
def test_deals_are_asked_for_by_any_field(client, alice, found, condition, titles):
    make.pipeline()
    make.deal(alice, "Open", value=100_00)
    make.won(alice, title="Won", value=300_00)

    assert sorted(found(condition, path="/pipeline/deals")) == titles


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("role.is.owner", ["Olivia Owen"]),
        ("state.is.disabled", ["Bob Brandt"]),
        ("state.is.active|waiting", ["Alice Adler", "Olivia Owen"]),
        ("email.has.alice", ["Alice Adler"]),
        ("name.begins.oli", ["Olivia Owen"]),
        ("team.empty", ["Bob Brandt", "Olivia Owen"]),
    ],
)
def test_users_are_asked_for_like_any_record(browser_of, olivia, alice, bob, charlie, condition, names):
    bob.disable()
    db.session.delete(charlie)
    db.session.commit()

    assert named(browser_of(olivia).page(f"/settings/people?where={condition}")) == names


def test_one_more_filter_or_column_takes_none_away_however_long_the_address_is(client, alice):
    names = [f"صنعت قطعه‌سازی و خودروسازی شمارهٔ {number}" for number in range(12)]
    asked = f"industry.is.{'|'.join(names)}"
    make.company(alice, "Alpha", industry=names[0], size=9)
    links = client.page(f"{COMPANIES}?{urlencode({'where': asked, 'columns': 'size'})}").all("a")
    addresses = [link.get("href") for link in links]
    of_size = next(one for one in addresses if "field=size" in (one or ""))
    of_columns = next(one for one in addresses if "/lists/companies/columns" in (one or ""))

    filtered = client.get(f"{of_size}&operator=least&value=1").location
    arranged = client.send(of_columns, {"shown": ["phone"], "order": ["phone"]}).location

    assert len(urlencode({"where": asked})) > 2000
    assert parse_qs(urlsplit(filtered).query)["where"] == [asked, "size.least.1"]
    assert parse_qs(urlsplit(arranged).query)["where"] == [asked]
