"""The goods of the example merchant, a coffee roaster: what its warehouse stores and its shop sells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from crossdock.sandbox.documents import Size

DAYS_SHOWN = 90
"""The seed's history lies in this many days before the reset."""


@dataclass(frozen=True)
class Good:
    """One physical good. Money is in US dollars, lengths in cm, the weight in kg."""

    sku: str
    name: str
    cost: str
    price: str
    box: tuple[str, str, str]
    weight: str
    origin: str
    tariff_code: str
    supplier: int
    shelf_life_days: int | None = None
    """None: it does not expire and is not tracked by lot."""
    substitutes: tuple[str, ...] = ()
    active: bool = True

    @property
    def size(self) -> Size:
        length, width, height = (Decimal(side) for side in self.box)
        return Size(length=length, width=width, height=height, weight=Decimal(self.weight))


SUPPLIERS = ("Fazenda Alta Vista", "Kiln & Clay Works", "Northmill Oats")

GOODS = (
    Good(
        "COF-HOUSE-1KG",
        "House blend beans, 1 kg",
        "9.40",
        "24.90",
        ("12", "8", "32"),
        "1.05",
        "BR",
        "090121",
        0,
        540,
        ("COF-HOUSE-250",),
    ),
    Good("COF-HOUSE-250", "House blend beans, 250 g", "2.85", "8.50", ("8", "6", "20"), "0.28", "BR", "090121", 0, 540),
    Good("COF-DECAF-250", "Decaf beans, 250 g", "3.20", "9.20", ("8", "6", "20"), "0.28", "CO", "090122", 0, 540),
    Good("COF-SIDAMO-250", "Sidamo beans, 250 g", "4.10", "12.90", ("8", "6", "20"), "0.28", "ET", "090121", 0, 365),
    Good(
        "TEA-SENCHA-100", "Sencha green tea, 100 g", "3.75", "11.50", ("9", "9", "12"), "0.16", "JP", "090210", 0, 730
    ),
    Good("OAT-BAR-1L", "Oat drink, barista, 1 l", "1.05", "2.90", ("7", "7", "20"), "1.06", "SE", "220299", 2, 270),
    Good("DRP-CERAMIC", "Pour-over dripper", "6.30", "19.90", ("14", "12", "11"), "0.42", "PT", "691110", 1),
    Good("FLT-PAPER-100", "Paper filters, 100 sheets", "1.80", "5.90", ("16", "14", "6"), "0.15", "DE", "482320", 1),
    Good("KTL-GOOSE-09", "Gooseneck kettle, 0.9 l", "22.50", "64.00", ("28", "16", "20"), "0.95", "CN", "732393", 1),
    Good("GRD-HAND", "Hand grinder", "31.00", "89.00", ("8", "8", "21"), "0.68", "DE", "821000", 1),
    Good(
        "MUG-BLUE",
        "Stoneware mug, blue",
        "4.60",
        "14.50",
        ("12", "9", "10"),
        "0.38",
        "PT",
        "691200",
        1,
        substitutes=("MUG-WHITE",),
    ),
    Good(
        "MUG-WHITE",
        "Stoneware mug, white",
        "4.60",
        "14.50",
        ("12", "9", "10"),
        "0.38",
        "PT",
        "691200",
        1,
        substitutes=("MUG-BLUE",),
    ),
    Good("TMB-350", "Travel tumbler, 350 ml", "8.90", "27.00", ("8", "8", "17"), "0.31", "CN", "732393", 1),
    Good("SCL-2KG", "Brew scale, 2 kg", "14.20", "39.00", ("15", "13", "3"), "0.36", "CN", "842310", 1, active=False),
)


@dataclass(frozen=True)
class Bundle:
    """Goods sold together: `parts` are indexes into `GOODS` with their units."""

    sku: str
    name: str
    price: str
    parts: tuple[tuple[int, int], ...]


BUNDLES = (
    Bundle("KIT-POUR-OVER", "Pour-over starter kit", "29.90", ((6, 1), (7, 1), (1, 1))),
    Bundle("KIT-MUG-PAIR", "Pair of mugs", "26.00", ((10, 1), (11, 1))),
    Bundle("KIT-OAT-6", "Oat drink, case of 6", "15.90", ((5, 6),)),
)


def barcode(number: int) -> str:
    """An EAN-13 of the range kept for use inside a company, with its check digit."""
    digits = f"20000000{number:04d}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def dates(now: datetime, number: int) -> tuple[datetime, datetime]:
    """When the catalogue entry of this number was made and last changed."""
    created = now - timedelta(days=DAYS_SHOWN) + timedelta(hours=number)
    return created, now - timedelta(days=1 + number * 5 % 60, minutes=number)
