"""Stylesheets and ES modules put into one file each, so that a first visit asks once; what is written stays readable.

Our modules are written in a small part of the language, and whatever else is refused when the application is made:
`import { a, b } from "./other.js";` and `export` before a `const` or a function, each at the beginning of a line. A
module becomes a function that is called at once and gives back what it exports, so names of its own stay its own.
"""

import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|(?:async )?function) (\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import\b(?!\()|export\b).*|\bimport\.meta\b.*", re.MULTILINE)
_COMMENT_OR_INDENT = re.compile(r"^\s*(?://.*\n)?|[^\S\n]+$", re.MULTILINE)
_SHEET_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_NAME = re.compile(r"\w+")
# One that breaks takes along those that import it and no other, as modules in files of their own do.
_RUN = "const $run = (module) => {\ntry {\nreturn module();\n} catch (error) {\nreportError(error);\n}\n};\n"


class BundlingError(Exception):
    """A module that cannot be put together with the others; the message names it and says why."""


def modules(sources: Mapping[str, str]) -> str:
    """One module of all, each after those it imports and else in the order of their names."""
    exports: dict[str, list[str]] = {}
    parts: list[str] = []

    def add(name: str, importers: tuple[str, ...]) -> None:
        if name in exports:
            return
        if name in importers:
            raise BundlingError(f"{' → '.join((*importers, name))}: modules that import each other.")
        for _names, other in _IMPORT.findall(sources[name]):
            if other not in sources:
                raise BundlingError(f"{name}: there is no {other}.")
            add(other, (*importers, name))
        parts.append(_part(name, sources[name], exports))

    for name in sorted(sources):
        add(name, ())
    return _RUN + "".join(parts)


def script(name: str, source: str) -> str:
    """A module that needs no other, as a script that a page can wait for."""
    _refuse_other(name, source)
    return f'(() => {{\n"use strict";\n{_COMMENT_OR_INDENT.sub("", source)}\n}})();\n'


def sheet(sources: Mapping[str, str]) -> str:
    """One stylesheet of all, in the order of their names, without comments and indentation."""
    joined = "\n".join(sources[name] for name in sorted(sources))
    return re.sub(r"^\s+", "", _SHEET_COMMENT.sub("", joined), flags=re.MULTILINE)


def _part(name: str, source: str, exports: dict[str, list[str]]) -> str:
    """The module as a function; what it exports is noted. All that it imports has been noted before."""
    for names, other in _IMPORT.findall(source):
        unknown = set(_NAME.findall(names)) - set(exports[other])
        if unknown:
            raise BundlingError(f"{name}: {other} does not export {', '.join(sorted(unknown))}.")
    exports[name] = _EXPORT.findall(source)
    body = _IMPORT.sub(lambda found: f"const {{{found[1]}}} = {_variable(found[2])};\n", source)
    body = _EXPORT.sub("", body)
    _refuse_other(name, body)
    given = ", ".join(exports[name])
    return f"const {_variable(name)} = $run(() => {{\n{_COMMENT_OR_INDENT.sub('', body)}\nreturn {{ {given} }};\n}});\n"


def _refuse_other(name: str, body: str) -> None:
    other = _OTHER.search(body)
    if other:
        raise BundlingError(f"{name}: “{other[0]}” is not in the part of the language that our modules are written in.")
    for line in body.splitlines():
        if line.count("`") % 2:
            raise BundlingError(f"{name}: “{line.strip()}” begins a text of several lines, whose indentation would go.")


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name.removesuffix(".js"))
