"""One property of an address card: its name, its parameters, its text in whatever form it came."""

import quopri
import re
from typing import NamedTuple

# Each letter fits in one place only: where two could take it, a line that fits nowhere is tried for ever.
_LINE = re.compile(r"""(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^":;])*)*):(.*)""", re.ASCII | re.DOTALL)
_PARAMETER = re.compile(r""";((?:"[^"]*"|[^";])*)""")
_UNESCAPED = {"n": "\n", "N": "\n"}


class Property(NamedTuple):
    """`types` are its bare words and the values of TYPE, in small letters; `place` how far it is preferred, 1 first."""

    name: str
    types: frozenset[str]
    parameters: dict[str, str]
    value: str

    @property
    def place(self) -> int:
        said = self.parameters.get("PREF", "")
        if said.isascii() and said.isdigit() and len(said) < 4:
            return int(said)
        return 1 if "pref" in self.types else 101

    @property
    def text(self) -> str:
        return unescaped(self.value).strip()

    @property
    def parts(self) -> list[str]:
        """A value of several parts, such as a name: parted by semicolons that are not escaped."""
        return [unescaped(part).strip() for part in re.split(r"(?<!\\);", self.value)]


def is_continued(line: str) -> bool:
    """Whether a line in quoted-printable goes on in the next one, which does not begin with a space."""
    head = line.partition(":")[0].upper()
    return line.endswith("=") and "QUOTED-PRINTABLE" in head


def parsed(line: str, encoding: str) -> Property | None:
    """None for what is no property. `encoding` is the file's, for values that name none."""
    match = _LINE.match(line)
    if match is None:
        return None
    types: set[str] = set()
    parameters: dict[str, str] = {}
    for said in _PARAMETER.findall(match[2]):
        name, separator, value = said.partition("=")
        name, value = name.strip().upper(), value.strip().strip('"')
        if not separator:
            types.add(name.lower())
        elif name == "TYPE":
            types |= set(value.lower().split(","))
        parameters.setdefault(name, value)
    value = match[3]
    if "quoted-printable" in types or parameters.get("ENCODING", "").upper() == "QUOTED-PRINTABLE":
        value = _unquoted(value, parameters.get("CHARSET", "") or encoding)
    return Property(match[1].upper(), frozenset(types), parameters, value)


def _unquoted(value: str, encoding: str) -> str:
    content = quopri.decodestring(value.encode("utf-8", "replace"))
    try:
        return content.decode(encoding, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: _UNESCAPED.get(match[1], match[1]), value)
