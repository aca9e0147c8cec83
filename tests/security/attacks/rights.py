"""Whoever asks for what is not theirs: somebody else's records, other roles' pages, facts that no form offers."""

import re
from collections.abc import Callable

from crm_app.accounts.models import User
from crm_app.contacts.models import Company
from crm_app.extensions import db
from crm_app.pipeline.models import Deal
from tests import make
from tests.security import world
from tests.security.attacks.letters import mailing
from tests.security.attacks.scene import Scene, call, status_of, written

# What everybody has of their own.
OWN = {
    "accounts.add_passkey", "accounts.ask_to_add_passkey", "accounts.remove_passkey", "accounts.begin_second_step",
    "accounts.confirm", "accounts.end_second_step", "accounts.end_session", "accounts.end_other_sessions",
    "accounts.edit_preferences", "accounts.change_password", "accounts.set_up_second_step", "accounts.sign_out",
    "accounts.language", "lists.choose_columns", "saved_views.new",
}  # fmt: skip
RECORDS = {
    "company_id", "person_id", "deal_id", "goal_id", "target_id", "import_id", "view_id", "change_id", "session_id",
    "passkey_id",
}  # fmt: skip
_OWNERS = ("settings.", "backups.", "health.", "demo.")
_EVERYBODYS = {"settings.index", "settings.first_run"}
_EXTRA = {
    "id": "999", "owner_id": "999", "team_id": "999", "role": "owner", "is_admin": "1", "password_hash": "x",
    "created_at": "2001-01-01", "deleted_at": "2001-01-01", "session_key": "x", "status": "won", "base_amount": "1",
}  # fmt: skip


def others_records(scene: Scene) -> list[str]:
    """T01, T02, T07: Bob asks every route for what is Alice's: not found, and not one statement that writes."""
    found, before, bob = [], scene.fingerprint(), scene.browser(scene.bob)
    for route in scene.routes:
        if RECORDS & set(route.arguments):
            with written() as statements:
                try:
                    response = call(bob, route)
                    status, text = response.status_code, response.get_data(as_text=True)
                except Exception as error:
                    db.session.rollback()
                    status, text = 500, str(error)
            if status not in (403, 404):
                found.append(f"{route}: {status}")
            found += [f"{route} shows Alice's record"] * ("Alpha" in text)
            found += [f"{route} wrote before it refused: {one}" for one in statements[:1]]
    return found + _changed(scene, before)


def what_exists(scene: Scene) -> list[str]:
    """T01: whether somebody else's record exists shows in no answer."""
    found, bob = [], scene.browser(scene.bob)
    never = world.routes(scene.app, scene.arguments | dict.fromkeys(RECORDS, 987654))
    unknown = {(one.endpoint, one.method): one for one in never}
    for route in scene.pages():
        if RECORDS & set(route.arguments):
            real, made_up = (_told(call(bob, one)) for one in (route, unknown[route.endpoint, route.method]))
            found += [f"{route}: {real[0]} against {made_up[0]}, or other words"] * (real != made_up)
    return found


def _told(response) -> tuple[int, str]:
    """Less the number that was asked for, which stands in addresses of the page."""
    return response.status_code, re.sub(r"\d+", "", world.without_tokens(response.get_data(as_text=True)))


def second_doors(scene: Scene) -> list[str]:
    """T03: lists, searches, figures and files are to Bob as if Alice had nothing; more of hers changes none of them."""
    bob = scene.browser(scene.bob)
    before = {route: _shown(bob, route) for route in _doors(scene)}
    with_more = make.company(scene.alice, "Secret Alpha Works")
    make.person(scene.alice, "Sekret Alphason", company=with_more, email="sekret@alpha.example")
    make.deal(scene.alice, "Secret Alpha deal", value=123_456_700, company=with_more)
    make.won(scene.alice, value=765_432_100, title="Won Alpha deal")
    return [f"{route} tells Bob of it" for route, shown in before.items() if _shown(bob, route) != shown]


def _doors(scene: Scene) -> list[world.Route]:
    return [one for one in scene.pages() if not RECORDS & set(one.arguments) and one.endpoint not in world.PUBLIC]


def _shown(client, route: world.Route) -> tuple[int, str]:
    response = client.get(route.url, query_string=world.USUAL.get(route.endpoint, {}) | {"q": "alpha"})
    shown = world.without_tokens(response.get_data(as_text=True))
    # How far a board has read in the log of all: like the numbers of records, it tells that something happened.
    return response.status_code, re.sub(r"since=[\d.]+", "", shown)


