"""How a field of each kind is asked for: its operators, what they compare with, and the condition they make."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from math import ceil, floor
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from crm_app.extensions import UtcDateTime
from crm_app.lists import days
from crm_app.lists.fields import Field
from crm_app.web import folding
from crm_app.web.addresses import whole_id
from crm_app.web.money import LARGEST, Money, Rates, to_minor
from crm_app.web.reader import reader
from crm_app.web.text import clean
from crm_app.web.texts import lazy_gettext as _l

LONGEST = 200
MOST_VALUES = 50
_LARGEST_NUMBER = 2**31 - 1
# The words of the operators as chips and forms say them.
OPERATORS = {
    "has": _l("has"),
    "has_not": _l("does not have"),
    "begins": _l("starts with"),
    "is": _l("is"),
    "is_not": _l("is not"),
    "least": "≥",
    "most": "≤",
    "within": _l("in"),
    "from": "≥",
    "until": "≤",
    "empty": _l("is empty"),
    "filled": _l("is not empty"),
}
_WITHOUT_VALUE = {"empty", "filled"}
_EITHER = ("empty", "filled")


class UnreadableError(ValueError):
    """What stands in an address is no value of this kind."""


@dataclass(frozen=True)
class Kind:
    """`read` turns one value of an address into what `holds` compares with; `many` are the operators of several."""

    operators: tuple[str, ...]
    read: Callable[[Field, str, str], Any]
    holds: Callable[[Field, str, Sequence[Any]], ColumnElement[bool]]
    many: frozenset[str] = frozenset()


def needs_value(operator: str) -> bool:
    return operator not in _WITHOUT_VALUE


def _text(_field: Field, _operator: str, text: str) -> str:
    if not (found := clean(text)[:LONGEST]):
        raise UnreadableError
    return found


def _holds_text(field: Field, operator: str, values: Sequence[Any]) -> ColumnElement[bool]:
    column = func.coalesce(field.column, "")
    if operator in _WITHOUT_VALUE:
        return column == "" if operator == "empty" else column != ""
    (text,) = values
    compared = {"has": folding.has, "begins": folding.begins, "is": folding.is_same}[operator.removesuffix("_not")]
    found = compared(column, text)
    return ~found if operator.endswith("_not") else found


def _number(field: Field, _operator: str, text: str) -> int:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise UnreadableError from error
    # Decimal works out nothing of what is far larger still, but compares it.
    is_known = number.is_finite() and -_LARGEST_NUMBER <= number <= _LARGEST_NUMBER
    if not is_known or number != number.to_integral_value():
        raise UnreadableError
    return int(number)


def _holds_number(field: Field, operator: str, values: Sequence[Any]) -> ColumnElement[bool]:
    if operator in _WITHOUT_VALUE:
        return _is_null(field.column, operator)
    column, (number,) = field.column, values
    comparisons = {"is": column == number, "is_not": or_(column != number, column.is_(None))}
    return (comparisons | {"least": column >= number, "most": column <= number})[operator]


def _money(_field: Field, _operator: str, text: str) -> Money:
    """An amount in the organisation's currency, written in its units."""
    try:
        return Money(to_minor(Decimal(text), reader.currency), reader.currency)
    except (InvalidOperation, ValueError, ArithmeticError) as error:
        raise UnreadableError from error


def _holds_money(field: Field, operator: str, values: Sequence[Any]) -> ColumnElement[bool]:
    """Amounts of any currency, held against today's rates; a currency without a rate is worth nothing known."""
    if operator in _WITHOUT_VALUE:
        return _is_null(field.column, operator)
    equals = Rates.load(reader.currency).equal_to(values[0], reader.today())
    bounds = [
        and_(
            field.currency == code,
            field.column >= min(ceil(amount), LARGEST + 1)
            if operator == "least"
            else field.column <= min(floor(amount), LARGEST),
        )
        for code, amount in equals.items()
    ]
    return or_(false(), *bounds)


def _day(_field: Field, operator: str, text: str) -> Any:
    if operator == "within":
        if text not in days.WORDS:
            raise UnreadableError
        return text
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UnreadableError from error
    # The instants around the first and the last of all days are not all to be had.
    if not date.min.year < day.year < date.max.year:
        raise UnreadableError
    return day


def _holds_day(field: Field, operator: str, values: Sequence[Any]) -> ColumnElement[bool]:
    if operator in _WITHOUT_VALUE:
        return _is_null(field.column, operator)
    (value,) = values
    start, end = {
        "within": lambda: days.of_word(value, reader.today()),
        "is": lambda: (value, value + timedelta(days=1)),
        "from": lambda: (value, None),
        "until": lambda: (None, value + timedelta(days=1)),
    }[operator]()
    bounds = []
    if start is not None:
        bounds.append(field.column >= _bound(field.column, start))
    if end is not None:
        bounds.append(field.column < _bound(field.column, end))
    return and_(*bounds)


def _bound(column: InstrumentedAttribute, day: date) -> date | datetime:
    if isinstance(column.type, UtcDateTime):
        return datetime.combine(day, time(), reader.zone)
    return day


def _choice(field: Field, operator: str, text: str) -> Any:
    try:
        return field.coerce(_text(field, operator, text))
    except ValueError as error:
        raise UnreadableError from error


def _holds_choice(field: Field, operator: str, values: Sequence[Any]) -> ColumnElement[bool]:
    column = field.column
    if operator in _WITHOUT_VALUE:
        is_empty = or_(column.is_(None), column == "") if field.coerce is str else column.is_(None)
        return is_empty if operator == "empty" else ~is_empty
    return column.in_(values) if operator == "is" else or_(column.is_(None), column.not_in(values))


def _holds_record(field: Field, operator: str, values: Sequence[Any]) -> ColumnElement[bool]:
    """`records` of the field are read through what the reader sees: of a hidden one nothing is found."""
    return _is_null(field.column, operator) if operator in _WITHOUT_VALUE else field.asking[operator](values)


def _record_value(field: Field, operator: str, text: str) -> Any:
    return _text(field, operator, text) if operator == "has" else record_id(text)


def _holds_tags(field: Field, operator: str, values: Sequence[Any]) -> ColumnElement[bool]:
    assert field.link is not None
    of, tag = field.link
    tagged = select(of) if operator in _WITHOUT_VALUE else select(of).where(tag.in_(values))
    found = field.column.in_(tagged)
    return found if operator in ("is", "filled") else ~found


def _is_null(column: Any, operator: str) -> ColumnElement[bool]:
    return column.is_(None) if operator == "empty" else column.is_not(None)


def record_id(text: str) -> int:
    """Raises UnreadableError for what no id can be."""
    number = whole_id(text)
    if number is None:
        raise UnreadableError
    return number


_SEVERAL = frozenset({"is", "is_not"})
_DAYS = Kind(("within", "is", "from", "until", *_EITHER), _day, _holds_day)
KINDS = {
    "text": Kind(("has", "has_not", "begins", "is", "is_not", *_EITHER), _text, _holds_text),
    "number": Kind(("least", "most", "is", "is_not", *_EITHER), _number, _holds_number),
    "year": Kind(("least", "most", "is", *_EITHER), _number, _holds_number),
    "money": Kind(("least", "most", *_EITHER), _money, _holds_money),
    "day": _DAYS,
    "instant": _DAYS,
    "choice": Kind(("is", "is_not", *_EITHER), _choice, _holds_choice, _SEVERAL),
    "record": Kind(("is", "has", *_EITHER), _record_value, _holds_record),
    "tags": Kind(("is", "is_not", *_EITHER), lambda field, operator, text: record_id(text), _holds_tags, _SEVERAL),
}
