from datetime import timedelta
from html import unescape
from sys import getsizeof

import pytest
from flask import session
from flask_wtf.csrf import generate_csrf
from jinja2 import Environment, UndefinedError
from jinja2.exceptions import TemplateRuntimeError
from markupsafe import Markup

from crm_app.web import reader, templating
from crm_app.web.reader import Reader, read_as
from crm_app.web.texts import lazy_gettext


class _Page:
    def __html__(self):
        return "<hr>"


VALUES = {
    "plain": "words",
    "dangerous": "<b> & \"two\" 'three'",
    "safe": Markup("<i>"),
    "page": _Page(),
    "number": 7,
    "nothing": None,
    "add": lambda one, other=2: one + other,
    "listed": ["<", Markup(">")],
}
TEMPLATES = [
    "{{ plain }} {{ dangerous }} {{ safe }} {{ page }} {{ number }} {{ nothing }} {{ missing }}",
    "{{ dangerous ~ safe }} {{ listed|join('&') }} {{ dangerous|upper }} {{ plain|safe }}",
    "{{ add(1) }} {{ add(1, other=number) }} {{ add(*[1], **{'other': 5}) }}",
    "{% macro of(one, other='>', third=safe) %}{{ one }}{{ other }}{{ third }}{% endmacro %}"
    "{{ of(dangerous) }}{{ of('<', third='&') }}{{ of(safe, '', '') }}{{ of(of('<')) }}",
    "{% macro of(one) %}{{ one }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ of(1, '<', key='&') }}",
    "{% macro around(one) %}<p>{{ one }}{{ caller(dangerous) }}</p>{% endmacro %}"
    "{% call(inner) around('&') %}{{ inner }}{% endcall %}",
    "{% macro maybe() %}{{ caller() if caller }}{% endmacro %}{{ maybe() }}{% call maybe() %}<{% endcall %}",
    "{% for one in listed recursive %}{{ loop.index }}{{ one }}{{ loop(['a']) if one == '<' }}{% endfor %}",
    "{% block content %}{{ dangerous }}{{ add(1) }}{% endblock %}{{ self.content() }}",
    "{% set found %}{{ dangerous }}{% endset %}{{ found }}{% for n in range(2) %}{{ cycler(1, 2).next() }}{% endfor %}",
]


@pytest.fixture
def environments(app):
    quick = app.jinja_env.overlay()
    quick.globals = dict(app.jinja_env.globals)
    return Environment(autoescape=True), quick


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_gives_what_jinja_alone_would_make_of_it(environments, template):
    expected, found = (environment.from_string(template).render(VALUES) for environment in environments)

    assert found == expected


@pytest.mark.parametrize(
    "template",
    [
        "{{ missing() }}",
        "{{ missing.name }}",
        "{{ nothing() }}",
        "{% macro of(one) %}{{ one }}{% endmacro %}{{ of(1, 2) }}",
        "{% macro of(one) %}{{ one }}{% endmacro %}{{ of(other=2) }}",
        "{% macro of(one) %}{{ one }}{% endmacro %}{{ of(1, one=2) }}",
    ],
)
def test_a_template_breaks_where_jinja_alone_would(environments, template):
    for environment in environments:
        with pytest.raises((UndefinedError, TypeError, TemplateRuntimeError)):
            environment.from_string(template).render(VALUES)


def test_nothing_that_templates_call_wants_the_context(app):
    with app.test_request_context("/"):
        assert [name for name, one in app.jinja_env.globals.items() if hasattr(one, "jinja_pass_arg")] == []


class _Counting:
    """Something to show that counts how often it is asked."""

    def __init__(self):
        self.asked = 0

    def __str__(self):
        self.asked += 1
        return "shown"


@pytest.fixture
def keeping(app):
    """A template that keeps what it shows, and a way to render it as somebody who reads."""
    template = app.jinja_env.from_string("{% kept key, 1 %}{{ value }} {{ csrf_token() }}{% endkept %}")

    def render(key, value="shown", session_token=None, **reader):
        with app.test_request_context("/"):
            read_as(Reader(**reader))
            if session_token:
                session["csrf_token"] = session_token
            return template.render(key=key, value=value, csrf_token=generate_csrf), generate_csrf()

    return render


def test_what_is_kept_is_made_once_for_each_key(keeping):
    value = _Counting()

    for key in ("one", "two", "one", ("one", 2), ("one", 2)):
        assert keeping(key, value)[0].startswith("shown ")
    assert value.asked == 3


def test_what_is_kept_is_made_anew_for_another_reader_and_another_day(keeping, monkeypatch):
    value = _Counting()
    for language in ("en", "fa", "en"):
        keeping("readers", value, language=language)
    assert value.asked == 2

    tomorrow = reader.utc_now() + timedelta(days=1)
    monkeypatch.setattr(reader, "utc_now", lambda: tomorrow)
    keeping("readers", value)
    assert value.asked == 3


def test_each_reader_finds_their_own_token_in_what_is_kept(keeping):
    for session_token in ("a" * 40, "b" * 40, "a" * 40):
        html, token = keeping("token", session_token=session_token)
        assert html == f"shown {token}"


def test_a_form_in_what_is_kept_leads_back_to_the_page_that_shows_it(app):
    template = app.jinja_env.from_string("{% kept 'back' %}{{ address_of_page() }}{% endkept %}")
    for address, shown in (("/", "/"), ("/goals/?year=2026&unit=month", "/goals/?year=2026&amp;unit=month")):
        with app.test_request_context(address):
            read_as(Reader())
            assert template.render() == shown


@pytest.fixture
def extension(app, monkeypatch):
    """With room for about twenty of what the tests show."""
    extension = templating.Keeping(app.jinja_env)
    monkeypatch.setitem(app.jinja_env.extensions, templating.Keeping.identifier, extension)
    monkeypatch.setattr(templating, "_MOST_KEPT", 4000)
    return extension


def test_a_few_signs_beyond_latin_1_do_not_double_what_is_kept_and_read_the_same():
    english, persian = "<p>Acme – €500 of a goal</p>" + "<br>" * 100, "<p>هدف این ماه برای همه</p>"

    assert getsizeof(templating.compact(english)) < getsizeof(english) * 0.6
    assert unescape(templating.compact(english)) == english
    assert templating.compact(persian) == persian


def test_what_is_kept_takes_no_more_than_its_room(keeping, extension):
    for number in range(200):
        keeping(("room", number), "x" * 90)
        sizes = [getsizeof(html) for part in (extension._recent, extension._older) for html in part.values()]
        assert 0 < sum(sizes) < 4000 + 300


def test_what_is_shown_again_and_again_outlives_what_is_not(keeping, extension):
    often, once = _Counting(), _Counting()
    keeping("once", once)
    for number in range(200):
        keeping("often", often)
        keeping(("room", number), "x" * 90)
    keeping("once", once)

    assert (often.asked, once.asked) == (1, 2)


def test_a_key_that_is_another_in_another_language_makes_room_too(keeping, extension):
    for number in range(200):
        keeping((number, lazy_gettext("Companies")), "x" * 90, language="fa" if number % 2 else "en")

    assert len(extension._recent) + len(extension._older) < 40
