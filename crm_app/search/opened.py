"""What a browser says that its reader opened last: tables and numbers, newest first, trusted in nothing."""

import re
from typing import NamedTuple

MOST = 8
_KEY = re.compile(r"(deals|companies|people|products):([1-9][0-9]{0,8})", re.ASCII)
_LONGEST = 1000


class Key(NamedTuple):
    table: str
    number: int


def read(text: str) -> list[Key]:
    """`deals:7 companies:3` as keys, each once and at most as many as are shown; what is none is left out."""
    matches = (_KEY.fullmatch(word) for word in text[:_LONGEST].split(" "))
    keys = dict.fromkeys(Key(match[1], int(match[2])) for match in matches if match)
    return list(keys)[:MOST]
