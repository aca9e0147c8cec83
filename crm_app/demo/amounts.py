"""What things cost in the demo company, in any currency, and what currencies were worth on the way to today."""

import math
from dataclasses import dataclass
from decimal import Decimal

from crm_app.web.money import Money, minor_digits

# About how much of a currency buys what one euro does; what is not named counts as one.
_WORTH = {
    "USD": 1.1, "IRR": 1_000_000, "CNY": 7.8, "GBP": 0.86, "AED": 4.1, "TRY": 46, "CHF": 0.94, "CAD": 1.55,
    "AUD": 1.7, "JPY": 168, "INR": 97, "RUB": 92, "SAR": 4.2,
}  # fmt: skip
# What a year does to prices.
_DEARER = {"IRR": 1.3, "TRY": 1.35, "RUB": 1.08}
_EVERYWHERE = 1.03


@dataclass(frozen=True)
class Ware:
    """`price` in euro, `cost` as a share of it; a deal takes from `least` to `most` of them."""

    code: str
    family: int
    price: int
    cost: float
    least: int
    most: int


WARES = (
    Ware("HS-20", 0, 320, 0.58, 6, 80), Ware("LP-4", 0, 540, 0.61, 2, 24), Ware("PT-7", 0, 1150, 0.64, 2, 28),
    Ware("RT-10", 0, 690, 0.66, 5, 45), Ware("RF-2", 0, 4800, 0.55, 2, 6), Ware("WL-1", 1, 180, 0.08, 12, 160),
    Ware("SC-1", 1, 2400, 0.12, 2, 12), Ware("AL-1", 1, 3600, 0.2, 1, 1), Ware("SA-1", 1, 640, 0.1, 3, 18),
    Ware("IN-1", 2, 780, 0.5, 2, 16), Ware("TR-1", 2, 620, 0.45, 2, 10), Ware("SU-1", 2, 1500, 0.3, 2, 14),
    Ware("SU-24", 2, 3900, 0.35, 2, 8), Ware("LE-1", 2, 950, 0.7, 12, 36),
)  # fmt: skip


def rounded(units: float, digits: int = 2) -> Decimal:
    """To so many leading digits, as people make prices."""
    if units <= 0:
        return Decimal(0)
    places = digits - 1 - math.floor(math.log10(units))
    return round(Decimal(repr(units)), places).quantize(Decimal(1)) if units >= 1 else round(Decimal(repr(units)), 2)


def money(euro: float, currency: str, years_ago: float = 0.0, digits: int = 2) -> Money:
    """As much as so many euro buy today, at the prices of some time ago."""
    units = rounded(euro * _WORTH.get(currency, 1.0) / _DEARER.get(currency, _EVERYWHERE) ** years_ago, digits)
    return Money(int(units.scaleb(minor_digits(currency))), currency)


def rate(currency: str, base: str, years_ago: float, wobble: float) -> Decimal:
    """What one unit of a currency was worth in the organisation's, some time ago."""
    now = _WORTH.get(base, 1.0) / _WORTH.get(currency, 1.0)
    drift = (_DEARER.get(base, 1.0) / _DEARER.get(currency, 1.0)) ** years_ago
    return Decimal(f"{now / drift * wobble:.5g}")
