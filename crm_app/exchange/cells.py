"""What a cell of a file means: numbers, money, days, addresses. Each reader refuses in a plain sentence."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from email_validator import EmailNotValidError, validate_email

from crm_app.contacts.fields import LONGEST_TAG, is_web_address, with_scheme
from crm_app.exchange import currencies
from crm_app.exchange.amounts import Amount, parted, shared_currency
from crm_app.exchange.notations import days, numbers
from crm_app.web import formats
from crm_app.web.text import clean, sign_in_address
from crm_app.web.texts import gettext as _


class CellError(ValueError):
    """What is wrong with a cell, as a sentence for the person who imports."""


def text(longest: int):
    def read(cell: str) -> str:
        value = clean(cell)
        if len(value) > longest:
            raise CellError(_("The text can have at most %(most)s characters.", most=longest))
        return value

    return read


def whole(least: int, most: int):
    def read(cell: str) -> int:
        # Nothing whole has a fraction: what could be one is a thousand.
        value = number(re.sub(r"[.,]", "", cell) if numbers.can_be_both(cell) else cell)
        if value != value.to_integral_value():
            raise CellError(_("“%(text)s” is not a whole number.", text=short(cell)))
        if not least <= value <= most:
            raise CellError(
                _(
                    "“%(text)s” is not between %(least)s and %(most)s.",
                    text=short(cell),
                    least=_bound(least),
                    most=_bound(most),
                )
            )
        return int(value)

    return read


def number(cell: str) -> Decimal:
    try:
        return formats.parse_number(cell)
    except (ValueError, ArithmeticError) as error:
        raise CellError(_("“%(text)s” is not a number.", text=short(cell))) from error


def amount(cell: str, notation: str = "") -> Amount:
    """An amount of money, never negative."""
    plain, sign, named = parted(cell)
    if not notation and (numbers.can_be_both(plain) or numbers.decimal_sign(plain) == ","):
        raise CellError(_("“%(text)s” is ambiguous. Choose how this column is written.", text=short(cell)))
    value = number(numbers.as_pointed(plain, notation))
    if value < 0:
        raise CellError(_("“%(text)s” is negative, but an amount cannot be.", text=short(cell)))
    return Amount(value, sign, named)


def currency_of(amounts: Sequence[Amount], said: str, usual: str) -> str:
    """The currency of the amounts of a row: their own, the one that it says, or the usual one; all have to agree."""
    found = shared_currency(amounts, said, usual)
    if not found:
        sign = next(amount.sign for amount in amounts if amount.sign)
        raise CellError(
            _(
                "The amount is written with “%(sign)s”, but the currency is %(currency)s. Correct one of them.",
                sign=short(sign),
                currency=said or usual,
            )
        )
    return found


def minor(value: Decimal, currency: str) -> int:
    """An amount in the minor unit of the currency it is kept in. What is finer than that is refused, not rounded."""
    try:
        return currencies.money(value, currency).amount
    except (ValueError, ArithmeticError) as error:
        raise CellError(
            _(
                "%(amount)s is not a valid amount in %(currency)s.",
                amount=formats.as_typed(f"{value:f}"),
                currency=currency,
            )
        ) from error


def day(cell: str, notation: str = "") -> date:
    """A day in either calendar, the year first or as the notation of the column says; a time after it is left out."""
    try:
        value = days.parsed(cell, notation)
    except days.UndecidedError as error:
        raise CellError(_("“%(text)s” is ambiguous. Choose how this column is written.", text=short(cell))) from error
    except ValueError as error:
        if notation:
            raise CellError(
                _("“%(text)s” is not a date in the order %(order)s.", text=short(cell), order=days.LABELS[notation])
            ) from error
        raise CellError(
            _("“%(text)s” is not a date. Enter the year first, such as 2017-02-28.", text=short(cell))
        ) from error
    if not date(1900, 1, 1) <= value < date(2200, 1, 1):
        raise CellError(_("“%(text)s” is out of range.", text=short(cell)))
    return value


def phone(cell: str) -> str:
    return text(60)(_first(cell))


def email(cell: str) -> str:
    value = sign_in_address(clean(_first(cell)))
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise CellError(_("“%(text)s” is not a valid email address.", text=short(cell))) from error
    if len(value) > 254:
        raise CellError(_("The text can have at most %(most)s characters.", most=254))
    return value


def _first(cell: str) -> str:
    """Of several values in one cell, as Google parts them, the first."""
    return cell.partition(":::")[0]


def currency(cell: str) -> str:
    code = currencies.code_of(clean(cell))
    if not code:
        raise CellError(_("“%(text)s” is not a currency. Enter its code, such as USD.", text=short(cell)))
    return code


def website(cell: str) -> str:
    """An address on the web, completed as in a form; nothing else may become a link, and is kept as it is."""
    value = text(300)(cell)
    whole = with_scheme(value)
    if whole and not re.match(r"https?://", whole, re.IGNORECASE):
        raise CellError(_("“%(text)s” is not a valid web address.", text=short(cell)))
    return whole if len(whole) <= 300 and is_web_address(whole) else value


def tags(cell: str) -> list[str]:
    """Tags parted by semicolons, commas or their Persian and Chinese kin, without the # that some begin with."""
    parts = (clean(part.strip().lstrip("#")) for part in re.split(r":::|[;,،؛，；、|]", cell))
    # Google begins with a star what is a group of its own, such as that of all contacts.
    names = {part: None for part in parts if part and not part.startswith("*")}
    if any(len(name) > LONGEST_TAG for name in names):
        raise CellError(_("A tag can have at most %(count)s characters.", count=formats.num(LONGEST_TAG)))
    return list(names)


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would compute the cell. A number with a sign and a phone number are none."""
    cell = cell.lstrip()
    if re.fullmatch(r"\+[\d\s().-]+(?:(?:x|ext\.?)\s*\d+)?", cell, re.IGNORECASE):
        return False
    return cell.startswith(("=", "@")) or (cell.startswith(("+", "-")) and bool(re.search(r"[A-Za-z(!]", cell)))


def _bound(number: int) -> str:
    # A year carries no grouping, and no year has five figures.
    return formats.num(number) if number > 9999 else formats.digits(str(number))


def short(cell: str) -> str:
    cell = clean(cell)
    return cell if len(cell) <= 60 else cell[:59] + "…"
