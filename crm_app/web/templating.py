"""Jinja with the costs taken off that a page of hundreds of calls and thousands of values feels.

What templates mean stays the same, with one exception: a function that wants the context (`pass_context`) can be a
filter or a test, but cannot be called.
"""

import re
from io import StringIO
from typing import Any

from flask.templating import Environment
from jinja2 import nodes
from jinja2.compiler import (
    CodeGenerator,
    Frame,
    optimizeconst,  # type: ignore[attr-defined]
)
from jinja2.runtime import Macro, internalcode, missing
from markupsafe import Markup, escape

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


class Templates(Environment):
    code_generator_class = _Generator
    macro = _Macro
    escaped = staticmethod(escaped)

    def make_globals(self, d):
        """The one dictionary of all templates. Jinja would chain a new one to it, and walk that at every include."""
        return super().make_globals(d) if d else self.globals
