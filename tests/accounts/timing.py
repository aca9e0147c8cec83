"""Whether the time of an answer tells who has an account: `python -m tests.accounts.timing [tries]`.

Asks in turn about somebody and about nobody, and compares: medians less than 5 ms apart, and no difference that Welch's
test would call one (p above 0.01). Exits with 1 where an answer tells.
"""

import os
import random
import sys
from statistics import NormalDist, fmean, median, variance
from tempfile import TemporaryDirectory
from time import perf_counter, thread_time

APART, LEAST_P = 0.005, 0.01


def main(tries: int) -> int:
    with TemporaryDirectory() as folder:
        os.environ |= {"SECRET_KEY": "a key for this run only, long enough to be taken", "INSTANCE_PATH": folder}
        silent = [_is_silent(ask, tries) for ask in _questions(folder)]
        return int(not all(silent))


def _questions(folder):
    from crm_app import create_app
    from crm_app.migrating import upgrade
    from tests import make
    from tests.conftest import Browser

    url = f"sqlite:///{folder}/timing.db"
    mail = {"SMTP_URL": "smtp://127.0.0.1:9", "BASE_URL": "http://localhost"}
    app = create_app(SQLALCHEMY_DATABASE_URI=url, RATELIMIT_ENABLED=False, **mail)
    with app.app_context():
        upgrade()
        make.organisation()
        address = make.user("Alice Adler").email
        yield _asking(app, Browser, "/accounts/sign-in", address, password="not this one")
        yield _asking(app, Browser, "/accounts/forgotten", address)


def _asking(app, browser_class, url, address, **rest):
    """`ask(True)` is about somebody, `ask(False)` about nobody: seconds of the clock and of the processor."""
    from crm_app.accounts.models import SignInFailure
    from crm_app.extensions import db

    browser = browser_class(app, app.response_class)
    browser.checks_html = False
    browser.get(url)
    token = browser.csrf_token()

    def ask(is_somebody):
        db.session.query(SignInFailure).delete()
        db.session.commit()
        email = address if is_somebody else "z" + address[1:]
        data = {"email": email, "csrf_token": token} | rest
        began, spent = perf_counter(), thread_time()
        status = browser.post(url, data=data).status_code
        told = perf_counter() - began, thread_time() - spent
        assert status in (200, 422), status
        return told

    ask.url = url
    return ask


def _is_silent(ask, tries: int) -> bool:
    for _ in range(10):
        ask(True), ask(False)
    order = [True, False] * tries
    random.shuffle(order)
    took = {True: [], False: []}
    for is_somebody in order:
        took[is_somebody].append(ask(is_somebody))
    silent = [_compared(f"{ask.url}, {what}", took, place) for place, what in enumerate(("clock", "processor"))]
    return all(silent)


def _compared(what, took, place) -> bool:
    somebody, nobody = ([one[place] for one in took[who]] for who in (True, False))
    apart = median(somebody) - median(nobody)
    spread = (variance(somebody) / len(somebody) + variance(nobody) / len(nobody)) ** 0.5
    p = 2 * (1 - NormalDist().cdf(abs(fmean(somebody) - fmean(nobody)) / spread))
    is_silent = abs(apart) < APART and p > LEAST_P
    print(
        f"{what}: somebody {1000 * median(somebody):.2f} ms, nobody {1000 * median(nobody):.2f} ms, "
        f"apart {1000 * apart:+.2f}, p {p:.3f}, {len(somebody)} each: {'tells nothing' if is_silent else 'TELLS'}"
    )
    return is_silent


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
