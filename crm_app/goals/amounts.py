"""Targets as people type and read them: money in units, rates in per cent, days with a decimal."""

from decimal import Decimal

from crm_app.web import formats
from crm_app.web.money import LARGEST, Money
from crm_app.web.reader import current_reader, reader
from crm_app.web.texts import gettext as _
from crm_app.web.texts import ngettext

# The finest difference of days and of points that is written out.
_LEAST = Decimal("0.1")
# A target is stored as a whole number of these parts of what its measure gives: hundredths of a per cent or of a day.
PARTS = {"money": 1, "count": 1, "rate": 10_000, "days": 100}


def as_value(amount: int | None, unit: str) -> Decimal | None:
    """A stored target in the scale of its measure's figures."""
    return None if amount is None else Decimal(amount) / PARTS[unit]


def as_amount(value: Decimal, unit: str) -> int:
    return int((value * PARTS[unit]).to_integral_value())


def written(
    value: Decimal | int | float | None, unit: str, *, short: bool = False, whole: bool = False, none: str = "–"
) -> str:
    """A figure in words of its unit; `short` where room is scarce, `whole` where money stands in columns."""
    if value is None:
        return none
    if unit == "money":
        return formats.money(Money(int(formats.half_up(value, 0)), current_reader().currency), short=short, whole=whole)
    if unit == "rate":
        return formats.percent(Decimal(str(value)), 0 if short else 1)
    if unit == "days":
        days = formats.half_up(value, 1)
        return ngettext("%(number)s day", "%(number)s days", 1 if days == 1 else 2, number=formats.num(days, 1))
    return formats.short_num(value) if short else formats.num(value, 1)


def difference(value: Decimal | int | None, unit: str, *, short: bool = False, whole: bool = False) -> str:
    """One figure less another, with its sign; between two rates in points, which are no per cent of anything."""
    if value is None:
        return "–"
    if unit != "rate":
        return (current_reader().plus if value > 0 else "") + written(value, unit, short=short, whole=whole)
    points = formats.half_up(Decimal(value) * 100, 1)
    number = (current_reader().plus if points > 0 else "") + formats.num(points, 1)
    return ngettext("%(number)s point", "%(number)s points", 1 if abs(points) == 1 else 2, number=number)


def aimed(target: str, better: str) -> str:
    """A target that was written, as what is not to be passed where less is better."""
    return _("%(target)s or less", target=target) if better == "down" else target


def off(gap: Decimal, unit: str) -> str:
    """How far a figure stands off its target, in words of its unit; below nought it falls short."""
    gap, is_above = abs(gap), gap > 0
    if not gap:
        return _("exactly the target")
    if unit == "rate":
        return _points(gap * 100, is_above)
    if unit == "days":
        return _days(gap, is_above)
    words = written(gap, unit, short=True)
    return _("%(gap)s above the target", gap=words) if is_above else _("%(gap)s below the target", gap=words)


def _days(gap: Decimal, is_above: bool) -> str:
    if gap < _LEAST:
        least = written(_LEAST, "days")
        too_long = _("less than %(gap)s too long", gap=least)
        return too_long if is_above else _("less than %(gap)s under the target", gap=least)
    words = written(gap, "days", short=True)
    return _("%(gap)s too long", gap=words) if is_above else _("%(gap)s less than the target", gap=words)


def _points(points: Decimal, is_above: bool) -> str:
    """The difference of two rates is no per cent of anything."""
    if points < _LEAST:
        least = formats.num(_LEAST, 1)
        above = _("less than %(number)s points above the target", number=least)
        return above if is_above else _("less than %(number)s points below the target", number=least)
    points = formats.half_up(points, 1)
    number, count = formats.num(points, 1), 1 if points == 1 else 2
    if is_above:
        return ngettext("%(number)s point above the target", "%(number)s points above the target", count, number=number)
    return ngettext("%(number)s point below the target", "%(number)s points below the target", count, number=number)


def typed(amount: int | None, unit: str) -> str:
    """A target as an input holds it."""
    if amount is None:
        return ""
    if unit == "money":
        return _grouped(formats.money_input(Money(amount, reader.currency)))
    value = as_value(amount, unit) * (100 if unit == "rate" else 1)
    text = f"{value:f}"
    return _grouped(text.rstrip("0").rstrip(".") if "." in text else text)


def _grouped(plain: str) -> str:
    """Long figures are hard to tell apart in a sheet full of them."""
    whole, point, places = plain.partition(".")
    text = formats.as_typed(f"{int(whole):,}{point}{places}")
    return text.replace(",", "٬") if current_reader().digits == "persian" else text


def read(text: str, unit: str) -> int | None:
    """What was typed into an input. Raises ValueError with a sentence for the person who typed it."""
    text = text.strip()
    if not text:
        return None
    try:
        if unit == "money":
            return _within(formats.parse_money(text, reader.currency).amount, unit)
        number = formats.parse_number(text)
    except (ValueError, ArithmeticError) as error:
        raise ValueError(_("Enter a number, such as %(example)s.", example=formats.num(1250))) from error
    if unit == "count" and number != number.to_integral_value():
        raise ValueError(_("Enter a whole number."))
    value = number / 100 if unit == "rate" else number
    if abs(number) <= LARGEST and value * PARTS[unit] != as_amount(value, unit):
        raise ValueError(
            _("Enter at most two decimal places, such as %(example)s.", example=formats.num(Decimal("12.25"), 2))
        )
    return _within(as_amount(value, unit), unit)


def _within(amount: int, unit: str) -> int:
    if amount < 0:
        raise ValueError(_("A target cannot be negative."))
    if unit == "rate" and amount > PARTS["rate"]:
        raise ValueError(_("A rate cannot be above %(most)s.", most=formats.percent(1)))
    if amount > LARGEST:
        raise ValueError(_("Must be at most %(most)s.", most=written(LARGEST, unit)))
    return amount


def unit_name(unit: str) -> str:
    """What stands beside the heading of a sheet of targets."""
    if unit == "money":
        return formats.currency_unit(reader.currency)
    return {"count": _("number"), "rate": _("per cent"), "days": _("days")}[unit]
