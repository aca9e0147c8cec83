"""Requests that no page of ours makes: from other sites, without tokens, under other names, on odd paths."""

import re
from urllib.parse import unquote

from crm_app import config
from crm_app.web.headers import CONTENT_SECURITY_POLICY
from crm_app.web.proxies import Passed
from tests import make
from tests.security import world
from tests.security.attacks.scene import PART, Scene, call, status_of
from tests.security.fuzzing import breaches

_ELSEWHERE = [
    "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "http:evil", "///evil.example",
    "/%0d%0aSet-Cookie:x", "/ok\r\nX-Pvd: y", "/\tevil", "javascript:alert(1)", "@evil.example", "/" + "a" * 3000,
    "/\u2028x",
]  # fmt: skip
_METHODS = ("TRACE", "PUT", "PATCH", "DELETE", "PROPFIND")
_ODD_PATHS = ("/{}", "/.{}", "{}.", "{}/.", "{}%00", "{}/%2e%2e/%2e%2e/", "{}/../..", "{}" + "a" * 8000)
_ANSWERS_TO_ODD = (301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 409, 410, 414, 422)


def without_token(scene: Scene) -> list[str]:
    """T52: a change without its token, with a forged one, with another session's, or sent as mere text is refused."""
    found, before = [], scene.fingerprint()
    others = scene.browser(scene.bob).csrf_token()
    tries = ({}, {"X-CSRFToken": "forged"}, {"X-CSRFToken": others}, {"Content-Type": "text/plain"})
    client = scene.browser(scene.olivia)
    for route in scene.changes():
        for headers in tries:
            status = client.post(route.url, data=b"name=Changed", headers=headers).status_code
            found += [f"{route} {headers}: {status}"] * (status not in (403, 404))
    return found + ["something was changed"] * (scene.fingerprint() != before)


def other_sites(scene: Scene) -> list[str]:
    """T52: what another site sends is refused whatever it carries."""
    found, before, client = [], scene.fingerprint(), scene.browser(scene.olivia)
    for route in scene.changes():
        for site in ("cross-site", "same-site"):
            status = status_of(client, route, headers={"Sec-Fetch-Site": site})
            found += [f"{route} from {site}: {status}"] * (status != 403)
    return found + ["something was changed"] * (scene.fingerprint() != before)


def reading_changes(scene: Scene) -> list[str]:
    """T52: whatever is only read changes nothing."""
    found, before, client = [], scene.fingerprint(), scene.browser(scene.olivia)
    for route in scene.pages():
        status = status_of(client, route)
        found += [f"{route}: {status}"] * (status >= 500)
        if scene.fingerprint() != before:
            return [*found, f"{route} changed something"]
    return found


def bare_answers(scene: Scene) -> list[str]:
    """T62, T64: every answer carries the headers that protect it, and lets no other site read it."""
    found = []
    for client, is_inside in ((scene.browser(scene.olivia), True), (scene.browser(), False)):
        for route in scene.routes:
            response = call(client, route, headers={"Origin": "https://evil.example"})
            headers = response.headers
            wanted = {
                "Content-Security-Policy": CONTENT_SECURITY_POLICY,
                "X-Content-Type-Options": "nosniff",
                "X-Frame-Options": "DENY",
            }
            found += [f"{route}: {name}" for name, value in wanted.items() if headers.get(name) != value]
            for name in ("Referrer-Policy", "Cross-Origin-Opener-Policy", "Cache-Control"):
                found += [f"{route}: no {name}"] * (name not in headers)
            found += [f"{route}: open to other sites"] * ("Access-Control-Allow-Origin" in headers)
            is_page = is_inside and response.status_code == 200 and route.endpoint not in world.PUBLIC
            if is_page and "no-store" not in headers.get("Cache-Control", ""):
                found.append(f"{route}: may be kept by others")
    return found


