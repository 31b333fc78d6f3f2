"""The seed of the carrier: the same for every account, its dates counted back from the reset.

It bills, week by week, the parcels of the shipped orders of the warehouse system's seed, under the tracking numbers
they have there, so that what an order cost to ship can be found by its number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from crossdock.sandbox.carrier.documents import Charge, File, Invoice, Parcel
from crossdock.sandbox.documents import Document
from crossdock.sandbox.goods import DAYS_SHOWN

ACCOUNT = "196946120"
_FIRST_INVOICE = 2684030500
_WEEKS = 13
_LAST_ISSUED = timedelta(hours=2)
"""How long before the reset the newest invoice was issued."""
_PAYMENT_TERM = timedelta(days=14)
_ORDERS = 101
"""Orders of the warehouse system's seed, and one: its orders divide the days shown into as many parts."""
_FINISHED_ORDERS = 70
"""The older orders; of the newer ones only one in ten was shipped."""
_HANDLING = timedelta(days=2)
"""From an order to its parcel."""

_SERVICES = (
    ("Ground", Decimal("6.40"), Decimal("0.85")),
    ("Two-day air", Decimal("13.20"), Decimal("2.10")),
    ("Overnight", Decimal("24.50"), Decimal("3.75")),
)
"""Name, price of a parcel, price of a kilogram."""
_DISCOUNTS = (Decimal("0.12"), Decimal("0.08"), Decimal("0.05"))
"""What the contract takes off transport and fuel, by service."""
_FUEL = Decimal("0.145")
_PICKUP_FEE = Decimal("15.00")
_TOWNS = ("80202", "78701", "97204", "12207")


def seed(now: datetime) -> Iterator[Document]:
    """Every document of a fresh account."""
    parcels = list(_parcels(now))
    made = 0
    for week in range(_WEEKS):
        issued = now - _LAST_ISSUED - timedelta(days=7) * (_WEEKS - 1 - week)
        own = [parcel for parcel in parcels if issued - timedelta(days=7) <= parcel.shipped_at < issued]
        number = str(_FIRST_INVOICE + week)
        charges = list(_charges(number, own, issued, first=made))
        made += len(charges)
        yield from charges
        yield Invoice(
            id=f"invoice_id_{week}",
            created_at=issued,
            updated_at=issued,
            number=number,
            account=ACCOUNT,
            issued_at=issued,
            due_at=issued + _PAYMENT_TERM,
            lines=len(charges),
            total=sum((charge.net for charge in charges), Decimal(0)),
        )
        yield File(
            id=f"file_id_{week}",
            created_at=issued,
            updated_at=issued,
            name=f"invoice-{number}.csv",
            type="csv",
            invoice_number=number,
        )


def _parcels(now: datetime) -> Iterator[Parcel]:
    """The parcels of orders that were shipped. Some orders were cancelled, and a few are on hold, so they have none."""
    for number in range(_ORDERS - 1):
        older = number < _FINISHED_ORDERS
        if (number % 10 == 3 or number % 23 == 7) if older else number % 10 != 9:
            continue
        placed = now - timedelta(days=DAYS_SHOWN) + number * timedelta(days=DAYS_SHOWN) / _ORDERS
        yield Parcel(
            tracking_number=f"1Z999AA1{number:010d}",
            shipped_at=placed.replace(microsecond=0) + _HANDLING,
            service=_SERVICES[number % len(_SERVICES)][0],
            weight_kg=Decimal(3 + number * 7 % 45) / 10,
            zone=2 + number % 7,
            postal_code=_TOWNS[number % len(_TOWNS)],
            reference=f"order_number_{number}",
        )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _charges(number: str, parcels: Sequence[Parcel], issued: datetime, *, first: int) -> Iterator[Charge]:
    """The lines of an invoice: for each parcel its charges, and at the end what the account pays as a whole."""
    parts: list[tuple[Parcel | None, str, str, Decimal, Decimal]] = []
    for parcel in parcels:
        parts += ((parcel, *part) for part in _parcel_charges(parcel))
    parts.append((None, "PKP", "Scheduled Pickup", _PICKUP_FEE, Decimal("0.00")))
    for index, (owner, code, description, gross, discount) in enumerate(parts):
        yield Charge(
            id=f"invoice_line_item_id_{first + index}",
            created_at=issued,
            updated_at=issued,
            invoice_number=number,
            position=index + 1,
            account=ACCOUNT,
            arose_at=(owner.shipped_at if owner else issued).replace(hour=0, minute=0, second=0),
            parcel=owner,
            code=code,
            description=description,
            gross=gross,
            discount=discount,
            net=gross - discount,
        )


def _parcel_charges(parcel: Parcel) -> Iterator[tuple[str, str, Decimal, Decimal]]:
    """Code, description, price and discount of each charge for a parcel."""
    index = next(place for place, service in enumerate(_SERVICES) if service[0] == parcel.service)
    _, price, by_weight = _SERVICES[index]
    share = _DISCOUNTS[index]
    transport = _cents((price + by_weight * parcel.weight_kg) * (1 + Decimal(parcel.zone) / 50))
    fuel = _cents(transport * _FUEL)
    yield "FRT", "Transportation Charges", transport, _cents(transport * share)
    yield "FSC", "Fuel Surcharge", fuel, _cents(fuel * share)
    last = int(parcel.tracking_number[-4:])
    if last % 3 == 0:
        yield "RES", "Residential Delivery", Decimal("4.35"), Decimal("0.00")
    if last % 17 == 5:
        yield "ADC", "Address Correction", Decimal("18.50"), Decimal("0.00")
    if last % 19 == 2:
        # A parcel that came late is not paid for.
        yield "GSR", "Guaranteed Service Refund", -transport, -_cents(transport * share)
