"""The seed of the freight forwarder: the same for every account, its dates counted around the reset.

Suppliers send goods to the warehouses of the example merchant. Some consignments are there, some are on their way, and
some have not left; the later ones go on moving after the reset.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from crossdock.sandbox.documents import Address, Document
from crossdock.sandbox.freight.documents import (
    Carrier,
    Consignment,
    Container,
    Event,
    Goods,
    Leg,
    Milestone,
    Mode,
    Party,
)
from crossdock.sandbox.freight.moving import move
from crossdock.sandbox.goods import GOODS, SUPPLIERS

CONSIGNMENTS = 20
_APART = timedelta(days=4)
"""Between two bookings; the last one was just before the reset."""
_CANCELLED = 11
_CUSTOMS, _LAST_MILE = timedelta(days=2), timedelta(days=3)
_PICKUP, _TO_PORT = timedelta(days=3), timedelta(days=2)
_STAY = timedelta(days=3)
"""Between two legs."""


@dataclass(frozen=True)
class Route:
    """How the goods of one supplier travel: its legs with their vessels and days."""

    mode: Mode
    carrier: Carrier
    origin: Address
    legs: tuple[tuple[str, str, str, int], ...]
    container_type: str | None


ROUTES = (
    Route(
        "ocean",
        Carrier(name="Blue Meridian Line", scac="BLML"),
        Address(street="Rodovia BR-116, km 8", city="Varginha", region="MG", postal_code="37002", country="BR"),
        (("Santos", "Cartagena", "MV Aurelia", 9), ("Cartagena", "Newark", "MV Northern Star", 7)),
        "20DC",
    ),
    Route(
        "ocean",
        Carrier(name="Atlantica Shipping", scac="ATSH"),
        Address(street="Rua da Olaria 14", city="Barcelos", region="", postal_code="4750-102", country="PT"),
        (("Leixoes", "Newark", "MV Costa Clara", 11),),
        "40HC",
    ),
    Route(
        "air",
        Carrier(name="Norrvind Cargo", scac="NRVC"),
        Address(street="Kvarngatan 3", city="Landskrona", region="", postal_code="26131", country="SE"),
        (("Copenhagen", "Chicago", "NV 402", 1), ("Chicago", "Reno", "NV 1187", 1)),
        None,
    ),
)
"""By supplier, in the order of `SUPPLIERS`."""
WAREHOUSES = (
    Party(
        name="Bethlehem (PA)",
        address=Address(street="2400 Commerce Way", city="Bethlehem", region="PA", postal_code="18015", country="US"),
    ),
    Party(
        name="Reno (NV)",
        address=Address(street="815 Longley Lane", city="Reno", region="NV", postal_code="89502", country="US"),
    ),
)


def seed(now: datetime) -> Iterator[Document]:
    """Every document of a fresh account, each as far on its way as its dates say."""
    for number in range(CONSIGNMENTS):
        booked = now - _APART * (CONSIGNMENTS - 1 - number) - timedelta(hours=5)
        supplier = number % len(SUPPLIERS)
        route = ROUTES[supplier]
        consignment = Consignment(
            id=f"shipment_id_{number}",
            created_at=booked,
            updated_at=booked,
            number=f"FWD-{26000 + number}",
            mode=route.mode,
            carrier=route.carrier,
            booking_number=f"BKG{4820100 + number * 17}",
            bill_of_lading=f"{route.carrier.scac}{482010000 + number * 313}",
            shipper=Party(name=SUPPLIERS[supplier], address=route.origin),
            consignee=WAREHOUSES[1 if route.mode == "air" else 0],
            legs=[Leg(origin=start, destination=end, vessel=vessel) for start, end, vessel, _ in route.legs],
            milestones=_milestones(route, booked),
            containers=_containers(number, route),
            goods=_goods(number, supplier),
            hours_late=(0, 0, 30, 9)[number % 4],
        )
        if number == _CANCELLED:
            _cancel(consignment, booked + timedelta(days=1))
        else:
            move(consignment, now)
        consignment.updated_at = max(item.happened_at or booked for item in consignment.reached)
        yield consignment


def _milestones(route: Route, booked: datetime) -> list[Milestone]:
    """The plan of a consignment; only the booking has happened."""
    first = Milestone(event="booked", place=route.origin.city, planned_at=booked, happened_at=booked)
    at = booked + _PICKUP
    found = [first, Milestone(event="picked_up", place=route.origin.city, planned_at=at)]
    at += _TO_PORT
    for number, (start, end, _, days) in enumerate(route.legs):
        found.append(Milestone(event="departed", place=start, leg=number, planned_at=at))
        at += timedelta(days=days)
        found.append(Milestone(event="arrived", place=end, leg=number, planned_at=at))
        if number < len(route.legs) - 1:
            at += _STAY if route.mode == "ocean" else timedelta(hours=7)
    ends: tuple[tuple[Event, timedelta], ...] = (("customs_cleared", _CUSTOMS), ("delivered", _LAST_MILE))
    for event, days_more in ends:
        at += days_more
        found.append(Milestone(event=event, place=found[-1].place, planned_at=at))
    return found


def _cancel(consignment: Consignment, at: datetime) -> None:
    """Ends a consignment that was booked and never picked up."""
    cancelled = Milestone(event="cancelled", place=consignment.shipper.address.city, planned_at=at, happened_at=at)
    consignment.milestones = [consignment.milestones[0], cancelled]


def _containers(number: int, route: Route) -> list[Container]:
    if route.container_type is None:
        return []
    return [
        Container(
            id=f"container_id_{number}_{index}",
            number=container_number(f"{route.carrier.scac[:3]}U", 410200 + number * 10 + index),
            type=route.container_type,
            seal=f"SL{70000 + number * 13 + index}",
        )
        for index in range(1 + number % 2)
    ]


def container_number(owner: str, serial: int) -> str:
    """Owner, serial number and check digit, as in ISO 6346."""
    text = f"{owner}{serial:06d}"
    total = sum(_value(sign) * 2**place for place, sign in enumerate(text))
    return f"{text}{total % 11 % 10}"


def _value(sign: str) -> int:
    """Digits stand for themselves; letters count up from 10 and skip every multiple of 11."""
    if sign.isdigit():
        return int(sign)
    number = 10 + ord(sign) - ord("A")
    return number + (number - 1) // 10 if number > 10 else number


def _goods(number: int, supplier: int) -> list[Goods]:
    own = [good for good in GOODS if good.supplier == supplier]
    chosen = [own[(number + index) % len(own)] for index in range(min(1 + number % 3, len(own)))]
    return [
        Goods(sku=good.sku, units=240 + 60 * ((number + index) % 5), purchase_order=f"PO-{5100 + number}")
        for index, good in enumerate(chosen)
    ]
