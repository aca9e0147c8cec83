"""Before the application: with all places taken others wait, and health alone is told beside them."""

import threading
from io import BytesIO

import pytest

from crm_app.entrance import Entrance

_PLACES = 3


@pytest.fixture
def full():
    """An entrance all of whose places are taken, until the event is set; with what was let in."""
    let_go, let_in = threading.Event(), []

    def inside(environ, _start_response):
        let_in.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] == "/slow":
            let_go.wait(30)
        return [b"answered"]

    entrance = Entrance(inside, form_bytes=1000)
    inside_now = [threading.Thread(target=_ask, args=(entrance, "/slow")) for _ in range(_PLACES)]
    for one in inside_now:
        one.start()
    while len(let_in) < _PLACES:
        pass
    yield entrance, let_in, let_go
    let_go.set()
    for one in inside_now:
        one.join()


def _ask(entrance, path, body=b""):
    environ = {"PATH_INFO": path, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
    return entrance(environ, lambda *_arguments: None)


def test_health_is_told_while_all_places_are_taken(full):
    entrance, _let_in, _let_go = full

    assert _ask(entrance, "/healthz") == [b"answered"]


@pytest.mark.parametrize(("path", "body"), [("/contacts/", b""), ("/healthz/", b""), ("/healthz", b"a form")])
def test_nobody_else_goes_past_those_who_wait(full, path, body):
    entrance, let_in, let_go = full
    late = threading.Thread(target=_ask, args=(entrance, path, body))
    late.start()
    late.join(0.2)
    before = list(let_in)
    let_go.set()
    late.join()

    assert path not in before
    assert let_in[-1] == path


@pytest.mark.parametrize(("length", "more"), [("1001", {"HTTP_TRANSFER_ENCODING": "chunked"}), ("x", {})])
def test_what_does_not_say_how_long_it_is_is_not_let_in(full, length, more):
    entrance, let_in, _let_go = full
    statuses = []
    environ = {"PATH_INFO": "/late", "CONTENT_LENGTH": length, "wsgi.input": BytesIO(b"")} | more

    entrance(environ, lambda status, _headers: statuses.append(status))

    assert statuses == ["411 Length Required"]
    assert "/late" not in let_in
