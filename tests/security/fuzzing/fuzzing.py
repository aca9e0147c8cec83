"""Send odd submissions to each target in turn, and gather what should never have come of them."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Flaky
from sqlalchemy import select

from crm_app.extensions import db
from tests.security import world
from tests.security.attacks.scene import PART
from tests.security.fuzzing import breaches, oddities
from tests.security.fuzzing.targets import Target, find

# They end what others are tried with, so they come last.
_LAST = ("delete", "discard", "remove", "sign_out", "end_", "change_password", "restore", "forget")
_REFUSED = (302, 308, 400, 401, 403, 404, 405, 413)


class Finding(NamedTuple):
    target: str
    breach: str
    sent: str

    def __str__(self):
        return f"{self.target}: {self.breach}\n    by {self.sent}"


class Seen(NamedTuple):
    findings: list[Finding]
    targets: int
    tried: int


class Fuzzer:
    """`begin` empties the world and builds it anew: who asks, and the arguments of routes; `browser_of` signs in."""

    def __init__(self, app, begin: Callable, browser_of: Callable, examples: int, number: int | None = None):
        self._app, self._begin, self._browser_of = app, begin, browser_of
        self._examples, self._seed = examples, number
        self._tried = 0
        self._begin_anew()

    def run(self, only: Iterable[str] = (), usual: dict | None = None) -> Seen:
        """`usual` are parameters that a page needs to show anything; `only` narrows to some endpoints."""
        found: list[Finding] = []
        wanted = set(only)
        routes = [one for one in self._routes if not wanted or one.endpoint in wanted]
        targets = find(self._app, routes, self._client, usual or {})
        targets.sort(key=lambda one: _comes_last(one.endpoint))
        for target in targets:
            if not _stands(self._records):
                self._begin_anew()
            self._client = self._browser_of(self._owner)
            found += self._fuzz(target.among(self._routes))
        return Seen(found + self._pages(), len(targets), self._tried)

    def _begin_anew(self) -> None:
        self._owner, arguments = self._begin()
        self._records = world.records(arguments)
        self._routes = world.routes(self._app, arguments)
        self._client = self._browser_of(self._owner)

    def _fuzz(self, target: Target) -> list[Finding]:
        found: list[Finding] = []

        def attempt(submission):
            if wrong := self.breaches_of(target, submission):
                found[:] = [Finding(str(target), one, _told(submission)) for one in wrong]
                raise AssertionError(wrong[0])

        asked = settings(
            max_examples=self._examples,
            deadline=None,
            database=None,
            derandomize=self._seed is None,
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        test = asked(given(oddities.submissions(target))(attempt))
        # Flaky is what breaks once only; that it broke is in `found`.
        with suppress(AssertionError, Flaky):
            (seed(self._seed)(test) if self._seed is not None else test)()
        return found

    def breaches_of(self, target: Target, submission: oddities.Submission) -> list[str]:
        self._tried += 1
        try:
            with breaches.watching() as seen:
                response = self._send(target, submission)
        except Exception as error:  # In tests Flask lets through what a reader would get as 500.
            db.session.rollback()
            return [f"failure: {type(error).__name__}: {str(error)[:100]}"]
        found = seen + breaches.of_answer(response)
        if not submission.has_token and response.status_code not in _REFUSED:
            found.append(f"token: answered {response.status_code} without one")
        if response.status_code == 302 and "/accounts/sign-in" in response.headers["Location"]:
            self._client = self._browser_of(self._owner)
        return found

    def _send(self, target, submission):
        headers = dict(PART) if submission.is_part else {}
        if target.method == "GET":
            query = oddities.query_of(submission.pairs)
            return self._client.get(submission.url, query_string=query, headers=headers)
        body, kind = oddities.body_of(submission.pairs, is_multipart=bool(target.files))
        if submission.has_token:
            headers["X-CSRFToken"] = self._client.csrf_token()
        return self._client.post(submission.url, data=body, content_type=kind, headers=headers)

    def _pages(self) -> list[Finding]:
        """What was kept must be text wherever it is shown."""
        found = []
        self._client = self._browser_of(self._owner)
        for route in self._routes:
            if route.method == "GET":
                wrong = breaches.of_answer(self._client.get(route.url))
                found += [Finding(str(route), one, "what was kept") for one in wrong]
        return found


def _comes_last(endpoint: str) -> bool:
    return endpoint.partition(".")[2].startswith(_LAST)


def _stands(records) -> bool:
    """Whether every record of the world is there, out of the bin."""
    for model, number in records:
        row = db.session.execute(select(model).where(model.id == number)).scalar_one_or_none()
        if row is None or getattr(row, "deleted_at", None) is not None:
            db.session.rollback()
            return False
    db.session.rollback()
    return True


def _told(submission) -> str:
    pairs = [(name, f"{value!r:.60}") for name, value in submission.pairs]
    return f"{submission.url[:80]} {pairs} part={submission.is_part}"