def led_away(scene: Scene) -> list[str]:
    """T35: whoever signs in arrives here, and no header is written by an address."""
    found = []
    for target in _ELSEWHERE:
        data = {"email": scene.olivia.email, "password": make.PASSWORD}
        try:
            response = scene.browser().send("/accounts/sign-in", data, query_string={"next": target})
        except ValueError as error:
            found.append(f"{target[:40]!r} broke: {error}")
            continue
        found += [f"{target[:40]!r}: {one}" for one in breaches.of_answer(response)]
        if response.status_code != 303 or not re.fullmatch("/|/%0d%0aSet-Cookie:x", response.location):
            found.append(f"{target[:40]!r} leads to {response.location}")
    return found


def led_back(scene: Scene) -> list[str]:
    """T35: where htmx says that somebody stood counts only as a path of ours."""
    found = []
    for target in (
        "https://evil.example//evil.example/x",
        "javascript:alert(1)",
        "http://[bad",
        "x\\y",
        *_ELSEWHERE[:4],
    ):
        response = scene.browser().get("/goals/", headers=PART | {"HX-Current-URL": target})
        sent = response.headers.get("HX-Redirect", "")
        found += [f"{target!r}: {sent}"] * (not sent.startswith("/accounts/sign-in") or "evil" in sent)
    return found


def foreign_hosts(scene: Scene) -> list[str]:
    """T42: under another name nothing is answered, and no claim of another host changes an address."""
    found, before = [], scene.app.config.get("TRUSTED_HOSTS")
    scene.app.config["TRUSTED_HOSTS"] = config.hosts("https://crm.example")
    client = scene.browser()
    try:
        for host in ("evil.example", "evil.example:80", "crm.example.evil.example", "crm.example@evil.example", ""):
            for route in scene.pages():
                response = call(client, route, headers={"Host": host})
                found += [f"{route} as {host!r}: {response.status_code}"] * (response.status_code != 400)
        claims = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "Host": "crm.example"}
        response = client.get("/accounts/sign-in", headers=claims)
        found += ["a claim is believed"] * ("evil.example" in response.text + str(response.headers))
    finally:
        scene.app.config["TRUSTED_HOSTS"] = before
    return found


def spoofed_addresses(scene: Scene) -> list[str]:
    """T43: a visitor says of themselves neither where they come from nor that they came by https."""
    found = []
    for networks, remote in (((), "198.51.100.4"), (("10.0.0.0/8",), "198.51.100.4"), (("127.0.0.1/32",), "10.0.0.1")):
        seen: dict = {}
        app = Passed(lambda environ, _start, seen=seen: seen.update(environ) or [], networks)
        said = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"}
        app({"REMOTE_ADDR": remote, "wsgi.url_scheme": "http", **said}, None)
        found += [f"{remote} is believed"] * ((seen["REMOTE_ADDR"], seen["wsgi.url_scheme"]) != (remote, "http"))
    return found


def odd_paths(scene: Scene) -> list[str]:
    """T71, T68: other methods and other spellings of every path are refused, and what is asked next is as before."""
    found, before, client = [], scene.fingerprint(), scene.browser(scene.olivia)
    allowed = {(one.url, one.method) for one in scene.routes}
    for route in scene.pages():
        usual = status_of(client, route)
        for method in _METHODS:
            if (route.url, method) not in allowed:
                status = client.open(route.url, method=method, headers={"X-CSRFToken": client.csrf_token()}).status_code
                found += [f"{method} {route.url}: {status}"] * (status not in (403, 404, 405))
        for odd in _ODD_PATHS:
            # As it comes from the network; the client would take what follows two slashes for a host.
            path = unquote(odd.format(route.url), "latin-1")
            status = client.get("/", environ_overrides={"PATH_INFO": path}).status_code
            found += [f"{odd[:20]} of {route}: {status}"] * (status not in (200, *_ANSWERS_TO_ODD))
        found += [f"{route} is another afterwards"] * (status_of(client, route) != usual)
    return found + ["something was changed"] * (scene.fingerprint() != before)
