"""Secrets that are told, amounts that cannot be, and asks without measure."""

import time
from urllib.parse import urlencode

import pyotp
from sqlalchemy import select

from crm_app.accounts import links, second_step
from crm_app.accounts.models import User, UserSession
from crm_app.extensions import db
from crm_app.pipeline.models import Closing, Deal
from crm_app.saved_views.models import SavedView
from crm_app.web.headers import LONGEST_ADDRESS
from tests import make
from tests.security import world
from tests.security.attacks.scene import Scene, call
from tests.security.fuzzing import breaches

_IMPOSSIBLE = ("-5", "NaN", "1e309", "inf", "9" * 40, "0x10", "1;2")
# Ways to make a pattern try very many times.
_TEDIOUS = (
    "a" * 50_000, "1" * 50_000 + "!", "a@" * 25_000, "http://" * 7_000, " \t" * 25_000 + "x", "<" * 50_000,
    "((" * 25_000,
)  # fmt: skip
_SECONDS = 0.5
_EDITED = (
    "sort=password_hash", "sort=(select pvd9)", "where=password_hash.is.pvd9", "where=name.pvd9.x", "columns=pvd9",
    "where=" * 500, "period=pvd9", "owner=pvd9&team=pvd9", "%00pvd9", "view=1&view=2", "sort=" + "x" * 5000,
)  # fmt: skip


def told_secrets(scene: Scene) -> list[str]:
    """T05, T51: no page or file tells a password's hash or a token, and no table the token, link or code itself."""
    second_step.begin(scene.olivia)
    app_secret = second_step.secret_to_confirm(scene.olivia)
    codes = second_step.confirm(scene.olivia, pyotp.TOTP(app_secret).now())
    plain = [make.session_token(scene.olivia), links.new_password_link(scene.alice), app_secret, *codes]
    db.session.commit()
    hashes = [*db.session.scalars(select(UserSession.token_hash)), *db.session.scalars(select(User.password_hash))]
    secrets = [one for one in (*plain, *filter(None, hashes)) if one != "0" * 64]
    found, client = [], scene.browser(scene.olivia)
    for route in scene.pages():
        body = call(client, route, query_string=world.USUAL.get(route.endpoint, {})).get_data(as_text=True)
        found += [f"{route} tells {one[:6]}..." for one in secrets if one in body]
    for table in db.metadata.sorted_tables:
        rows = str([tuple(row) for row in db.session.execute(select(table))])
        found += [f"{table.name} holds {one[:6]}... in plain" for one in plain if one in rows]
    db.session.rollback()
    return found


def edited_views(scene: Scene) -> list[str]:
    """T15: a view that somebody edited in the database asks no more than an address may."""
    found, client = [], scene.browser(scene.olivia)
    for query in _EDITED:
        view = db.session.get_one(SavedView, scene.arguments["view_id"])
        view.query, view.is_shared = query[:2000], True
        db.session.commit()
        for url in ("/pipeline/deals", "/pipeline/board", f"/views/{view.id}"):
            with breaches.watching() as seen:
                response = client.get(url, query_string=f"view={view.id}&{query}")
            found += [f"{url} by {query[:40]!r}: {one}" for one in seen + breaches.of_answer(response)]
            found += [f"{url} tells a password"] * ("argon2" in response.get_data(as_text=True))
    return found


def impossible_amounts(scene: Scene) -> list[str]:
    """T66: an amount is one or is refused; a deal is won once, however often that is sent."""
    found, client, number = [], scene.browser(scene.alice), scene.arguments["deal_id"]
    for value in _IMPOSSIBLE:
        deal = db.session.get_one(Deal, number)
        before, version = deal.value_amount, deal.version
        client.send(f"/pipeline/deals/{number}/facts/value", {"value": value, "currency": "EUR", "version": version})
        if db.session.get_one(Deal, number).value_amount != before:
            found.append(f"{value!r} became {db.session.get_one(Deal, number).value_amount}")
    version = db.session.get_one(Deal, number).version
    client.send(f"/pipeline/deals/{number}/facts/value", {"value": "7", "currency": "EUR", "version": version})
    found += ["what is an amount is not taken"] * (db.session.get_one(Deal, number).value_amount != 700)
    version = db.session.get_one(Deal, number).version
    for _time in range(3):
        won = {"version": version, "amount": "100", "currency": "EUR", "day": make.today().isoformat()}
        client.send(f"/pipeline/deals/{number}/won", won)
    closings = db.session.scalars(select(Closing).where(Closing.deal_id == number)).all()
    return found + [f"won {len(closings)} times"] * (len(closings) != 1)


def tedious_texts(scene: Scene) -> list[str]:
    """T65: no text is long or odd enough to keep a processor."""
    found, client = [], scene.browser(scene.olivia)
    places = [one for one in scene.pages() if one.endpoint in ("search.index", "search.palette", "contacts.people")]
    for route in places:

        def ask(said, route=route):
            return client.get(route.url, query_string={"q": said})

        # The longest that pass are read; longer ones are not.
        found += _slow(f"{route}", ask, [said[: LONGEST_ADDRESS // 4] for said in _TEDIOUS] + list(_TEDIOUS))
    form = {"revenue_currency": "EUR"}
    for field in ("name", "website", "phone", "revenue") if len(places) > 1 else ():

        def send(said, field=field):
            return client.send("/contacts/companies/new", form | {field: said})

        found += _slow(f"a company's {field}", send, _TEDIOUS)
    return found


def boundless_asks(scene: Scene) -> list[str]:
    """T67: whatever is asked for in whatever number or depth, an answer comes soon and is one."""
    asks = [
        urlencode({"limit": 10**9, "per_page": 10**9, "page": 10**9, "offset": 10**12}),
        urlencode([("where", "name.is.a")] * 1000),
        urlencode([("sort", "name")] * 1600),
        urlencode({"after": "W1tb" * 2000}),
        urlencode([("columns", "name")] * 1100),
        urlencode([("columns", "name")] * 5000),
    ]
    found, client = [], scene.browser(scene.olivia)
    for route in scene.pages():
        if route.endpoint in ("contacts.companies", "pipeline.deals", "pipeline.board", "search.index"):
            found += _slow(f"{route}", lambda asked, route=route: client.get(f"{route.url}?{asked}"), asks)
    many = urlencode([("id", number) for number in range(20_000)])
    found += _slow("a change of many", lambda sent: client.send("/bulk/companies/deletion", sent), [many])
    return found


def _slow(where: str, ask, texts) -> list[str]:
    """What is slow is so again; garbage that was collected meanwhile is not collected twice."""
    found = []
    for said in texts:
        took, status = _taken(ask, said)
        if took > _SECONDS:
            again, status_again = _taken(ask, said)
            took, status = min(took, again), max(status, status_again)
        found += [f"{where} of {said[:10]!r}: {took:.2f} s"] * (took > _SECONDS)
        found += [f"{where} of {said[:10]!r}: {status}"] * (status >= 500)
    return found


def _taken(ask, said: str) -> tuple[float, int]:
    began = time.process_time()
    status = ask(said).status_code
    return time.process_time() - began, status
