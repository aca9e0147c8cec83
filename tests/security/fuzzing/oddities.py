"""What somebody may send who is not filling in a form: strategies of odd values and of whole submissions."""

from typing import NamedTuple
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from tests.security.fuzzing.breaches import AWAY, HEADER, MARK, WORD

# A boundary that no value can hold, since values are quoted or made of other letters.
_BOUNDARY = "peyvand-fuzzing-boundary"
_KNOWN = [
    "", " ", "-1", "0", "1", "1" + "0" * 30, "2147483648", "9223372036854775808", "٣۴", "１２", "²", "NaN", "1e999",
    "-0.0", "1,5", "0x10", "1_000", "true", "none", "None", "null", "a\0b", "\0", "\r\n", "\n", "\ud800", "\udfff",
    "\u202e\u200f", "\ufeff", "ﷺ" * 90, "x" * 10_000, "' OR 1=1--", "(select 1)", "name; drop table users", "%", "_",
    "\\", "{{7*7}}", "${7*7}", "%s%s%n", "../../../etc/passwd", "..\\..", "/dev/null", "file:///etc/passwd",
    "2026-13-45", "9999-12-31", "0000-00-00", "1405-12-30", "24:00", "W3RydWUsMV0", "W1tb" * 450, "[]", "{}", "a" * 256,
]  # fmt: skip
# By these the breaches are known that leave no other trace.
_PROBES = [MARK, WORD, "a\nb", "javascript:pvd9", f"1\r\n{HEADER}: 1", f"../{WORD}/../../../../etc/passwd", *AWAY]
_ANY = st.text(st.characters(codec=None), max_size=40)
_UNTOUCHED = ("csrf_token",)


class Upload(NamedTuple):
    name: str
    content: bytes


class Submission(NamedTuple):
    """`url` is the address with its parameters where nothing is sent in a form."""

    url: str
    pairs: tuple
    is_part: bool
    has_token: bool


def values() -> st.SearchStrategy[str]:
    dates = st.dates().map(lambda day: f"{day:%Y-%m-%d}")
    numbers = st.one_of(st.integers().map(str), st.floats().map(str), st.decimals().map(str))
    others = st.one_of(st.sampled_from(_KNOWN), _ANY, numbers, dates, st.binary(max_size=20).map(_as_text))
    return st.booleans().flatmap(lambda is_probe: st.sampled_from(_PROBES) if is_probe else others)


def uploads() -> st.SearchStrategy[Upload]:
    beginnings = st.sampled_from(
        [b"", b"Name,Value\n", b"PK\x03\x04", b"\xff\xfe", b"BEGIN:VCARD\n", b"\xef\xbb\xbfa;b\n"]
    )
    content = st.builds(lambda start, rest: start + rest, beginnings, st.binary(max_size=200))
    names = st.one_of(st.sampled_from(["a.csv", "a.xlsx", "a.vcf", "../../a.csv", f"{MARK}.csv"]), values())
    return st.builds(Upload, names, content)


@st.composite
def submissions(draw, target) -> Submission:
    """A form with some fields changed, left out or sent twice, or an address with such parameters."""
    some = st.lists(st.sampled_from(target.names), min_size=1, max_size=3, unique=True) if target.names else st.just([])
    odd = draw(some)
    pairs = [(name, value) for name, value in target.usual if name not in odd]
    for name in odd:
        kind = uploads() if name in target.files else values()
        pairs += [(name, value) for value in draw(st.lists(kind, min_size=0 if len(odd) > 1 else 1, max_size=2))]
    if draw(st.integers(0, 9)) == 0:
        pairs.append((draw(values()), draw(values())))
    url = target.url
    if target.arguments and draw(st.integers(0, 5)) == 0:
        url = target.with_argument(draw(st.sampled_from(target.arguments)), draw(values()))
    is_part = draw(st.booleans())
    has_token = target.method == "GET" or draw(st.integers(0, 9)) > 0
    return Submission(url, tuple(pairs), is_part, has_token)


def query_of(pairs) -> str:
    return urlencode([(_bytes(name), _bytes(value)) for name, value in pairs if not isinstance(value, Upload)])


def body_of(pairs, *, is_multipart: bool) -> tuple[bytes, str]:
    """The bytes of a form and what they are called."""
    if not is_multipart:
        return query_of(pairs).encode(), "application/x-www-form-urlencoded"
    parts = [_part(name, value) for name, value in pairs]
    return b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()]), f"multipart/form-data; boundary={_BOUNDARY}"


def _part(name: str, value: "str | Upload") -> bytes:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{quote(_bytes(name))}"'
    if isinstance(value, Upload):
        head += f'; filename="{_in_a_header(value.name)}"\r\nContent-Type: application/octet-stream'
        return head.encode("utf-8", "surrogatepass") + b"\r\n\r\n" + value.content + b"\r\n"
    return head.encode() + b"\r\n\r\n" + _bytes(value) + b"\r\n"


def _in_a_header(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _as_text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape") if _is_text(raw) else raw.decode("latin-1")


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
