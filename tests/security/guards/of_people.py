"""What stands in the way of those who guess, write letters, wait for errors, or try odd texts, paths and numbers."""

import traceback
from contextlib import nullcontext
from email import message_from_string, policy

from crm_app.accounts import links, passwords, signing_in
from crm_app.lists import conditions
from crm_app.web import errors, mail
from tests.security import careless
from tests.security.attacks import bounds, failures, guessing, letters, requests, texts
from tests.security.guards.taking import Twin, instead, view


def _by_hand(letter, to, message_id):
    """As if nobody knew what a header is."""
    head = f"Subject: {letter.subject}\nFrom: {mail.sender()}\nTo: {to}\nMessage-ID: {message_id}\n"
    return message_from_string(f"{head}\n{letter.text}", policy=policy.compat32)


def _telling(status, _words):
    return traceback.format_exc(), status


def _only_of_somebody(stored, password, is_right=passwords.is_right):
    return stored is not None and is_right(stored, password)


def _every_method(scene, monkeypatch):
    for rule in scene.app.url_map.iter_rules("home.index"):
        monkeypatch.setattr(rule, "methods", None)
    return nullcontext()


def _address_of_the_browser():
    from flask import request

    return f"https://{request.headers.get('X-Forwarded-Host', request.host)}"


TWINS = [
    Twin("how often one may guess", instead(signing_in, "is_paused", lambda *_, **__: False), guessing.guesses),
    Twin("a hash for nobody", instead(passwords, "is_right", _only_of_somebody), guessing.who_has_an_account),
    Twin("the same words", view("accounts.forgotten", careless.knows_who), guessing.who_has_an_account),
    Twin("heads of letters", instead(mail, "_message", _by_hand), letters.lines_in_heads),
    Twin("our own address", instead(links, "own_address", _address_of_the_browser), letters.links_in_letters),
    Twin("plain words", instead(errors, "_say", _telling), failures.told_by_errors, ("home.index",)),
    Twin("texts as they are", view("contacts.new_company", careless.escapes), texts.kept_as_typed),
    Twin("names that are offered", view("pipeline.deals", careless.asks_by_text), texts.unlisted_names),
    Twin("methods of a route", _every_method, requests.odd_paths, ("home.index",)),
    Twin(
        "patterns that look once", view("search.index", careless.looks_again), bounds.tedious_texts, ("search.index",)
    ),
    Twin(
        "how many conditions",
        instead(conditions, "MOST_IN_GROUP", 10**9),
        bounds.boundless_asks,
        ("contacts.companies",),
    ),
]
