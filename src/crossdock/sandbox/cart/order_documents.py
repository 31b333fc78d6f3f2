"""What the shop stores of its orders."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.sandbox.documents import Address, Document, Part

OrderState = Literal[
    "placed",
    "payment_review",
    "paid",
    "packing",
    "waiting_for_stock",
    "part_shipped",
    "fulfilled",
    "refunded",
    "cancelled",
]
"""`fulfilled`: nothing is left to ship; `refunded`: nothing was shipped and nothing will be, the money is back."""
SHIPPABLE: tuple[OrderState, ...] = ("paid", "packing", "waiting_for_stock", "part_shipped")
PROMISING: tuple[OrderState, ...] = ("placed", "payment_review", *SHIPPABLE)
"""Orders whose units left to ship are promised to the buyer."""
GroupState = Literal["open", "part_shipped", "shipped", "cancelled"]


class Customer(Part, kw_only=True, frozen=True):
    """Who ordered, and where the goods go."""

    name: str
    email: str
    phone: str | None = None
    company: str | None = None
    address: Address


class OrderLine(msgspec.Struct, kw_only=True, rename="camel"):
    """A variant ordered. Of its units, some were shipped, some were refunded before that, and the rest is open."""

    id: str
    group_id: str
    product_id: str
    variant_id: str
    sku: str
    title: str
    units: int
    price: Decimal
    discount: Decimal
    tax: Decimal
    shipped: int = 0
    cancelled: int = 0
    """Units refunded before they were shipped; nobody ships them any more."""
    refunded: int = 0
    """Units refunded, shipped or not."""

    @property
    def open(self) -> int:
        return self.units - self.shipped - self.cancelled

    @property
    def total(self) -> Decimal:
        return self.price * self.units - self.discount + self.tax


class Group(msgspec.Struct, kw_only=True, rename="camel"):
    """The lines that one warehouse ships."""

    id: str
    warehouse_id: str
    created_at: datetime
    updated_at: datetime
    state: GroupState = "open"


class ShippedLine(Part, kw_only=True, frozen=True):
    """Units of a line in a shipment."""

    line_id: str
    units: int


class Shipment(Part, kw_only=True, frozen=True):
    """Goods that left one warehouse together."""

    id: str
    warehouse_id: str
    shipped_at: datetime
    carrier: str | None = None
    service: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    lines: list[ShippedLine]


class RefundedLine(Part, kw_only=True, frozen=True):
    """What was paid back for a line."""

    line_id: str
    units: int
    amount: Decimal
    restocked: bool


class Refund(Part, kw_only=True, frozen=True):
    """Money paid back: for lines, for shipping, and `other`, which belongs to neither."""

    id: str
    created_at: datetime
    lines: list[RefundedLine]
    shipping: Decimal
    other: Decimal
    total: Decimal
    reason: str | None = None
    note: str | None = None


class Order(Document, kw_only=True):
    """What a buyer ordered. Amounts are in `currency`."""

    kind = "order"
    title = "order"

    number: str
    state: OrderState
    customer: Customer
    service: str
    """Shipping service the buyer chose."""
    ship_after: datetime
    ship_before: datetime
    currency: str = "USD"
    lines: list[OrderLine]
    groups: list[Group]
    shipping: Decimal
    total: Decimal
    paid: Decimal
    shipments: list[Shipment] = []
    refunds: list[Refund] = []
    tags: list[str] = []
    references: list[str] = []
    """References of the requests that made or changed it."""

    @property
    def refunded(self) -> Decimal:
        return sum((refund.total for refund in self.refunds), Decimal(0))

    @property
    def left_to_refund(self) -> Decimal:
        return self.paid - self.refunded

    def line(self, line_id: str) -> OrderLine | None:
        return next((line for line in self.lines if line.id == line_id), None)

    def group(self, group_id: str) -> Group:
        return next(group for group in self.groups if group.id == group_id)


def promised(order: Order) -> dict[tuple[str, str], int]:
    """Units of an order that are left to ship, by variant and warehouse."""
    found: dict[tuple[str, str], int] = {}
    if order.state in PROMISING:
        for line in order.lines:
            key = (line.variant_id, order.group(line.group_id).warehouse_id)
            found[key] = found.get(key, 0) + line.open
    return {key: units for key, units in found.items() if units}


def settle_states(order: Order, now: datetime) -> None:
    """Brings the states of an order and its groups in line with what was shipped and refunded of its lines."""
    for group in order.groups:
        state = _group_state([line for line in order.lines if line.group_id == group.id])
        if state != group.state:
            group.state, group.updated_at = state, now
    left = sum(line.open for line in order.lines)
    shipped = sum(line.shipped for line in order.lines)
    if not left:
        order.state = "fulfilled" if shipped else "refunded"
    elif shipped:
        order.state = "part_shipped"


def _group_state(lines: list[OrderLine]) -> GroupState:
    left, shipped = sum(line.open for line in lines), sum(line.shipped for line in lines)
    if not left:
        return "shipped" if shipped else "cancelled"
    return "part_shipped" if shipped else "open"