def visitors(scene: Scene) -> list[str]:
    """T13: without signing in nothing opens but the pages that are meant to."""
    found, before = [], scene.fingerprint()
    for route in scene.routes:
        if route.endpoint not in world.PUBLIC:
            try:
                response = call(scene.browser(), route)
            except Exception:
                db.session.rollback()
                found.append(f"{route}: broke, and was not refused")
                continue
            sent_to_sign_in = response.status_code == 302 and "/accounts/sign-in" in response.location
            found += [f"{route}: {response.status_code}"] * (not sent_to_sign_in and response.status_code != 401)
    return found + _changed(scene, before)


def viewers_changes(scene: Scene) -> list[str]:
    """T09: who may only read changes nothing."""
    data = {"name": "Changed", "title": "Changed", "value": "5"}
    return _refused(
        scene, scene.vera, lambda one: one.method == "POST" and one.endpoint not in OWN | world.PUBLIC, data
    )


def others_offices(scene: Scene) -> list[str]:
    """T11: whoever is no owner makes nobody an owner, and comes near no page that could."""
    found = []
    for user in (scene.bob, scene.vera, make.user("Mona", role="manager"), make.user("Aga", role="agent")):
        found += _refused(scene, user, _is_owners, {"name": "Changed", "role": "owner", "standing": "enabled"})
    return found


def _is_owners(route: world.Route) -> bool:
    return route.endpoint.startswith(_OWNERS) and route.endpoint not in _EVERYBODYS


def _refused(scene: Scene, user: User, is_meant: Callable[[world.Route], bool], data: dict[str, str]) -> list[str]:
    found, before, client = [], scene.fingerprint(), scene.browser(user)
    for route in scene.routes:
        if is_meant(route):
            with written() as statements:
                status = status_of(client, route, data)
            found += [f"{route} as {user.role}: {status}"] * (status not in (403, 404))
            found += [f"{route} wrote before it refused"] * bool(statements)
    return found + _changed(scene, before)


def extra_keys(scene: Scene) -> list[str]:
    """T10, T68: keys that no form asked for change nothing, least of all another record than the address names."""
    found, before, alice = [], _protected(), scene.browser(scene.alice)
    for route in scene.changes():
        removes = route.endpoint.rpartition(".")[2].startswith(("delete", "restore"))
        if route.endpoint != "accounts.sign_out" and not removes:
            status = status_of(alice, route, _EXTRA, headers={"X-HTTP-Method-Override": "DELETE"})
            found += [f"{route}: {status}"] * (status >= 500)
            if _protected() != before:
                return [*found, f"{route} took what it was not asked for"]
    return found


def disabled(scene: Scene) -> list[str]:
    """T12: whoever is disabled is out with the next request, gets no letter, and no old cookie comes back to life."""
    client, olivia = scene.browser(scene.alice), scene.browser(scene.olivia)
    assert client.get("/").status_code == 200
    scene.alice.disabled_at = make.utc_now()
    db.session.commit()
    before = scene.fingerprint()
    found = [f"{one}: open" for one in scene.routes if one.endpoint not in world.PUBLIC and _is_open(client, one)]
    with mailing(scene) as letters:
        scene.browser().send("/accounts/forgotten", {"email": scene.alice.email})
        found += ["a letter was sent"] * bool(letters)
    found += _changed(scene, before)
    scene.alice.disabled_at = None
    db.session.commit()
    client = scene.browser(scene.alice)
    for state in ("disabled", "active"):
        status = olivia.send(f"/settings/people/{scene.alice.id}/standing", {"state": state}).status_code
        assert status == 303, status
    return found + ["an old cookie is let in"] * (client.get("/").status_code == 200)


def _is_open(client, route: world.Route) -> bool:
    """Whoever is not signed in is sent to where one signs in; a change is refused for want of a token before that."""
    try:
        response = call(client, route)
    except Exception:
        db.session.rollback()
        return True
    return response.status_code not in (401, 403) and "/accounts/sign-in" not in response.headers.get("Location", "")


def _protected():
    kept = [
        db.session.query(Company.id, Company.owner_id, Company.created_at, Company.deleted_at).all(),
        db.session.query(Deal.id, Deal.owner_id, Deal.created_at, Deal.deleted_at, Deal.status).all(),
        db.session.query(User.id, User.role, User.password_hash, User.team_id).all(),
    ]
    db.session.rollback()
    return [[tuple(row) for row in rows] for rows in kept]


def _changed(scene: Scene, before: str) -> list[str]:
    return [] if scene.fingerprint() == before else ["something was changed by what was refused"]
