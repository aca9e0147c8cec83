"""Jinja with the costs taken off that a page of hundreds of calls and thousands of values feels.

What templates mean stays the same, with one exception: a function that wants the context (`pass_context`) can be a
filter or a test, but cannot be called.
"""

import re
import secrets
from collections.abc import Callable, Hashable
from io import StringIO
from itertools import count
from sys import getsizeof
from typing import Any

from flask import current_app, g, request
from flask.templating import Environment
from flask_wtf.csrf import generate_csrf
from jinja2 import nodes
from jinja2.compiler import (
    CodeGenerator,
    Frame,
    optimizeconst,  # type: ignore[attr-defined]
)
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Macro, internalcode, missing
from markupsafe import Markup, escape

from crm_app.web.here import g_here
from crm_app.web.reader import current_reader

# Bytes.
_MOST_KEPT = 8 * 1024 * 1024
_MOST_SCOPES = 10_000
_LENGTHENED = 1.05
# In the place of the token of forms, and of the address; nobody can guess them and write them into a record.
_TOKEN, _ADDRESS = secrets.token_hex(16), secrets.token_hex(16)

_needs_care = re.compile("[&<>'\"]").search


def escaped(value: Any) -> str:
    """As `markupsafe.escape`, without making `Markup` of what needs none."""
    kind = type(value)
    if kind is Markup or (kind is str and not _needs_care(value)):
        return value
    return escape(value)


def csrf_token() -> str:
    """The token of this request, where flask-wtf keeps it; it would ask its settings each time."""
    return g_here().get("csrf_token") or generate_csrf()


def rendered_alone(template: str, **context: Any) -> str:
    """A part that shows nothing of the page around it: without what Flask and others give to each page."""
    return current_app.jinja_env.get_template(template).render(context)


def compact(html: str) -> str:
    """The same HTML in half the memory, where that can be had for a few signs.

    A single one beyond Latin-1, a euro sign say, has Python spend two bytes on every letter of the whole; its number
    (`&#8364;`) does not. Persian and Chinese stay as they are written: of many letters, numbers would be longer.
    In a script or a style numbers would stay numbers; none stands in a page.
    """
    numbered = html.encode("latin-1", "xmlcharrefreplace").decode("latin-1")
    return numbered if len(numbered) < _LENGTHENED * len(html) else html


class _Generator(CodeGenerator):
    """Values are written by `escaped`; what a template calls is called, with no question who wants the context."""

    def write_commons(self) -> None:
        self.writeline("escape = environment.escaped")
        self.writeline("Macro = environment.macro")
        super().write_commons()

    def _import_common(self, node: nodes.Import | nodes.FromImport, frame: Frame) -> None:
        if node.with_context or not isinstance(node.template, nodes.Const):
            super()._import_common(node, frame)
        else:
            self.write(f"environment.module_of({node.template.value!r})")

    @optimizeconst
    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802 - Jinja's
        self.write("(")
        self.visit(node.node, frame)
        self.write(")(")
        outer, self.stream = self.stream, StringIO()
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        arguments, self.stream = self.stream.getvalue(), outer
        self.write(arguments.removeprefix(", ") + ")")


class _Macro(Macro):
    @internalcode
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.catch_kwargs or self.catch_varargs or len(args) > self._argument_count:
            return super().__call__(*args, **kwargs)
        given = list(args)
        for name in self.arguments[len(args) :]:
            given.append(kwargs.pop(name, missing))
        if self.caller and not self.explicit_caller:
            given.append(kwargs.pop("caller", None) or self._environment.undefined("No caller defined", name="caller"))
        if kwargs:
            return super().__call__(*args, **kwargs)
        return str.__new__(Markup, self._func(*given))


class Keeping(Extension):
    """`{% kept KEY %} ... {% endkept %}`: what stands between is rendered once for each key, reader and day.

    The key names everything that is read in between. The token of forms need not be in it: each reader gets their own;
    nor `address_of_page()`, unless another kept part is around it.
    """

    tags = {"kept"}

    def __init__(self, environment: Any):
        super().__init__(environment)
        self._recent: dict[Hashable, str] = {}
        self._older: dict[Hashable, str] = {}
        self._size = 0
        self._scopes: dict[Hashable, int] = {}
        self._numbers = count()
        environment.globals["address_of_page"] = lambda: _ADDRESS

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        key = parser.parse_tuple()
        body = parser.parse_statements(("name:endkept",), drop_needle=True)
        call = self.call_method("kept", [nodes.Const(f"{parser.name}:{line}"), key])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def kept(self, place: str, key: Hashable, caller: Callable[[], str]) -> Markup:
        whole = place, key, self._scope()
        found = self._recent.get(whole)
        if found is None:
            found = self._older.get(whole)
            if found is None:
                html, token = caller(), g.get("csrf_token")
                found = compact(str(html).replace(token, _TOKEN) if token else str(html))
            self._keep(whole, found)
        if _TOKEN in found:
            found = found.replace(_TOKEN, csrf_token())
        if _ADDRESS in found:
            found = found.replace(_ADDRESS, escape(_address_of_page()))
        return Markup(found)  # noqa: S704 - a template made it

    def _scope(self) -> int:
        """A number for the reader and the day of this request."""
        context = g_here()
        number = context.get("kept_scope")
        if number is None:
            someone = current_reader()
            scope = request.root_path, someone, someone.today()
            if len(self._scopes) > _MOST_SCOPES:
                self._scopes = {}
            # Threads at the same moment must never get the same number for two readers.
            number = context.kept_scope = self._scopes.setdefault(scope, next(self._numbers))
        return number

    def _keep(self, whole: Hashable, html: str) -> None:
        """Half of the room is for what was shown of late; once that is full, what was not shown meanwhile goes."""
        self._recent[whole] = html
        self._size += getsizeof(html)
        if self._size > _MOST_KEPT // 2:
            self._older, self._recent, self._size = self._recent, {}, 0


def _address_of_page() -> str:
    return request.full_path if request.query_string else request.path


class Templates(Environment):
    code_generator_class = _Generator
    macro = _Macro
    escaped = staticmethod(escaped)

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self._modules: dict[str, Any] = {}

    def module_of(self, name: str) -> Any:
        """The macros of a template. As all templates share their globals, they are the same wherever they are used."""
        found = self._modules.get(name)
        if found is None or self.auto_reload:
            found = self._modules[name] = self.get_template(name).module
        return found

    def make_globals(self, d):
        """The one dictionary of all templates. Jinja would chain a new one to it, and walk that at every include."""
        return super().make_globals(d) if d else self.globals
