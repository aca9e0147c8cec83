"""Before the application: with all places taken others wait, and health alone is told beside them."""

import threading
from io import BytesIO

import pytest

from crm_app.entrance import CROWDED, Entrance

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


_LARGE, _LARGE_AT_ONCE = 64 * 1024 + 1, 32


class _Trickle:
    """A form of which a byte is missing until the event is set; counts those who wait for it."""

    def __init__(self):
        self.comes, self.waiting = threading.Event(), threading.Semaphore(0)

    def read(self, length):
        self.waiting.release()
        self.comes.wait(30)
        return b"x" * length


@pytest.fixture
def trickling():
    """An entrance before which as many large forms trickle in as may, and what lets them all come."""
    trickle = _Trickle()
    entrance = Entrance(lambda _environ, _start_response: [b"answered"], form_bytes=2**20)
    environ = {"PATH_INFO": "/signin", "CONTENT_LENGTH": str(_LARGE), "wsgi.input": trickle}
    outside = [threading.Thread(target=entrance, args=(environ.copy(), None)) for _ in range(_LARGE_AT_ONCE)]
    for one in outside:
        one.start()
    for _one in outside:
        assert trickle.waiting.acquire(timeout=30)

    def let_come():
        trickle.comes.set()
        for one in outside:
            one.join()

    yield entrance, let_come
    let_come()


def test_large_forms_that_trickle_in_are_held_in_memory_a_few_at_a_time(trickling):
    entrance, let_come = trickling
    form = BytesIO(b"x" * _LARGE)
    environ = {"PATH_INFO": "/contacts/", "CONTENT_LENGTH": str(_LARGE), "wsgi.input": form}
    inside = []
    entrance._inside = lambda found, _start_response: inside.append(found) or [b"refused"]

    refused = entrance(environ, None)
    entrance._inside = lambda _environ, _start_response: [b"answered"]
    let_come()

    assert refused == [b"refused"] and form.tell() == 0
    assert inside[0][CROWDED] and inside[0]["CONTENT_LENGTH"] == "0" and inside[0]["wsgi.input"].read() == b""
    assert _ask(entrance, "/contacts/", b"x" * _LARGE) == [b"answered"]


@pytest.mark.parametrize("is_htmx", [False, True], ids=["page", "htmx"])
def test_whose_large_form_is_not_read_is_told_in_words_to_send_it_again(client, is_htmx):
    """Their browser fills it in again where it was sent."""
    headers = {"Referer": "http://localhost/contacts/companies/new"} | ({"HX-Request": "true"} if is_htmx else {})

    answer = client.post("/contacts/companies/new", headers=headers, environ_overrides={CROWDED: True})

    assert answer.status_code == 503 and answer.headers["Retry-After"] == "5"
    assert "Peyvand is very busy right now." in answer.text and "Try again in a moment." in answer.text
    assert is_htmx or "data-refilling-failed" in answer.text


@pytest.mark.parametrize("body", [b"", b"x" * (_LARGE - 1)], ids=["a page", "a small form"])
def test_who_asks_for_a_page_or_sends_a_small_form_does_not_wait_for_large_ones(trickling, body):
    entrance, _let_come = trickling

    assert _ask(entrance, "/contacts/", body) == [b"answered"]


def test_a_large_form_that_ends_halfway_keeps_no_place():
    entrance = Entrance(lambda _environ, _start_response: [b"answered"], form_bytes=2**20)
    for _time in range(_LARGE_AT_ONCE + 1):
        environ = {"PATH_INFO": "/", "CONTENT_LENGTH": str(_LARGE), "wsgi.input": BytesIO(b"half")}
        assert entrance(environ, lambda *_arguments: None) == [b""]

    assert _ask(entrance, "/", b"x" * _LARGE) == [b"answered"]
