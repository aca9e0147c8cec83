"""Jinja with the costs taken off that a page of hundreds of calls and thousands of values feels.

What templates mean stays the same, with one exception: a function that wants the context (`pass_context`) can be a
filter or a test, but cannot be called.
"""

import re
import secrets
from collections.abc import Callable, Hashable
from io import StringIO
from sys import getsizeof
from typing import Any

from flask import g, request
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

from crm_app.web.reader import current_reader

# Bytes.
_MOST_KEPT = 8 * 1024 * 1024

_needs_care = re.compile("[&<>'\"]").search


def escaped(value: Any) -> str:
    """As `markupsafe.escape`, without making `Markup` of what needs none."""
    kind = type(value)
    if kind is Markup or (kind is str and not _needs_care(value)):
        return value
    return escape(value)


class _Generator(CodeGenerator):
    """Values are written by `escaped`; what a template calls is called, with no question who wants the context."""

    def write_commons(self) -> None:
        self.writeline("escape = environment.escaped")
        self.writeline("Macro = environment.macro")
        super().write_commons()

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

    The key names everything that is read in between. The token of forms need not be in it: each reader gets their own.
    """

    tags = {"kept"}

    def __init__(self, environment: Any):
        super().__init__(environment)
        self._recent: dict[Hashable, str] = {}
        self._older: dict[Hashable, str] = {}
        self._size = 0
        # In the place of the token; nobody can guess it and write it into a record.
        self._mark = secrets.token_hex(16)

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        key = parser.parse_tuple()
        body = parser.parse_statements(("name:endkept",), drop_needle=True)
        call = self.call_method("kept", [nodes.Const(f"{parser.name}:{line}"), key])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def kept(self, place: str, key: Hashable, caller: Callable[[], str]) -> Markup:
        someone = current_reader()
        whole = (place, key, request.root_path, someone, someone.today())
        found = self._recent.get(whole) or self._older.get(whole)
        if found is None:
            html, token = caller(), g.get("csrf_token")
            self._keep(whole, str(html).replace(token, self._mark) if token else str(html))
            return Markup(html)  # noqa: S704 - a template made it
        if whole not in self._recent:
            self._keep(whole, found)
        return Markup(found.replace(self._mark, generate_csrf()) if self._mark in found else found)  # noqa: S704

    def _keep(self, whole: Hashable, html: str) -> None:
        """Half of the room is for what was shown of late; once that is full, what was not shown meanwhile goes."""
        self._recent[whole] = html
        self._size += getsizeof(html)
        if self._size > _MOST_KEPT // 2:
            self._older, self._recent, self._size = self._recent, {}, 0


class Templates(Environment):
    code_generator_class = _Generator
    macro = _Macro
    escaped = staticmethod(escaped)

    def make_globals(self, d):
        """The one dictionary of all templates. Jinja would chain a new one to it, and walk that at every include."""
        return super().make_globals(d) if d else self.globals
