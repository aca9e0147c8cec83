import pytest
from jinja2 import Environment, UndefinedError
from jinja2.exceptions import TemplateRuntimeError
from markupsafe import Markup


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
