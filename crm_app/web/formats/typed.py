"""Reading what people type: numbers, money and days in any digits, with a ValueError rather than a guess."""

import re
from datetime import date
from decimal import Decimal

from babel.numbers import get_currency_symbol
from persiantools.jdatetime import JalaliDate

from crm_app.web.formats.days import CHINESE_JALALI
from crm_app.web.money import Money, to_minor
from crm_app.web.reader import reader
from crm_app.web.text import latin_digits

_MARKS = {ord(c): None for c in "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\u061c\ufeff"}
_SEPARATORS = str.maketrans("٬،，'’٫．−／", ",,,,,..-/")
_GROUPED = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(,\d{3})+|[1-9]\d{0,2}( \d{3})+)?(\.\d+)?", re.ASCII)
_BY_FOUR = re.compile(r"[+-]?[1-9]\d{0,3}(,\d{4})+(\.\d+)?", re.ASCII)
_TOMAN = re.compile(r"تومان|تومن|土曼|\btomans?\b", re.IGNORECASE)
_RIAL = re.compile(r"ریال|ريال|里亚尔|\brials?\b|\birr\b|﷼", re.IGNORECASE)
_WORDS = {"CNY": ("¥", "￥", "元", "人民币"), "JPY": ("¥", "￥", "円"), "EUR": ("یورو",), "USD": ("دلار",)}
_YEARS = {"jalali": range(1200, 1601), "gregorian": range(1700, 2301)}


def parse_number(text: str) -> Decimal:
    """Reads Persian, Arabic and full-width digits and separators. Raises ValueError rather than guess."""
    plain = _plain(text)
    if plain.count("/") == 1 and "." not in plain:
        # Persian keyboards have the slash where others have the decimal point.
        plain = plain.replace("/", ".")
    plain = re.sub(r"^([+-]) ", r"\1", plain.removesuffix("%").removesuffix("٪").rstrip())
    if not re.search(r"\d", plain, re.ASCII) or not _is_grouped(plain) or len(plain) > 40:
        raise ValueError(f"{text!r} is not a number")
    return Decimal(plain.replace(",", "").replace(" ", ""))


def parse_money(text: str, currency: str) -> Money:
    """Reads an amount of one currency as the reader types it; the sign of another currency is refused.

    Rials and tomans are told apart by their word, else by the organisation's setting.
    """
    if currency == "IRR":
        without = _RIAL.sub("", _TOMAN.sub("", text))
        is_toman = bool(_TOMAN.search(text)) or (reader.shows_toman and not _RIAL.search(text))
        if _TOMAN.search(text) and _RIAL.search(text):
            raise ValueError(f"{text!r} names two units")
        return Money(to_minor(parse_number(without) * (10 if is_toman else 1), currency), currency)
    return Money(to_minor(parse_number(_without_signs(text, currency)), currency), currency)


def parse_day(text: str) -> date:
    """Year first, in either calendar: a year below 1700 is Jalali. Raises ValueError for any other order."""
    plain = re.sub(r" *([/.\-年月]) *", r"\1", _plain(text).removeprefix(CHINESE_JALALI))
    plain = plain.replace("年", "/").replace("月", "/").removesuffix("日")
    match = re.fullmatch(r"(\d{4})([/\-.])(\d{1,2})\2(\d{1,2})", plain, re.ASCII) or re.fullmatch(
        r"(\d{4})()(\d{2})(\d{2})", plain, re.ASCII
    )
    if not match:
        raise ValueError(f"{text!r} is no day")
    year, month, of_month = (int(match[part]) for part in (1, 3, 4))
    if year in _YEARS["jalali"]:
        return JalaliDate(year, month, of_month).to_gregorian()
    if year not in _YEARS["gregorian"]:
        raise ValueError(f"{text!r} is in no year of either calendar")
    return date(year, month, of_month)


def _plain(text: str) -> str:
    """Latin digits and separators, single spaces, no invisible marks."""
    return " ".join(latin_digits(text).translate(_MARKS).translate(_SEPARATORS).split())


def _is_grouped(plain: str) -> bool:
    """By threes; by fours only for readers of Chinese, as “1,0842” is a decimal number to many others."""
    return bool(_GROUPED.fullmatch(plain) or (reader.language == "zh" and _BY_FOUR.fullmatch(plain)))


def _without_signs(text: str, currency: str) -> str:
    signs = {currency, get_currency_symbol(currency, locale="en_US"), get_currency_symbol(currency, locale="fa_IR")}
    signs |= {get_currency_symbol(currency, locale="zh_Hans_CN"), *_WORDS.get(currency, ())}
    signs |= {sign.strip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for sign in signs} - {""}
    found = "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))
    return re.sub(found, "", text, count=1, flags=re.IGNORECASE)
