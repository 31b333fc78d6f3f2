"""How an order comes about: its prices, and the warehouses that are to ship it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from crossdock.sandbox.cart.documents import Product, Variant
from crossdock.sandbox.cart.order_documents import Customer, Group, Order, OrderLine, OrderState
from crossdock.sandbox.documents import Address
from crossdock.sandbox.problems import invalid

CENT = Decimal("0.01")
TAX = Decimal("0.07")
MOST_MONEY = Decimal(1_000_000_000)
"""More than this no price and no refund is."""
SERVICES = {"Standard": Decimal("4.90"), "Express": Decimal("12.90")}
FREE_SHIPPING_FROM = Decimal(75)
"""Goods of this value are sent without a charge, with the standard service."""
DAYS_TO_SHIP = {"Standard": 3, "Express": 1}

PEOPLE = ("Noor Haddad", "Sam Whitfield", "Elena Petrova", "Kofi Mensah", "Marta Lindholm", "Hugo Alvarez")
_TOWNS = (
    ("Chicago", "IL", "60601"),
    ("Tucson", "AZ", "85701"),
    ("Madison", "WI", "53703"),
    ("Savannah", "GA", "31401"),
    ("Boise", "ID", "83702"),
)


@dataclass(frozen=True)
class Wanted:
    """Units of one variant that somebody wants to buy."""

    product: Product
    variant: Variant
    units: int
    discount: Decimal = Decimal(0)


def cents(amount: Decimal) -> Decimal:
    """The amount in whole cents."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def checked_amount(amount: Decimal, what: str) -> Decimal:
    """An amount of a request; refused unless it is one that can be paid."""
    if not amount.is_finite() or not 0 <= amount <= MOST_MONEY or amount != amount.quantize(CENT):
        raise invalid(f"{what} is an amount in whole cents, from 0 to {MOST_MONEY}", "bad_amount")
    return amount.quantize(CENT)


def buyer(number: int) -> Customer:
    """A buyer who is always the same for the same number."""
    name = PEOPLE[number % len(PEOPLE)]
    city, region, postal_code = _TOWNS[number % len(_TOWNS)]
    return Customer(
        name=name,
        email=f"{name.lower().replace(' ', '.')}@example.com",
        phone=f"555-01{number % 100:02d}",
        address=Address(
            street=f"{20 + number} Birch Avenue", city=city, region=region, postal_code=postal_code, country="US"
        ),
    )


def available(variant: Variant, warehouse_id: str) -> int:
    """Units that are promised to nobody; below zero when a count found less than was promised."""
    return variant.stock.get(warehouse_id, 0) - variant.committed.get(warehouse_id, 0)


def shipping_cost(service: str, value: Decimal) -> Decimal:
    """What the buyer pays for the way."""
    return Decimal("0.00") if service == "Standard" and value >= FREE_SHIPPING_FROM else SERVICES[service]


def place(
    number: int,
    wanted: Sequence[Wanted],
    warehouses: Sequence[str],
    *,
    customer: Customer,
    service: str,
    paid: bool,
    now: datetime,
) -> Order:
    """A new order. Each line goes to the first warehouse that has enough of it, all of them together where one has."""
    identifier = f"order_id_{number}"
    groups: dict[str, Group] = {}
    lines: list[OrderLine] = []
    short = False
    for index, item in enumerate(wanted):
        where, enough = _warehouse_for(item, wanted, warehouses)
        short |= not enough
        group = groups.setdefault(
            where, Group(id=f"{identifier}_group_{len(groups)}", warehouse_id=where, created_at=now, updated_at=now)
        )
        lines.append(_line(f"{identifier}_line_{index}", group, item))
    shipping = shipping_cost(service, sum((line.price * line.units for line in lines), Decimal(0)))
    total = sum((line.total for line in lines), shipping)
    state: OrderState = "placed" if not paid else "waiting_for_stock" if short else "paid"
    return Order(
        id=identifier,
        created_at=now,
        updated_at=now,
        number=f"order_number_{number}",
        state=state,
        customer=customer,
        service=service,
        ship_after=now,
        ship_before=now + timedelta(days=DAYS_TO_SHIP[service]),
        lines=lines,
        groups=list(groups.values()),
        shipping=shipping,
        total=total,
        paid=total if paid else Decimal("0.00"),
    )


def _warehouse_for(item: Wanted, every: Sequence[Wanted], warehouses: Sequence[str]) -> tuple[str, bool]:
    for where in warehouses:
        if all(available(other.variant, where) >= other.units for other in every):
            return where, True
    for where in warehouses:
        if available(item.variant, where) >= item.units:
            return where, True
    return warehouses[0], False


def _line(identifier: str, group: Group, item: Wanted) -> OrderLine:
    value = item.variant.price * item.units - item.discount
    return OrderLine(
        id=identifier,
        group_id=group.id,
        product_id=item.product.id,
        variant_id=item.variant.id,
        sku=item.variant.sku,
        title=f"{item.product.name} - {item.variant.title}",
        units=item.units,
        price=item.variant.price,
        discount=item.discount,
        tax=cents(value * TAX),
    )
